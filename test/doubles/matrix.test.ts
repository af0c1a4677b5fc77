/** A sample of the matrix (`matrix.long.ts`): captured requests of Claude Code, through the proxy, to every double. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { doubles } from '../support/doubles/all.ts';
import { judge } from '../support/doubles/cell.ts';
import { modelNamed, proxyOverDoubles } from '../support/doubles/proxy.ts';
import { captured } from '../support/requests.ts';

for (const double of doubles)
  describe(double.name, () => {
    for (const number of [1, 11, 12])
      test(`captured request ${number}`, async () => {
        await using over = await proxyOverDoubles([double]);
        const { verdict } = await judge(over, double, { ...captured(number), model: modelNamed(double) });
        assert.notEqual(verdict.kind, 'lost', verdict.why);
        console.log(number, JSON.stringify(verdict));
      });
  });
