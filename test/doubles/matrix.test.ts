/** A sample of the matrix, see `matrix.long.ts`: no cell is worse than in `matrix.md`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { doubles } from '../support/doubles/all.ts';
import { isAsGood, mark, rows } from '../support/doubles/matrix.ts';
import { readPage } from '../support/doubles/matrix-page.ts';
import { sampleOf } from '../support/sampling.ts';

const written = readPage(readFileSync(new URL('matrix.md', import.meta.url), 'utf8'));

for (const [index, double] of doubles.entries())
  describe(double.name, () => {
    for (const row of sampleOf(rows, 4, index + 1))
      test(row.name, async () => {
        const verdict = await row.judge(double);
        const before = written.mark(row.name, double.name);
        assert(
          before !== undefined,
          'not in matrix.md: run test/doubles/matrix.long.ts with UPDATE_GOLDEN=1',
        );
        assert(
          isAsGood(mark(verdict), before),
          `${mark(verdict)} instead of ${before}: ${verdict.why ?? ''}`,
        );
      });
  });
