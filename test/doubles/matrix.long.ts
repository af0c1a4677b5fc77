/**
 * Every captured request and every conversation, through the proxy, to every double. Fails if a cell is worse than in
 * `matrix.md`; `UPDATE_GOLDEN=1` writes that page again, and fails for the same cells. `DOUBLES=mistral,groq` tries only
 * these and keeps the other cells.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, test, after } from 'node:test';
import { doubles, groups } from '../support/doubles/all.ts';
import { isAsGood, mark, rows } from '../support/doubles/matrix.ts';
import { pageOf, readPage, type Cell } from '../support/doubles/matrix-page.ts';

const page = new URL('matrix.md', import.meta.url);
const before = readPage(readFileSync(page, 'utf8'));
const update = process.env['UPDATE_GOLDEN'] === '1';
const only = process.env['DOUBLES']?.split(',');
const cells: Cell[] = [];

for (const double of doubles.filter(({ name }) => only?.includes(name) ?? true))
  describe(double.name, () => {
    for (const row of rows)
      test(row.name, async () => {
        const verdict = await row.judge(double);
        const found = mark(verdict);
        cells.push({ row: row.name, double: double.name, mark: found, why: verdict.why ?? '' });
        const written = before.mark(row.name, double.name);
        if (update && written === undefined) return;
        assert(written !== undefined, 'not in matrix.md: write it again with UPDATE_GOLDEN=1');
        assert(isAsGood(found, written), `${found} instead of ${written}: ${verdict.why ?? ''}`);
      });
  });

after(() => {
  if (!update) return;
  const names = Object.entries(groups).map(([group, list]) => [group, list.map(({ name }) => name)]);
  const written = pageOf(
    before,
    Object.fromEntries(names) as Record<string, string[]>,
    rows.map(({ name }) => name),
    cells,
  );
  writeFileSync(page, written);
});
