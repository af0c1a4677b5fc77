/** Golden files: what a person has read and judged. `UPDATE_GOLDEN=1` records them anew, for the next reading. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';

/** The lines are those of the file. */
export function matchesGolden(file: string, lines: readonly string[]): void {
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  assert.deepEqual(lines, readFileSync(file, 'utf8').split('\n').slice(0, -1));
}
