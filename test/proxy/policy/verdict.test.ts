/** What the client is told when models were not even asked, for what is known of them from earlier (contract 5.7 to 5.9). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hindrance, Plan } from '../../../lib/proxy/policy/plan.ts';
import type { Outcome, Tried } from '../../../lib/proxy/policy/failures.ts';
import { verdict } from '../../../lib/proxy/policy/verdict.ts';
import { candidateOf, failedWith, refusedWith } from '../../support/candidates.ts';

const broken = (waitMs: number): Hindrance => ({ kind: 'breaker', reason: 'it failed', waitMs });
const spent = (waitMs: number): Hindrance => ({
  kind: 'quota',
  reason: 'its 5-hour limit is reached',
  waitMs,
});
const gone: Hindrance = { kind: 'gone', reason: 'not available: removed', waitMs: 0 };

function told(hindrances: readonly Hindrance[], ...outcomes: Outcome[]) {
  const plan: Plan = {
    candidates: outcomes.map((_, i) => candidateOf(`p/m${i}`)),
    reason: 'r',
    passedOver: hindrances.map((hindrance, i) => ({ model: `q/h${i}`, reason: hindrance.reason, hindrance })),
  };
  const tried: Tried[] = outcomes.map((outcome, candidate) => ({ candidate, key: 0, outcome }));
  const { status, permanent, retryAfter } = verdict(plan, tried, 9);
  return [status, permanent, retryAfter];
}

const cases: [string, readonly Hindrance[], Outcome[], [number, boolean, number | undefined]][] = [
  ['an open breaker is an outage that the client waits out', [broken(28_001)], [], [503, false, 29]],
  ['the client is never told to wait longer than it would', [broken(300_000)], [], [503, false, 60]],
  ['of several probes the soonest counts', [broken(20_000), broken(5000)], [], [503, false, 5]],
  ['a limit that is far is final', [spent(26_940_000)], [], [429, true, undefined]],
  ['a limit that is near is waited for', [spent(30_000)], [], [429, false, 30]],
  ['a far limit beside an open breaker is not final', [spent(26_940_000), broken(9000)], [], [429, false, 9]],
  ['models that are gone', [gone], [], [410, true, undefined]],
  ['a refused key beside an open breaker', [broken(9000)], [refusedWith(401)], [503, false, 9]],
  ['a refused key beside a far limit', [spent(26_940_000)], [refusedWith(401)], [429, true, undefined]],
  ['a stall beside a far limit', [spent(26_940_000)], [failedWith('stall')], [429, false, undefined]],
  ['the client’s own limit', [], [failedWith('client_limit')], [504, false, undefined]],
];
for (const [name, hindrances, outcomes, expected] of cases)
  test(name, () => assert.deepEqual(told(hindrances, ...outcomes), expected));

test('a spent plan is told in words with its reset', () => {
  const reason = 'its 5-hour limit is reached, resets in 7 h 29 min';
  const hindrance: Hindrance = { kind: 'quota', reason, waitMs: 26_940_000 };
  const plan: Plan = { candidates: [], reason: 'r', passedOver: [{ model: 'p/m', reason, hindrance }] };
  assert.equal(
    verdict(plan, [], 9).message,
    `all models failed: p/m: ${reason}\n- p/m: not tried, ${reason}`,
  );
});

test('what was repaired does not speak for the model, the attempt after it does', () => {
  const plan: Plan = { candidates: [candidateOf('p/m')], reason: 'r', passedOver: [] };
  const tried: Tried[] = [
    { candidate: 0, key: 0, outcome: refusedWith(400, { message: 'no temperature' }), repaired: true },
    { candidate: 0, key: 0, outcome: refusedWith(503) },
  ];
  const { status, permanent, message } = verdict(plan, tried, 9);
  assert.deepEqual([status, permanent], [503, false]);
  assert.match(message, /- p\/m: 400 no temperature\n- p\/m: 503 m$/);
});
