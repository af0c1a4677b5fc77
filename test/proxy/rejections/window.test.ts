/** Prompts that are too long, in the words of many vendors: the client reads the sentence that makes it compact. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ApiError } from '../../../lib/anthropic/errors.ts';
import type { JsonObject } from '../../../lib/json.ts';
import { diagnose } from '../../../lib/proxy/rejections/diagnose.ts';
import { diagnosed } from '../../../lib/proxy/policy/diagnosed.ts';
import { errorInside, readApiError } from '../../../lib/wire/decode/errors.ts';

/** Vendors' messages for context overflow, with the token counts in them. */
const overflows: [
  message: string,
  numbers?: [requested: number, limit: number] | undefined,
  limit?: number,
][] = [
  ['prompt is too long: 210000 tokens > 200000 maximum', [210000, 200000]],
  ['prompt is too long: 90 tokens > 50 maximum', [90, 50]],
  ['Error from provider (Console Go): prompt is too long'],
  [
    "This model's maximum context length is 128000 tokens. However, you requested 130000 tokens (120000 in the messages, 10000 in the completion). Please reduce the length of the messages or completion.",
    [130000, 128000],
  ],
  [
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9,001 tokens.",
    [9001, 8192],
  ],
  [
    "gpt-4-0613: This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens. (request id: 20261122093000123456)",
    [9001, 8192],
  ],
  [
    "This endpoint's maximum context length is 131072 tokens. However, you requested about 140000 tokens (130000 of text input, 2000 of tool input, 8000 in the output).",
    [132000, 131072],
  ],
  [
    "'max_tokens' or 'max_completion_tokens' is too large: 64000. This model's maximum context length is 65536 tokens and your request has 10000 input tokens (64000 > 65536 - 10000).",
    [74000, 65536],
  ],
  [
    'input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length or `max_tokens` and try again',
    [209573, 200000],
  ],
  [
    "deepseek-v3-250324: This model's maximum context length is 131072 tokens. However, you requested 140000 tokens.",
    [140000, 131072],
  ],
  ['Your input exceeds the context window of this model. Please adjust your input and try again.'],
  ['invalid params, context window exceeds limit (2013)'],
  ['Invalid request: Your request exceeded model token limit: 262144 (requested: 300000)', [300000, 262144]],
  [
    '<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 258048]',
    undefined,
    258048,
  ],
  [
    'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
    [1200000, 1048576],
  ],
  ['The input token count exceeds the maximum number of tokens allowed 1048576.', undefined, 1048576],
  ["This model's maximum prompt length is 131072 but the request contains 537812 tokens.", [537812, 131072]],
  [
    'Prompt contains 65673 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
    [65673, 32768],
  ],
  ['The decoder prompt (length 40000) is longer than the maximum model length of 32768.', [40000, 32768]],
  ["The input (40000 tokens) is longer than the model's context length (32768 tokens).", [40000, 32768]],
  [
    'request (12345 tokens) exceeds the available context size (8192 tokens), try increasing it',
    [12345, 8192],
  ],
  ['the request exceeds the available context size. try increasing the context size or enable context shift'],
  ['prompt token count of 140000 exceeds the limit of 128000', [140000, 128000]],
  ['The prompt is too long: 140000, model maximum context length: 131072', [140000, 131072]],
  ['Input is too long for requested model.'],
  ['requested 40000 tokens but model only supports up to 32768', [40000, 32768]],
  ['Prompt exceeds max length'],
];

/** The error as the client would receive it, from an error response or from an error inside an answer. */
function received(error: ApiError | undefined): Partial<ApiError> {
  assert.ok(error);
  const outcome = diagnosed(
    error.status > 0
      ? { type: 'refused', error }
      : { type: 'failed', trouble: 'upstream', error, at: 'before_content' },
    'model-1',
  );
  assert.ok(outcome.type === 'refused' || outcome.type === 'failed');
  return outcome.error;
}

describe('a prompt that is too long', () => {
  for (const [vendorMessage, numbers, limit = numbers?.[1]] of overflows)
    test(vendorMessage.slice(0, 90), () => {
      const expected = numbers
        ? `prompt is too long: ${numbers[0]} tokens > ${numbers[1]} maximum`
        : 'prompt is too long for this model';
      const shapes = [
        readApiError(400, JSON.stringify({ error: { message: vendorMessage, type: 'server_error' } })),
        readApiError(422, vendorMessage),
        readApiError(
          400,
          JSON.stringify({
            error: {
              message: 'Provider returned error',
              code: 400,
              metadata: { raw: JSON.stringify({ error: { message: vendorMessage } }) },
            },
          }),
        ),
        errorInside({ error: { message: vendorMessage } }),
        errorInside({ type: 'error', error: { type: 'invalid_request_error', message: vendorMessage } }),
      ];
      for (const read of shapes.map(received)) {
        assert.equal(read.type, 'invalid_request_error');
        assert.equal(read.message, expected);
        assert.equal(read.overflow, true);
        assert.equal(read.limit, limit);
      }
    });

  const recognized: [string, number, JsonObject | string][] = [
    ['by code', 400, { error: { message: 'too much', code: 'context_length_exceeded' } }],
    [
      'by a nested code',
      400,
      {
        error: {
          message: 'Provider returned error',
          metadata: { raw: '{"error":{"message":"no","code":"context_length_exceeded"}}' },
        },
      },
    ],
    ['by Zhipu’s code, with a Chinese message', 400, { error: { message: 'Prompt 超长', code: '1261' } }],
    ['by type', 400, { type: 'error', error: { type: 'request_too_large', message: 'no' } }],
    ['by status', 413, '<html><title>413 Request Entity Too Large</title>'],
    ['by status, with numbers of bytes', 413, 'body of 104857600 bytes > 33554432 allowed'],
  ];
  for (const [name, status, body] of recognized)
    test(name, () => {
      const read = received(readApiError(status, typeof body === 'string' ? body : JSON.stringify(body)));
      assert.equal(read.overflow, true);
      assert.equal(read.message, 'prompt is too long for this model');
    });

  test('Zhipu’s code in a stream is not taken for a status', () => {
    const read = received(errorInside({ error: { code: 1261, message: 'Prompt exceeds max length' } }));
    assert.deepEqual([read.status, read.overflow, read.upstreamCode], [0, true, '1261']);
  });

  for (const status of [401, 403, 429, 500, 502, 503, 529])
    test(`not with a ${status}`, () => {
      const read = received(readApiError(status, 'maximum context length is 4096 tokens'));
      assert.equal(read.overflow, undefined);
    });

  test('not in other refusals', () => {
    for (const message of [
      'max_tokens must be at most 8192',
      'rate limit: 200000 tokens per minute',
      'Invalid value',
      'Model is unavailable.',
    ])
      assert.notEqual(diagnose(readApiError(400, message)).about, 'window', message);
  });
});
