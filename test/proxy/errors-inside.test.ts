/** An error inside a 200, before and after content: the client receives its type, and the status that belongs to it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isContent } from '../../lib/anthropic/events.ts';
import type { Answer } from '../../lib/emulator/answer.ts';
import { say } from '../../lib/emulator/script.ts';
import { run, utf8 } from '../support/decode.ts';
import { modelOf, proxyOver, requestBody } from '../support/proxy.ts';
import { decoder, type Format } from '../support/turns.ts';

interface Inside {
  source: string;
  body: object;
  /** Before content. */
  status: number;
  type: string;
  /** In an error event after content, where it differs: a plan's limit and the balance are a rate limit only as a status. */
  typeInStream?: string;
  says: string;
  /** What the client shows, where it differs. */
  shows?: string;
}

const anthropic = (type: string, message: string): object => ({ type: 'error', error: { type, message } });

const errors: readonly Inside[] = [
  {
    source: 'Anthropic, overloaded_error (docs.anthropic.com, streaming)',
    body: anthropic('overloaded_error', 'Overloaded'),
    status: 529,
    type: 'overloaded_error',
    says: 'Overloaded',
  },
  {
    source: 'Anthropic, rate_limit_error',
    body: anthropic('rate_limit_error', 'slow down'),
    status: 429,
    type: 'rate_limit_error',
    says: 'slow down',
  },
  {
    source: 'Anthropic, authentication_error',
    body: anthropic('authentication_error', 'invalid x-api-key'),
    status: 424,
    type: 'authentication_error',
    says: 'invalid x-api-key',
    // With both hyphens Claude Code hides the whole message.
    shows: 'invalid x-api key',
  },
  {
    source: 'Anthropic, invalid_request_error',
    body: anthropic('invalid_request_error', 'messages: empty'),
    status: 400,
    type: 'invalid_request_error',
    says: 'messages: empty',
  },
  {
    source: 'Anthropic, not_found_error: a model that failed is never a 404',
    body: anthropic('not_found_error', 'model: x'),
    status: 424,
    type: 'api_error',
    typeInStream: 'not_found_error',
    says: 'model: x',
  },
  {
    source: 'Anthropic, billing_error: no money',
    body: anthropic('billing_error', 'no credit'),
    status: 402,
    type: 'billing_error',
    says: 'no credit',
  },
  {
    source: 'Anthropic, timeout_error',
    body: anthropic('timeout_error', 'too slow'),
    status: 504,
    type: 'timeout_error',
    says: 'too slow',
  },
  {
    source: 'Anthropic, api_error',
    body: anthropic('api_error', 'broke'),
    status: 502,
    type: 'api_error',
    says: 'broke',
  },
  {
    source: 'OpenAI, code rate_limit_exceeded',
    body: {
      error: { message: 'Rate limit reached', type: 'tokens', param: null, code: 'rate_limit_exceeded' },
    },
    status: 429,
    type: 'rate_limit_error',
    says: 'Rate limit reached',
  },
  {
    source: 'OpenAI, code invalid_api_key below invalid_request_error',
    body: { error: { message: 'Bad key', type: 'invalid_request_error', code: 'invalid_api_key' } },
    status: 424,
    type: 'authentication_error',
    says: 'Bad key',
  },
  {
    source: 'Moonshot, engine_overloaded_error',
    body: { error: { message: 'The engine is currently overloaded', type: 'engine_overloaded_error' } },
    status: 529,
    type: 'overloaded_error',
    says: 'overloaded',
  },
  {
    source: 'vLLM, the name of an exception and a number',
    body: { error: { message: 'bad', type: 'BadRequestError', param: null, code: 400 } },
    status: 400,
    type: 'invalid_request_error',
    says: 'bad',
  },
  {
    source: 'OpenRouter, a number in mid-stream (openrouter.ai/docs, errors)',
    body: { error: { code: 502, message: 'Provider disconnected' } },
    status: 502,
    type: 'api_error',
    says: 'Provider disconnected',
  },
  {
    source: 'Google, RESOURCE_EXHAUSTED',
    body: { error: { code: 429, message: 'Quota', status: 'RESOURCE_EXHAUSTED' } },
    status: 429,
    type: 'rate_limit_error',
    says: 'Quota',
  },
  {
    source: 'Google, UNAVAILABLE',
    body: { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } },
    status: 503,
    type: 'overloaded_error',
    says: 'The model is overloaded.',
  },
  {
    source: 'Google, UNAVAILABLE without a number',
    body: { error: { message: 'The model is overloaded.', status: 'UNAVAILABLE' } },
    status: 529,
    type: 'overloaded_error',
    says: 'The model is overloaded.',
  },
  {
    source: 'Google, DEADLINE_EXCEEDED',
    body: { error: { code: 504, message: 'Deadline', status: 'DEADLINE_EXCEEDED' } },
    status: 504,
    type: 'timeout_error',
    says: 'Deadline',
  },
  {
    source: 'Amazon Bedrock, ThrottlingException',
    body: { error: { type: 'ThrottlingException', message: 'Too many tokens' } },
    status: 429,
    type: 'rate_limit_error',
    says: 'Too many tokens',
  },
  {
    source: 'MiniMax, the status of its gateway in http_code',
    body: {
      type: 'error',
      error: { type: 'bad_request_error', message: 'invalid params', http_code: '400' },
    },
    status: 400,
    type: 'invalid_request_error',
    says: 'invalid params',
  },
  {
    source: 'MiniMax, base_resp (platform.minimax.io, error codes)',
    body: { id: '', choices: null, base_resp: { status_code: 1002, status_msg: 'rate limit' } },
    status: 429,
    type: 'rate_limit_error',
    says: 'rate limit',
  },
  {
    source: 'Cloudflare, errors in an envelope',
    body: { success: false, errors: [{ code: 7003, message: 'Could not route' }], result: null },
    status: 502,
    type: 'api_error',
    says: 'Could not route',
  },
  {
    source: 'errors as an object',
    body: { errors: { message: 'Please bind your account before use.' } },
    status: 502,
    type: 'api_error',
    says: 'Please bind your account before use.',
  },
];

