/** When the proxy forgets what it remembers. Times are passed in, so the tests do not wait. */
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

const admit = (of: Memory, now: number, lastResort = false, candidate = model): Permit | Hindrance =>
  of.admit(candidate, 0, settings, now, lastResort);
const permitOf = (admission: Permit | Hindrance): Permit =>
  'kind' in admission ? assert.fail(admission.reason) : admission;
const kindOf = (admission: Permit | Hindrance): string => ('kind' in admission ? admission.kind : 'admitted');

test('after a spent plan all models of the provider are skipped until the reset, but for one try every 15 minutes', () => {
  const kept = memory(silent);
  permitOf(admit(kept, 0)).end(spent, 0);
  for (const [minutes, kinds] of [
    [14.9, ['quota', 'quota']],
    [15, ['admitted', 'quota']],
    [29.9, ['quota', 'quota']],
    [30, ['admitted', 'quota']],
    [44.9, ['quota', 'quota']],
    [300, ['admitted', 'admitted']],
  ] as const)
    assert.deepEqual(
      [model, sibling].map((candidate) => kindOf(admit(kept, minutes * minute, false, candidate))),
      kinds,
      String(minutes),
    );
  assert.equal(kindOf(admit(kept, 1, false, candidateOf('q/m'))), 'admitted');
});

test('as a last resort a spent provider is tried once a minute, and an answer clears the quota error', () => {
  const kept = memory(silent);
  permitOf(admit(kept, 0)).end(spent, 0);
  assert.equal(kindOf(admit(kept, minute - 1, true)), 'quota');
  permitOf(admit(kept, minute, true)).end(spent, minute);
  assert.equal(kindOf(admit(kept, 2 * minute - 1, true)), 'quota');
  permitOf(admit(kept, 2 * minute, true)).end(answered, 2 * minute + 1);
  assert.equal(kindOf(admit(kept, 2 * minute + 2)), 'admitted');
});

test('an answer to an attempt from before the quota error does not clear it', () => {
  const kept = memory(silent);
  const early = permitOf(admit(kept, 0));
  permitOf(admit(kept, 10)).end(spent, 20);
  early.end(answered, 30);
  assert.equal(kindOf(admit(kept, 40)), 'quota');
});

test('an unavailable model is skipped for an hour, except as a last resort', () => {
  const kept = memory(silent);
  permitOf(admit(kept, 0)).end(refusedWith(410), 0);
  assert.equal(kindOf(admit(kept, hour - 1)), 'gone');
  assert.equal(kindOf(admit(kept, 1, true)), 'admitted');
  assert.equal(kindOf(admit(kept, hour)), 'admitted');
  permitOf(admit(kept, hour)).end(refusedWith(410), hour);
  permitOf(admit(kept, hour + 1, true)).end(answered, hour + 2);
  assert.equal(kindOf(admit(kept, hour + 3)), 'admitted');
});

test('an open breaker has a reason and a time, and also excludes a last resort', () => {
  const kept = memory(silent);
  for (let i = 0; i < 2; i++) permitOf(admit(kept, i)).end(refusedWith(503, { message: 'an outage' }), i);
  const hindrance = admit(kept, 2, true);
  assert.deepEqual(hindrance, {
    kind: 'breaker',
    reason: '503 an outage (2 failures in a row); tried again in 30 s',
    waitMs: 29_999,
  });
  const opened = { state: 'open', until: new Date(30_001).toISOString() };
  assert.deepEqual(kept.recall(2).breakers, { 'p/m chat': opened });
  assert.equal(kindOf(admit(kept, 2, false, sibling)), 'admitted');
});

test('what was learned expires after an hour', () => {
  const kept = memory(silent);
  const learned = { what: 'change', change: { kind: 'without', path: ['top_p'] } } as const;
  kept.learn(model, learned, 0);
  assert.deepEqual(kept.known(undefined, hour - 1).learned('p/m'), [learned]);
  assert.deepEqual(kept.known(undefined, hour - 1).learned('p/other'), []);
  assert.deepEqual(kept.known(undefined, hour).learned('p/m'), []);
});

test('a conversation with an id keeps its model for a day', () => {
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

test('the number of entries is limited', () => {
  const kept = memory(silent);
  for (let i = 0; i < 3000; i++) {
    const candidate = candidateOf(`p${i}/m${i}`);
    const permit = kept.admit(candidate, 0, settings, i, false);
    permitOf(permit).end([spent, refusedWith(410), refusedWith(503)][i % 3] ?? answered, i);
    kept.spend(`p${i}`, 'attempt', i);
  }
  const { spent: quotas, learned, breakers } = kept.recall(3000);
  assert.equal(quotas.length, 500);
  assert.equal(learned.length, 500);
  assert(Object.keys(breakers).length <= 200);
});
