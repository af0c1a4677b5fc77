/** What the road remembers over hours, with the clock in hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silent } from '../../lib/log/log.ts';
import { memory, type Memory, type Permit } from '../../lib/proxy/memory.ts';
import type { Outcome } from '../../lib/proxy/policy/failures.ts';
import type { Hindrance } from '../../lib/proxy/policy/plan.ts';
import { candidateOf, refusedWith } from '../support/candidates.ts';
import { defaults } from '../support/proxy.ts';

const minute = 60_000;
const hour = 60 * minute;
const settings = { ...defaults, circuitBreaker: { failures: 2, resetMs: 30_000 } };
const model = candidateOf('p/m');
const sibling = candidateOf('p/other');
const answered: Outcome = { type: 'answered' };
const spent = refusedWith(429, { type: 'GoUsageLimitError', message: 'limit reached' }, 5 * hour);

const ask = (of: Memory, now: number, lastResort = false, candidate = model): Permit | Hindrance =>
  of.admit(candidate, settings, now, lastResort);
const permitOf = (asked: Permit | Hindrance): Permit => ('kind' in asked ? assert.fail(asked.reason) : asked);
const kindOf = (asked: Permit | Hindrance): string => ('kind' in asked ? asked.kind : 'admitted');

test('a spent provider is skipped until its reset, all its models', () => {
  const kept = memory(silent);
  permitOf(ask(kept, 0)).end(spent, 0);
  for (const [now, kind] of [
    [5 * hour - 1, 'quota'],
    [5 * hour, 'admitted'],
  ] as const)
    for (const candidate of [model, sibling]) assert.equal(kindOf(ask(kept, now, false, candidate)), kind);
  assert.equal(kindOf(ask(kept, 1, false, candidateOf('q/m'))), 'admitted');
});

test('when nobody else is left it is asked once a minute, and an answer takes the word back', () => {
  const kept = memory(silent);
  permitOf(ask(kept, 0)).end(spent, 0);
  assert.equal(kindOf(ask(kept, minute - 1, true)), 'quota');
  permitOf(ask(kept, minute, true)).end(spent, minute);
  assert.equal(kindOf(ask(kept, 2 * minute - 1, true)), 'quota');
  permitOf(ask(kept, 2 * minute, true)).end(answered, 2 * minute + 1);
  assert.equal(kindOf(ask(kept, 2 * minute + 2)), 'admitted');
});

test('an answer that was under way when the allowance ran out takes nothing back', () => {
  const kept = memory(silent);
  const early = permitOf(ask(kept, 0));
  permitOf(ask(kept, 10)).end(spent, 20);
  early.end(answered, 30);
  assert.equal(kindOf(ask(kept, 40)), 'quota');
});

test('a model that is gone is passed over for an hour, and asked where nobody else is left', () => {
  const kept = memory(silent);
  permitOf(ask(kept, 0)).end(refusedWith(410), 0);
  assert.equal(kindOf(ask(kept, hour - 1)), 'gone');
  assert.equal(kindOf(ask(kept, 1, true)), 'admitted');
  assert.equal(kindOf(ask(kept, hour)), 'admitted');
  permitOf(ask(kept, hour)).end(refusedWith(410), hour);
  permitOf(ask(kept, hour + 1, true)).end(answered, hour + 2);
  assert.equal(kindOf(ask(kept, hour + 3)), 'admitted');
});

test('a breaker is told with its reason and its time, and keeps the last resort out too', () => {
  const kept = memory(silent);
  for (let i = 0; i < 2; i++) permitOf(ask(kept, i)).end(refusedWith(503, { message: 'an outage' }), i);
  const asked = ask(kept, 2, true);
  assert.deepEqual(asked, {
    kind: 'breaker',
    reason: 'it failed 2 times in a row (503 an outage); tried again in 30 s',
    waitMs: 29_999,
  });
  const opened = { state: 'open', until: new Date(30_001).toISOString() };
  assert.deepEqual(kept.recall(2).breakers, { 'p/m chat': opened });
  assert.equal(kindOf(ask(kept, 2, false, sibling)), 'admitted');
});

test('learned hold for an hour', () => {
  const kept = memory(silent);
  kept.learn(model, { what: 'parameter', parameter: 'top_p' }, 'top_p is refused', 0);
  assert.deepEqual(kept.known(undefined, hour - 1).learned('p/m'), [
    { what: 'parameter', parameter: 'top_p' },
  ]);
  assert.deepEqual(kept.known(undefined, hour - 1).learned('p/other'), []);
  assert.deepEqual(kept.known(undefined, hour).learned('p/m'), []);
});

test('a conversation keeps its model for a day, and one without a name nothing', () => {
  const kept = memory(silent);
  const plan = { candidates: [], reason: 'r', passedOver: [], keep: { group: 'sonnet main', name: 'think' } };
  kept.keep('ses_1', plan, 0);
  kept.keep(undefined, plan, 0);
  const keptBy = (conversation: string | undefined, now = 1, group = 'sonnet main') =>
    kept.known(conversation, now).kept?.(group);
  assert.equal(keptBy('ses_1'), 'think');
  assert.equal(keptBy('ses_1', 24 * hour), undefined);
  assert.equal(keptBy('ses_1', 1, 'opus main'), undefined);
  assert.equal(keptBy('ses_2'), undefined);
  assert.equal(keptBy(undefined), undefined);
});

test('whatever comes, what is remembered stays bounded', () => {
  const kept = memory(silent);
  for (let i = 0; i < 3000; i++) {
    const candidate = candidateOf(`p${i}/m${i}`);
    const permit = kept.admit(candidate, settings, i, false);
    permitOf(permit).end([spent, refusedWith(410), refusedWith(503)][i % 3] ?? answered, i);
    kept.spend(`p${i}`, 'attempt', i);
  }
  const { spent: allowances, learned, breakers } = kept.recall(3000);
  assert.equal(allowances.length, 200);
  assert.equal(learned.length, 500);
  assert(Object.keys(breakers).length <= 200);
});
