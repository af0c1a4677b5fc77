/** When a limit ends, in the headers and sentences of several vendors. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resetInHeaders, resetInWords, untilEpoch } from '../../../lib/proxy/policy/reset-times.ts';

const now = Date.parse('2026-01-05T00:00:00Z');
const hour = 3_600_000;

test('a reset in words is a span or a time', () => {
  for (const [message, ms] of [
    ['5-hour usage limit reached. Resets in 7hr 29min. To continue', 7 * hour + 29 * 60_000],
    ['resets in 3 days, 4 hours', 76 * hour],
    // Groq, OpenAI
    ['Rate limit reached for model `x` on tokens per day (TPD). Please try again in 5m2.4s. Visit', 302_400],
    ['Please try again in 480ms.', 480],
    // Copilot (github/copilot-cli#2696)
    ['Please try again in 58 hours. Please review our Terms of Service', 58 * hour],
    // Gemini (continuedev/continue#9570)
    ['Quota exceeded for metric: x, limit: 0.\nPlease retry in 45.578569677s.', 45_579],
    // Zhipu, code 1308: no zone, so Beijing's (docs.bigmodel.cn, api-code)
    ['Usage limit reached for 5 hour. Your limit will reset at 2026-01-05 12:34:56', 4 * hour + 2_096_000],
    ['已达到 5 小时的使用上限。您的限额将在 2026-01-05 12:34:56 重置。', 4 * hour + 2_096_000],
    // Anthropic (anthropics/claude-code#38035)
    ['You will regain access on 2026-01-06 at 00:00 UTC.', 24 * hour],
    ['quota resets 2026-01-05T02:00:00.000Z', 2 * hour],
    ['quota resets 2026-01-05T02:00:00+01:00', hour],
    ['Your limit reset at 2026-01-04 00:00:00', undefined],
    ['the model claude-x-2026-01-09 is not known', undefined],
    ['resets in a while', undefined],
    ['', undefined],
  ] as const)
    assert.equal(resetInWords(message, now), ms, message);
});

test('a reset in a header is a time in seconds or milliseconds', () => {
  const seconds = now / 1000 + 90;
  assert.equal(resetInHeaders({ 'anthropic-ratelimit-unified-reset': String(seconds) }, now), 90_000);
  assert.equal(resetInHeaders({ 'x-ratelimit-reset': String(seconds * 1000) }, now), 90_000);
  for (const value of ['', 'soon', '12', String(now / 1000 - 1), '-5'])
    assert.equal(resetInHeaders({ 'x-ratelimit-reset': value }, now), undefined, value);
  assert.equal(resetInHeaders({}, now), undefined);
  assert.equal(untilEpoch(NaN, now), undefined);
});

test('long messages are read in linear time', () => {
  for (const part of ['resets in ', '1 a ', '1', '9.', 'reset 2026-01-', 'try again in 1s, '])
    for (const text of [part.repeat(20_000), `resets in ${part.repeat(20_000)}!`]) {
      const { user } = process.cpuUsage();
      resetInWords(text, now);
      assert(process.cpuUsage().user - user < 2_000_000, part);
    }
});
