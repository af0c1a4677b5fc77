/** What Google's errors say in their details. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readGeminiError } from '../../../lib/wire/gemini/errors.ts';
import { modelOf, proxyOver, requestBody } from '../../support/proxy.ts';

const refusal = (...details: object[]): string =>
  JSON.stringify({
    error: { code: 429, message: 'You exceeded your current quota.', status: 'RESOURCE_EXHAUSTED', details },
  });
const retryInfo = (retryDelay: unknown): object => ({
  '@type': 'type.googleapis.com/google.rpc.RetryInfo',
  retryDelay,
});
const quotaFailure = { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [] };

describe('when to ask again', () => {
  const table: [what: string, details: object[], ms: number | undefined][] = [
    ['whole seconds', [quotaFailure, retryInfo('34s')], 34_000],
    ['a fraction, never too early', [retryInfo('34.074824224s')], 34_075],
    ['at once', [retryInfo('0s')], 0],
    ['nothing', [quotaFailure], undefined],
    ['a delay of another kind', [{ ...quotaFailure, retryDelay: '34s' }], undefined],
    ...['34', 's', '-3s', '1e9s', '99999999999s', 34, null, ''].map((odd): [string, object[], undefined] => [
      `what is no duration: ${odd}`,
      [retryInfo(odd)],
      undefined,
    ]),
  ];
  for (const [what, details, ms] of table)
    test(what, () => {
      const error = readGeminiError(429, refusal(...details));
      assert.equal(error.retryAfterMs, ms);
      assert.equal(error.upstreamType, 'RESOURCE_EXHAUSTED');
    });

  const answers = (headers = {}) => [{ reply: { status: 429, headers, body: refusal(retryInfo('33.2s')) } }];
  const models = [modelOf('only', { wire_format: 'gemini' })];

  test('reaches the client as retry-after', async () => {
    await using proxy = await proxyOver({ answers: answers(), models });
    const { status, headers } = await proxy.send(requestBody());
    assert.equal(status, 429);
    assert.equal(headers.get('retry-after'), '34');
    assert.equal(headers.get('x-should-retry'), null);
  });

  test('but a header has the last word', async () => {
    await using proxy = await proxyOver({ answers: answers({ 'retry-after': '20' }), models });
    assert.equal((await proxy.send(requestBody())).headers.get('retry-after'), '20');
  });
});
