/** The report for programs. */
import { writeFileSync } from 'node:fs';
import type { Row } from './rows.ts';

/** Writes nothing without a file. Fields are only ever added to a schema. */
export function writeReport(file: string | undefined, loads: readonly number[], rows: readonly Row[]): void {
  if (file === undefined) return;
  const report = { schema: 1, node: process.version, platform: process.platform, loads, rows };
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
}
