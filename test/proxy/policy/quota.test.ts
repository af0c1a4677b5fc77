/** Which quota is spent and until when, read from error messages observed on real providers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readApiError } from '../../../lib/wire/decode/errors.ts';
import { formatDuration, isDue, resetMsOf, spentBy, describeSpent } from '../../../lib/proxy/policy/quota.ts';
import { failedWith, refusedWith } from '../../support/candidates.ts';

const hour = 3_600_000;
const now = 1_000_000;
const spent = (type: string, message = 'm', more: object = {}, retryAfterMs?: number) =>
  spentBy(refusedWith(429, { type, message }, retryAfterMs, more), 'opencode-go', 'glm-5', now);

test('the limit of a subscription applies to the provider until the reported reset', () => {
  const limit = spent('GoUsageLimitError', 'x', { metadata: { limitName: '5 hour' } }, 42_694_000);
  assert.deepEqual(limit, {
    who: 'opencode-go',
    kind: 'allowance',
    limit: '5-hour limit',
    until: now + 42_694_000,
    resetKnown: true,
    since: now,
  });
  assert.equal(limit && describeSpent(limit, now), 'its 5-hour limit is reached, resets in 11 h 52 min');
});

test('a limit applies to one model only if it is the free allowance or names the model', () => {
  const who = (type: string, message?: string) => spent(type, message)?.who;
  assert.equal(who('GoUsageLimitError', 'Weekly usage limit reached'), 'opencode-go');
  assert.equal(who('GoUsageLimitError', 'Monthly usage limit of glm-5 reached'), 'opencode-go/glm-5');
  assert.equal(who('GoUsageLimitError', 'To go on, use glm-5.3-flash'), 'opencode-go');
  assert.equal(who('GoUsageLimitError', 'limit of "GLM-5": reached'), 'opencode-go/glm-5');
  assert.equal(who('FreeUsageLimitError'), 'opencode-go/glm-5');
  assert.equal(who('CreditsError'), 'opencode-go/glm-5');
});

test('a limit applies to one model if a field or the name of the model says so', () => {
  const who = (message: string, metadata: object = {}): string | undefined =>
    spentBy(
      refusedWith(429, { type: 'GoUsageLimitError', message }, undefined, { metadata }),
      'opencode-go',
      'glm-5.3',
      now,
    )?.who;
  const [plan, model] = ['opencode-go', 'opencode-go/glm-5.3'];
  for (const [message, expected] of [
    ['Monthly limit of glm-5.3.', model],
    ['Monthly limit: glm-5.3. Resets in 3 days', model],
    ['use glm-5.3-flash, since glm-5.3 is at its limit', model],
    ['Monthly limit of GLM-5.3 reached', model],
    ['Go on with glm-5.3.1', plan],
    ['Limit reached. Go on with GLM-5.3 Flash', plan],
    ['Limit reached. Go on with GLM-5.3-Flash', plan],
    ['Monthly limit of Kimi K3 reached', plan],
  ] as const)
    assert.deepEqual([message, who(message)], [message, expected]);
  const about = (id: string, message: string): string | undefined =>
    spentBy(refusedWith(429, { type: 'GoUsageLimitError', message }), 'opencode-go', id, now)?.who;
  assert.equal(about('kimi-k3', 'Monthly limit of Kimi K3 reached'), 'opencode-go/kimi-k3');
  assert.equal(about('mine-5', 'use mine-5-air, since mine-5 is at its limit'), 'opencode-go/mine-5');
  for (const name of ['model', 'modelId', 'modelID', 'model_id']) {
    assert.equal(who('Limit reached', { [name]: 'glm-5.3' }), model, name);
    assert.equal(who('Limit reached', { [name]: 'opencode-go/GLM-5.3' }), model, name);
  }
  assert.equal(who('Limit reached', { model: 'kimi-k3' }), plan);
  assert.equal(who('Limit reached', { model: 7 }), plan);
  const named = spent('GoUsageLimitError', 'x', { metadata: { limitName: 'glm-5 weekly' } });
  assert.deepEqual([named?.who, named?.limit], ['opencode-go/glm-5', 'weekly limit']);
});

test('each kind of quota is named', () => {
  const limit = (status: number, error: object, more = {}) =>
    spentBy(refusedWith(status, error, undefined, more), 'p', 'm', now)?.limit;
  assert.equal(limit(402, {}), 'balance');
  assert.equal(limit(401, { type: 'CreditsError' }), 'balance');
  assert.equal(limit(401, { type: 'MonthlyLimitError' }), 'monthly limit');
  assert.equal(limit(429, { code: 'insufficient_quota' }), 'quota');
  assert.equal(limit(429, { type: 'GoUsageLimitError' }), 'usage limit');
  assert.equal(
    limit(429, { type: 'GoUsageLimitError' }, { metadata: { limitName: 'weekly' } }),
    'weekly limit',
  );
  assert.equal(limit(429, { type: 'constructor' }), undefined);
});

test('a quota error inside a 200 counts, and its reset is read from the message', () => {
  const error = readApiError(
    0,
    JSON.stringify({ error: { type: 'GoUsageLimitError', message: 'Weekly limit. Resets in 2 days' } }),
  );
  const inside = { type: 'failed', trouble: 'upstream', error, at: 'before_content' } as const;
  const found = spentBy(inside, 'opencode-go', 'glm-5', now);
  assert.deepEqual([found?.who, found?.until, found?.resetKnown], ['opencode-go', now + 48 * hour, true]);
});

test('other outcomes are not quota errors', () => {
  for (const outcome of [
    refusedWith(429),
    refusedWith(503),
    refusedWith(400),
    failedWith('stall'),
    { type: 'answered' } as const,
    { type: 'abandoned' } as const,
  ])
    assert.equal(spentBy(outcome, 'p', 'm', now), undefined);
});

test('the reset is read from the header first, then from the message', () => {
  const reset = (message: string, retryAfterMs?: number) =>
    resetMsOf(refusedWith(429, { type: 'GoUsageLimitError', message }, retryAfterMs));
  assert.equal(reset('Resets in 7hr 29min. To continue', 5000), 5000);
  assert.equal(reset('5-hour usage limit reached. Resets in 7hr 29min. To continue'), 7 * hour + 29 * 60_000);
  assert.equal(reset('Resets in 45 seconds'), 45_000);
  assert.equal(reset('resets in 3 days, 4 hours'), 76 * hour);
  assert.equal(reset('resets in a while'), undefined);
  assert.equal(reset('limit reached'), undefined);
  assert.equal(resetMsOf({ type: 'answered' }), undefined);
});

test('without a reset a balance counts as spent for a minute, a plan for 15, and for 32 days at most', () => {
  const limit = spent('CreditsError');
  assert.deepEqual([limit?.until, limit?.resetKnown], [now + 60_000, false]);
  assert.equal(limit && describeSpent(limit, now), 'its balance is used up; tried again in 60 s');
  assert.equal(spent('CreditsError', 'm', {}, 1e15)?.until, now + 32 * 24 * hour);
  assert.equal(spent('GoUsageLimitError')?.until, now + hour / 4);
});

test('what is spent is tried every quarter of an hour, and every minute when nothing else is left', () => {
  for (const [lastResort, minutes] of [
    [false, 15],
    [true, 1],
  ] as const) {
    const since = { since: now, triedAt: now };
    assert.equal(isDue(since, now + minutes * 60_000 - 1, lastResort), false);
    assert.equal(isDue(since, now + minutes * 60_000, lastResort), true);
    const tried = { since: now, triedAt: now + minutes * 60_000 };
    assert.equal(isDue(tried, now + minutes * 60_000 + 1, lastResort), false, 'one request at a time');
  }
});

test('durations', () => {
  for (const [ms, text] of [
    [-5, '1 s'],
    [1, '1 s'],
    [119_000, '119 s'],
    [120_000, '2 min'],
    [59 * 60_000 + 1, '1 h'],
    [7 * hour + 28 * 60_000 + 1000, '7 h 29 min'],
    [24 * hour, '1 d'],
    [97 * hour, '4 d 1 h'],
  ] as const)
    assert.equal(formatDuration(ms), text);
});
