/** The retry budget: retries are limited to a share of the attempts, with a small fixed allowance. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mayRetry, spend, unspent, type Budget } from '../../../lib/proxy/policy/retry-budget.ts';

const times = (budget: Budget, kind: 'attempt' | 'retry', count: number, now = 0): Budget =>
  Array.from({ length: count }).reduce<Budget>((spent) => spend(spent, kind, now), budget);

test('ten retries a minute are always allowed', () => {
  assert.equal(mayRetry(unspent, 0), true);
  assert.equal(mayRetry(times(unspent, 'retry', 9), 0), true);
  assert.equal(mayRetry(times(unspent, 'retry', 10), 0), false);
});

test('with many attempts, a fifth may be retries', () => {
  const many = times(unspent, 'attempt', 100);
  assert.equal(mayRetry(times(many, 'retry', 19), 0), true);
  assert.equal(mayRetry(times(many, 'retry', 20), 0), false);
});

test('attempts and retries count for a minute', () => {
  const spent = times(unspent, 'retry', 10);
  assert.equal(mayRetry(spent, 59_999), false);
  assert.equal(mayRetry(spent, 60_000), true);
});

test('any sequence of attempts stays within the budget, and the budget stays small', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(2000), fc.boolean()), { maxLength: 400 }), (attempts) => {
      let now = 0;
      let budget: Budget = unspent;
      const log: { at: number; retry: boolean }[] = [];
      for (const [later, wanted] of attempts) {
        now += later;
        const retry = wanted && mayRetry(budget, now);
        budget = spend(budget, retry ? 'retry' : 'attempt', now);
        log.push({ at: now, retry });
        const recent = log.filter(({ at }) => now - at < 55_000);
        const all = log.filter(({ at }) => now - at < 65_000).length;
        assert(recent.filter((one) => one.retry).length <= Math.max(10, all * 0.2 + 1));
        assert(budget.length <= 13);
      }
    }),
  );
});
