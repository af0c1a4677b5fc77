/** The final error when models were skipped because of earlier failures: status, permanence and retry-after. */
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

function verdictFor(hindrances: readonly Hindrance[], ...outcomes: Outcome[]) {
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
  ['an open breaker gives a 503 with a retry-after', [broken(28_001)], [], [503, false, 29]],
  ['retry-after is at most a minute, the longest the client waits', [broken(300_000)], [], [503, false, 60]],
  ['the earliest of several probes counts', [broken(20_000), broken(5000)], [], [503, false, 5]],
  ['a quota with a distant reset is permanent', [spent(26_940_000)], [], [429, true, undefined]],
  ['a quota with a near reset gives a retry-after', [spent(30_000)], [], [429, false, 30]],
  [
    'a distant quota reset with an open breaker is not permanent',
    [spent(26_940_000), broken(9000)],
    [],
    [429, false, 9],
  ],
  ['unavailable models', [gone], [], [424, true, undefined]],
  ['a rejected key with an open breaker', [broken(9000)], [refusedWith(401)], [503, false, 9]],
  [
    'a rejected key with a distant quota reset',
    [spent(26_940_000)],
    [refusedWith(401)],
    [429, true, undefined],
  ],
  ['a stall with a distant quota reset', [spent(26_940_000)], [failedWith('stall')], [429, false, undefined]],
  ['the client’s own timeout', [], [failedWith('client_limit')], [504, false, undefined]],
];
for (const [name, hindrances, outcomes, expected] of cases)
  test(name, () => assert.deepEqual(verdictFor(hindrances, ...outcomes), expected));

test('the message about a spent quota includes its reset', () => {
  const reason = 'its 5-hour limit is reached, resets in 7 h 29 min';
  const hindrance: Hindrance = { kind: 'quota', reason, waitMs: 26_940_000 };
  const plan: Plan = { candidates: [], reason: 'r', passedOver: [{ model: 'p/m', reason, hindrance }] };
  assert.equal(verdict(plan, [], 9).message, `p/m was not tried: ${reason}`);
});

test('if only a shorter request can be sent, the client gets the length in the sentence that makes it compact', () => {
  const plan: Plan = {
    candidates: [],
    reason: 'r',
    passedOver: [{ model: 'p/m', reason: 'no room', window: 26_065 }],
  };
  const { status, type, permanent, message } = verdict(plan, [], 27_650);
  assert.deepEqual([status, type, permanent], [400, 'invalid_request_error', false]);
  assert.equal(message, 'prompt is too long: 27650 tokens > 26065 maximum\n- p/m: not tried, no room');
});

test('the attempt after a repair decides the verdict, not the one before it', () => {
  const plan: Plan = { candidates: [candidateOf('p/m')], reason: 'r', passedOver: [] };
  const tried: Tried[] = [
    { candidate: 0, key: 0, outcome: refusedWith(400, { message: 'no temperature' }), repaired: true },
    { candidate: 0, key: 0, outcome: refusedWith(503) },
  ];
  const { status, permanent, message } = verdict(plan, tried, 9);
  assert.deepEqual([status, permanent], [503, false]);
  assert.match(message, /- p\/m: 400 no temperature\n- p\/m: 503 m$/);
});
