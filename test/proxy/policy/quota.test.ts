/** Who is out of allowance until when, from what upstreams were seen to say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readApiError } from '../../../lib/wire/decode/errors.ts';
import {
  formatDuration,
  mayTrySpent,
  resetMsOf,
  spentBy,
  describeSpent,
} from '../../../lib/proxy/policy/quota.ts';
import { failedWith, refusedWith } from '../../support/candidates.ts';

const hour = 3_600_000;
const now = 1_000_000;
const spent = (type: string, message = 'm', more: object = {}, retryAfterMs?: number) =>
  spentBy(refusedWith(429, { type, message }, retryAfterMs, more), 'opencode-go', 'glm-5', now);

test('a plan’s limit is the provider’s, named and until the reset it tells', () => {
  const limit = spent('GoUsageLimitError', 'x', { metadata: { limitName: '5 hour' } }, 42_694_000);
  assert.deepEqual(limit, {
    who: 'opencode-go',
    limit: '5-hour limit',
    until: now + 42_694_000,
    resetKnown: true,
    since: now,
  });
  assert.equal(limit && describeSpent(limit, now), 'its 5-hour limit is reached, resets in 11 h 52 min');
});

test('only what is about the model alone is about the model', () => {
  const who = (type: string, message?: string) => spent(type, message)?.who;
  assert.equal(who('GoUsageLimitError', 'Weekly usage limit reached'), 'opencode-go');
  assert.equal(who('GoUsageLimitError', 'Monthly usage limit of glm-5 reached'), 'opencode-go/glm-5');
  assert.equal(who('GoUsageLimitError', 'To go on, use glm-5.3-flash'), 'opencode-go');
  assert.equal(who('GoUsageLimitError', 'limit of "GLM-5": reached'), 'opencode-go/glm-5');
  assert.equal(who('FreeUsageLimitError'), 'opencode-go/glm-5');
  assert.equal(who('CreditsError'), 'opencode-go');
});

test('each kind of allowance has its name', () => {
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

test('a limit inside an answer counts like one with a status, its reset read from the words', () => {
  const error = readApiError(
    0,
    JSON.stringify({ error: { type: 'GoUsageLimitError', message: 'Weekly limit. Resets in 2 days' } }),
  );
  const inside = { type: 'failed', trouble: 'upstream', error, at: 'before_content' } as const;
  const found = spentBy(inside, 'opencode-go', 'glm-5', now);
  assert.deepEqual([found?.who, found?.until, found?.resetKnown], ['opencode-go', now + 48 * hour, true]);
});

test('other outcomes say nothing about allowances', () => {
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

test('the reset is read from the header first, then from the words', () => {
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

test('without a reset it is a minute, and what is absurdly far is not believed', () => {
  const untold = spent('CreditsError');
  assert.deepEqual([untold?.until, untold?.resetKnown], [now + 60_000, false]);
  assert.equal(untold && describeSpent(untold, now), 'its balance is used up; tried again in 60 s');
  assert.equal(spent('CreditsError', 'm', {}, 1e15)?.until, now + 32 * 24 * hour);
});

test('the word of a spent provider is doubted once a minute', () => {
  const allowance = spent('GoUsageLimitError', 'm', {}, hour) ?? assert.fail();
  assert.equal(mayTrySpent(allowance, now + 59_999), false);
  assert.equal(mayTrySpent(allowance, now + 60_000), true);
});

test('spans of time in words', () => {
  for (const [ms, words] of [
    [-5, '1 s'],
    [1, '1 s'],
    [119_000, '119 s'],
    [120_000, '2 min'],
    [59 * 60_000 + 1, '1 h'],
    [7 * hour + 28 * 60_000 + 1000, '7 h 29 min'],
    [24 * hour, '1 d'],
    [97 * hour, '4 d 1 h'],
  ] as const)
    assert.equal(formatDuration(ms), words);
});
