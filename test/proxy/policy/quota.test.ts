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