/** Errors that no field marks as one: an answer that ends after them has failed for this reason. */
const bare: readonly Inside[] = [
  {
    source: 'a text alone',
    body: { message: 'Unauthorized' },
    status: 502,
    type: 'api_error',
    says: 'Unauthorized',
  },
  {
    source: 'DashScope, code and message',
    body: { code: 'Throttling.RateQuota', message: 'Requests rate limit exceeded', request_id: 'r' },
    status: 429,
    type: 'rate_limit_error',
    says: 'Requests rate limit exceeded',
  },
  {
    source: 'a gateway in Java',
    body: { code: 503, msg: 'system busy', data: null },
    status: 503,
    type: 'overloaded_error',
    says: 'system busy',
  },
  {
    source: 'RFC 9457',
    body: { title: 'Too Many Requests', status: 429, detail: 'Wait a minute.' },
    status: 429,
    type: 'rate_limit_error',
    says: 'Wait a minute.',
  },
];

/** The start of a streamed answer, with the text "Hello". */
const beginnings: Record<Format, object[]> = {
  chat: [{ choices: [{ index: 0, delta: { content: 'Hello' } }] }],
  gemini: [{ candidates: [{ content: { parts: [{ text: 'Hello' }] } }] }],
  messages: [
    { type: 'message_start', message: { id: 'msg_1', usage: { input_tokens: 1, output_tokens: 1 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
  ],
  responses: [{ type: 'response.output_text.delta', output_index: 0, item_id: 'm', delta: 'Hello' }],
};

const data = (json: object): string => `data: ${JSON.stringify(json)}\n\n`;
const stream = (body: string): Answer => ({
  reply: { status: 200, headers: { 'content-type': 'text/event-stream' }, body },
});
const document = (json: object): Answer => ({
  reply: { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) },
});

for (const format of Object.keys(beginnings) as Format[]) {
  const models = [modelOf('first', { wire_format: format })];

  for (const { source, body, status, type, says, shows = says } of [...errors, ...bare]) {
    test(`${format}: ${source}: before content, its status and type`, async () => {
      const answers = [stream(data(body)), document(body)];
      if (!bare.some((one) => one.body === body)) answers.push(stream(`event: error\n${data(body)}`));
      for (const answer of answers) {
        for (const streamed of [true, false]) {
          await using over = await proxyOver({ answers: [answer], models });
          const response = await over.send(requestBody({ stream: streamed }));
          assert.deepEqual([response.status, response.error?.type], [status, type], response.body);
          assert.ok(response.error?.message.includes(shows), response.error?.message);
        }
      }
    });
  }

  test(`${format}: after content, the type is in the error event`, () => {
    for (const { source, body, type, typeInStream = type, says } of errors) {
      const { events } = run(decoder(format), [...beginnings[format], body].map(data).map(utf8));
      assert.ok(events.some(isContent), source);
      const last = events.at(-1);
      assert.ok(last?.type === 'error', source);
      assert.equal(last.error.type, typeInStream, source);
      assert.ok(last.error.message.includes(says), last.error.message);
    }
  });
}

test('an error inside a 200 that is no fault of the request leaves the answer to the next model', async () => {
  for (const { source, body, type } of [...errors, ...bare]) {
    if (type === 'invalid_request_error') continue;
    await using over = await proxyOver({ answers: [document(body), [say('from second')]] });
    assert.equal((await over.send()).text, 'from second', source);
  }
});

test('a request’s own fault keeps its status: FastAPI’s 422 (vLLM, Mistral), 405, 415', async () => {
  const detail = { detail: [{ loc: ['body', 'messages'], msg: 'Field required', type: 'missing' }] };
  for (const status of [422, 405, 415]) {
    await using over = await proxyOver([{ reply: { status, body: JSON.stringify(detail) } }]);
    const response = await over.send();
    assert.deepEqual([response.status, response.error?.type], [status, 'invalid_request_error']);
    assert.equal(response.error?.message, 'body.messages: Field required');
  }
});

test('an overflow under a 422 or 413 is the 400 that makes the client compact', async () => {
  for (const status of [422, 413]) {
    const body = JSON.stringify({
      detail: "This model's maximum context length is 8192 tokens, you sent 9000.",
    });
    await using over = await proxyOver([{ reply: { status, body } }]);
    const response = await over.send();
    assert.equal(response.status, 400);
    assert.equal(response.error?.message, 'prompt is too long: 9000 tokens > 8192 maximum');
  }
});
