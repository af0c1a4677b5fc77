/** Refusals that no change of the request answers: what they are about, and what is remembered of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutModel } from '../../../lib/proxy/rejections/text.ts';
import { follow } from '../../support/refusals/chain.ts';

/** What follows from the error of a chat upstream. */
const about = (status: number, error: object) =>
  follow({ format: 'chat', status, body: JSON.stringify({ error }) });

for (const [source, status, error] of [
  [
    'OpenAI, shobrook/wut#14',
    404,
    {
      message: 'The model `gpt-4o` does not exist or you do not have access to it.',
      type: 'invalid_request_error',
      param: null,
      code: 'model_not_found',
    },
  ],
  [
    'GitHub Copilot, github/copilot-cli#639',
    400,
    {
      message: 'The requested model is not supported.',
      code: 'model_not_supported',
      param: 'model',
      type: 'invalid_request_error',
    },
  ],
] as const)
  test(`a model that is not available is remembered as such: ${source}`, () => {
    const { diagnosis, learned, repairs } = about(status, error);
    assert.deepEqual([diagnosis.about, learned?.what, repairs], ['model', 'gone', []]);
  });

for (const [source, error, expected] of [
  [
    'OpenRouter, Gitlawb/openclaude#936',
    { message: 'Rate limit exceeded: free-models-per-day', code: 'rate_limit_exceeded' },
    'allowance',
  ],
  ['OpenAI', { message: 'You exceeded your current quota', code: 'insufficient_quota' }, 'balance'],
  ['Groq', { message: 'Too many tokens', code: 'rate_limit_exceeded' }, 'rate'],
] as const)
  test(`a 429 is what its code or its sentence says: ${source}`, () => {
    assert.equal(about(429, error).diagnosis.about, expected);
  });

for (const message of [
  'Request body too large. Max size: 65536 bytes',
  'request entity too large, expected: 700000, limit: 102400',
  'Payload exceeds the limit of 524288',
])
  test(`a limit of the body is an overflow without numbers: ${message}`, () => {
    const { error, learned } = about(413, { message });
    assert.equal(error.message, 'prompt is too long for this model');
    assert.equal(learned, undefined);
  });

test('a limit of the answer with the status 413 is no window', () => {
  const { diagnosis, learned } = about(413, {
    message: 'Range of max_completion_tokens should be [1, 8192]',
  });
  assert.deepEqual(
    [diagnosis.about, diagnosis.counts, learned],
    ['answer_limit', { limit: 8192 }, undefined],
  );
});

test('numbers and names in addresses, units and stack traces are no part of the sentence', () => {
  const { error, repairs } = about(400, {
    message:
      'Prompt too long. See https://example.com/49025/create#top_p\n    at stop (/srv/temperature.js:49022:17)\n',
  });
  assert.equal(error.message, 'prompt is too long for this model');
  assert.deepEqual(repairs, []);
  const named = about(400, {
    message:
      'Bad request\n  File "/srv/app.py", line 7, in top_p\n    raise temperature_error\nSee https://example.com/a#top_p',
  });
  assert.deepEqual(named.repairs, []);
});

test('the id of a model is replaced as a whole, and only if it is no plain word', () => {
  const cases = [
    ['gpt-128k does not take it', 'openai/gpt-128k', 'model does not take it'],
    ['OpenAI/GPT-128k: no', 'openai/gpt-128k', 'model: no'],
    ['模型gpt-128k不支持', 'gpt-128k', '模型model不支持'],
    ['gpt-128kb', 'gpt-128k', 'gpt-128kb'],
    ['"auto" tool choice requires --enable-auto-tool-choice', 'openrouter/auto', undefined],
  ] as const;
  for (const [text, id, expected = text] of cases) assert.equal(withoutModel(text, id), expected);
});
