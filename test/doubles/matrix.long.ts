/**
 * Every captured request and every conversation, through the proxy, to every double. Fails if a cell is worse than in
 * `matrix.md`; `UPDATE_GOLDEN=1` writes that page again.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, test, after } from 'node:test';
import { doubles } from '../support/doubles/all.ts';
import { isAsGood, mark, readTable, rows, tableOf, type Cell } from '../support/doubles/matrix.ts';

const page = new URL('matrix.md', import.meta.url);
const [intro = '', table = ''] = readFileSync(page, 'utf8').split('<!-- generated -->\n');
const written = readTable(table);
const update = process.env['UPDATE_GOLDEN'] === '1';
const cells: Cell[] = [];

for (const double of doubles)
  describe(double.name, () => {
    for (const row of rows)
      test(row.name, async () => {
        const verdict = await row.judge(double);
        const found = mark(verdict);
        cells.push({ row: row.name, double: double.name, mark: found, why: verdict.why ?? '' });
        if (update) return;
        const before = written(row.name, double.name);
        assert(before !== undefined, 'not in matrix.md: write it again with UPDATE_GOLDEN=1');
        assert(isAsGood(found, before), `${found} instead of ${before}: ${verdict.why ?? ''}`);
      });
  });

after(() => {
  const text = `${intro}<!-- generated -->\n\n${tableOf(
    cells,
    doubles.map(({ name }) => name),
  )}`;
  if (update) writeFileSync(page, text);
});
