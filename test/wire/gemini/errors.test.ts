/** The details in Google's errors. */
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

describe('the retry delay', () => {
  const table: [what: string, details: object[], ms: number | undefined][] = [
    ['whole seconds', [quotaFailure, retryInfo('34s')], 34_000],
    ['a fraction, rounded up', [retryInfo('34.074824224s')], 34_075],
    ['zero', [retryInfo('0s')], 0],
    ['no delay', [quotaFailure], undefined],
    ['a delay in another type of detail', [{ ...quotaFailure, retryDelay: '34s' }], undefined],
    ...['34', 's', '-3s', '1e9s', '99999999999s', 34, null, ''].map(
      (value): [string, object[], undefined] => [
        `an invalid duration: ${value}`,
        [retryInfo(value)],
        undefined,
      ],
    ),
  ];
  for (const [what, details, ms] of table)
    test(what, () => {
      const error = readGeminiError(429, refusal(...details));
      assert.equal(error.retryAfterMs, ms);
      assert.equal(error.upstreamType, 'RESOURCE_EXHAUSTED');
    });

  const answers = (headers = {}) => [{ reply: { status: 429, headers, body: refusal(retryInfo('33.2s')) } }];
  const models = [modelOf('only', { wire_format: 'gemini' })];

  test('is sent to the client as retry-after', async () => {
    await using proxy = await proxyOver({ answers: answers(), models });
    const { status, headers } = await proxy.send(requestBody());
    assert.equal(status, 429);
    assert.equal(headers.get('retry-after'), '34');
    assert.equal(headers.get('x-should-retry'), null);
  });

  test('is overridden by a retry-after header', async () => {
    await using proxy = await proxyOver({ answers: answers({ 'retry-after': '20' }), models });
    assert.equal((await proxy.send(requestBody())).headers.get('retry-after'), '20');
  });
});
