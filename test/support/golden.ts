/** Golden files, which are reviewed by hand. `UPDATE_GOLDEN=1` writes them again. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';

export function matchesGolden(file: string, lines: readonly string[]): void {
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  assert.deepEqual(lines, readFileSync(file, 'utf8').split('\n').slice(0, -1));
}
