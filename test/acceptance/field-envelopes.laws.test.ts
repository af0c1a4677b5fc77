/**
 * One refusal of each of several kinds, in every envelope that servers and gateways have been seen to use: it means the same
 * in each. See `field-*.laws.test.ts` for the kinds.
 */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { test } from '../support/sampled-test.ts';
import { configured, readTool } from '../support/configured-upstreams.ts';
import { requestBody } from '../support/proxy.ts';
import { answerIn, json, type Responder } from '../support/scripted-upstream.ts';

type Envelope = (message: string) => unknown;

const plain = (message: string): object => ({ error: { message, type: 'invalid_request_error' } });

const envelopes: Record<string, Envelope> = {
  'error.message': plain,
  'error.message without a type': (message) => ({ error: { message } }),
  'a list': (message) => [{ error: { code: 400, message, status: 'INVALID_ARGUMENT' } }],
  'error as a text': (message) => ({ error: message }),
  'a flat message': (message) => ({ message, type: 'BadRequestError', code: 400 }),
  'detail as a text': (message) => ({ detail: message }),
  'detail as a list': (message) => ({ detail: [{ msg: message }] }),
  'detail as an object': (message) => ({ detail: { error: message } }),
  'errors as a list': (message) => ({ errors: [{ message }] }),
  'errors as an object': (message) => ({ errors: { message } }),
  'an error in an error': (message) => ({ error: { error: { message } } }),
  anthropic: (message) => ({ type: 'error', error: { type: 'invalid_request_error', message } }),
  'metadata.raw as a text': (message) => ({
    error: {
      message: 'Provider returned error',
      code: 400,
      metadata: { raw: JSON.stringify(plain(message)) },
    },
  }),
  'metadata.raw as a sentence': (message) => ({
    error: { message: 'Provider returned error', code: 400, metadata: { raw: message } },
  }),
  'metadata.raw as an object': (message) => ({
    error: { message: 'Provider returned error', code: 400, metadata: { raw: plain(message) } },
  }),
  'JSON in a sentence': (message) => ({
    error: {
      message: `litellm.BadRequestError: XException - ${JSON.stringify(plain(message))}. Received Model Group=m`,
    },
  }),
  'JSON with line ends in a sentence': (message) => ({
    error: { message: `Error from provider: 400 Bad Request ${JSON.stringify(plain(message), null, 2)}\n` },
  }),
  'JSON in JSON in JSON': (message) => ({
    error: { message: JSON.stringify({ error: { message: JSON.stringify(plain(message)) } }) },
  }),
  'a text of JSON': (message) => JSON.stringify(JSON.stringify(plain(message))),
  'the provider before it': (message) => ({
    error: {
      message: `Error from provider (Console Go): Upstream request failed: [invalid_request_error] ${message}`,
    },
  }),
  'a plain text': (message) => message,
  'a gateway’s envelope with a cause': (message) => ({
    success: false,
    msg: 'upstream error',
    cause: plain(message),
  }),
  'data around it': (message) => ({ success: false, data: plain(message) }),
  AWS: (message) => ({ __type: 'ValidationException', message }),
  Apigee: (message) => ({ fault: { faultstring: message, detail: { errorcode: 'x' } } }),
  'an upstream’s body': (message) => ({
    error: { message: 'Bad request', upstream_error: JSON.stringify(plain(message)) },
  }),
  'responses, failed': (message) => ({ status: 'failed', error: { code: 'invalid_prompt_shape', message } }),
};

const asEvent =
  (status: number, body: unknown): Responder =>
  (response) =>
    void response
      .writeHead(status, { 'content-type': 'text/event-stream' })
      .end(`event: error\ndata: ${JSON.stringify(body)}\n\n`);

const ways: Record<string, (body: unknown) => Responder> = {
  'as an answer': (body) => json(400, body),
  'as an event with the status 400': (body) => asEvent(400, body),
  'as an event inside a 200': (body) => asEvent(200, body),
  'as JSON with the status 200': (body) => json(200, body),
};

/** What the second request must be, or the client must get. */
const kinds = {
  'unlearned-field': {
    message: "Unsupported parameter: 'temperature' is not supported with this model.",
    check: (text: string, sent: readonly unknown[]) => {
      assert.equal(text, 'ok');
      assert.doesNotMatch(JSON.stringify(sent[1]), /temperature/);
    },
  },
  'room-for-the-answer': {
    message:
      "'max_tokens' is too large: 32000. This model's maximum context length is 32768 tokens and your request has 17459 input tokens (32000 > 32768 - 17459).",
    check: (text: string, sent: readonly unknown[]) => {
      assert.equal(text, 'ok');
      const { max_tokens: most } = sent[1] as { max_tokens: number };
      assert(most > 14_000 && most < 15_310);
    },
  },
  'overflow-wording': {
    message: "The input (61709 tokens) is longer than the model's context length (40960 tokens).",
    check: (_: string, __: readonly unknown[], body: string) =>
      assert.match(body, /"prompt is too long: 61709 tokens > 40960 maximum/),
  },
  'model-fault-as-400': {
    message: 'Your credit balance is too low to access the Anthropic API.',
    check: (text: string) => assert.equal(text, 'other'),
    fallback: true,
  },
} as const;

for (const [kind, one] of Object.entries(kinds))
  describe(kind, () => {
    for (const [name, envelope] of Object.entries(envelopes))
      for (const [way, respond] of Object.entries(ways)) {
        const body = envelope(one.message);
        if (way !== 'as an answer' && typeof body === 'string') continue;
        test(`${name}, ${way}`, async () => {
          await using over = await configured({
            up: {
              format: 'chat',
              script: [respond(body), answerIn('chat')],
              entry: { context_window: 500_000, max_output_tokens: 100_000 },
            },
            ...('fallback' in one && { other: { format: 'chat', script: [answerIn('chat', 'other')] } }),
          });
          const response = await over.send(
            requestBody({ temperature: 0.5, max_tokens: 32_000, tools: [readTool] }),
          );
          const sent = over.received['up']?.map((received): unknown => received.body) ?? [];
          try {
            one.check(response.text, sent, response.body);
          } catch (error) {
            throw new Error(`${JSON.stringify(body)}\n${response.body}`, { cause: error });
          }
        });
      }
  });
