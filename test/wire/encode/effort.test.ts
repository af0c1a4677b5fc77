/** Effort levels: the nearest accepted one, the lowest one, and budgets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lowestEffort, nearestEffort, requestedEffort } from '../../../lib/wire/encode/effort.ts';
import type { Effort } from '../../../lib/anthropic/request.ts';
import { requestOf } from '../../support/requests.ts';

test('the nearest effort is the same level, else the next higher, else the highest', () => {
  const cases: [Effort, Effort[], Effort | undefined][] = [
    ['medium', ['high', 'max'], 'high'],
    ['high', ['low', 'medium', 'xhigh'], 'xhigh'],
    ['max', ['low', 'medium', 'xhigh'], 'xhigh'],
    ['low', ['low', 'high', 'max'], 'low'],
    ['xhigh', ['none', 'low', 'high'], 'high'],
    ['minimal', ['none', 'high'], 'high'],
    ['high', [], undefined],
  ];
  for (const [wanted, accepted, expected] of cases) assert.equal(nearestEffort(wanted, accepted), expected);
});

test('the lowest effort is never none', () => {
  assert.equal(lowestEffort(['none', 'high', 'low']), 'low');
  assert.equal(lowestEffort(['none']), undefined);
});

test('the requested effort comes from its name, else from the thinking budget', () => {
  const effortOf = (budget: number): Effort | undefined =>
    requestedEffort(requestOf([], { thinking: { type: 'enabled', budget_tokens: budget } }));
  assert.deepEqual([1024, 4000, 31_999, 60_000].map(effortOf), ['low', 'medium', 'high', 'max']);
  assert.equal(requestedEffort(requestOf([], { output_config: { effort: 'xhigh' } })), 'xhigh');
  assert.equal(requestedEffort(requestOf([], { thinking: { type: 'adaptive' } })), undefined);
});
