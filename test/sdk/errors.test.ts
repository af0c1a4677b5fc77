/** What the vendors' SDKs make of failures: error classes, words, request ids and retries, in front of each upstream format. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { failing, refuse, type Answer } from '../../lib/emulator/answer.ts';
import { call, callTogether, say } from '../../lib/emulator/script.ts';
import { proxyOver, token, type ProxyUnderTest } from '../support/proxy.ts';
import { formats, type Format } from '../support/turns.ts';
import { Unfinished, type Access, type HeardError } from './dialect.ts';
import { dialects, spoken, type Spoken } from './dialects.ts';
import { stage, type Stage } from './scenes.ts';

/** The class of the SDKs of Anthropic and OpenAI for a status. Google's has one class for all. */
interface Expected {
  status: number;
  anthropic: string;
  openai: string;
  /** Google's status, where it differs. */
  google?: number;
  /** The error's name for each client. */
  codes: Readonly<Record<Spoken, string | undefined>>;
  /** Whether the SDKs of Anthropic and OpenAI try again. */
  retried: boolean;
}

const transient = (status: number, anthropic = 'InternalServerError'): Expected => ({
  status,
  anthropic,
  openai: 'InternalServerError',
  codes: { messages: 'api_error', chat: undefined, responses: undefined, gemini: 'INTERNAL' },
  retried: true,
});
const overloaded = {
  messages: 'overloaded_error',
  chat: 'server_overloaded',
  responses: 'server_is_overloaded',
  gemini: 'UNAVAILABLE',
};
/** The upstream's refusal concerns the key and the models of the proxy, of which the client has no others (424). */
const dependency = (code: Expected['codes']): Expected => ({
  status: 424,
  anthropic: 'APIError',
  openai: 'APIError',
  codes: code,
  retried: false,
});
const gone = dependency({ messages: 'api_error', chat: undefined, responses: undefined, gemini: 'INTERNAL' });
const bad = { status: 400, anthropic: 'BadRequestError', openai: 'BadRequestError', retried: false };

/** What clients get, by the status of the upstream. */
const expected: ReadonlyMap<number, Expected> = new Map([
  [
    400,
    {
      ...bad,
      codes: {
        messages: 'invalid_request_error',
        chat: undefined,
        responses: undefined,
        gemini: 'INVALID_ARGUMENT',
      },
    },
  ],
  [
    401,
    dependency({
      messages: 'authentication_error',
      chat: 'invalid_api_key',
      responses: 'invalid_api_key',
      gemini: 'UNAUTHENTICATED',
    }),
  ],
  [
    402,
    {
      status: 402,
      anthropic: 'PaymentRequiredError',
      openai: 'APIError',
      codes: {
        messages: 'billing_error',
        chat: 'insufficient_quota',
        responses: 'insufficient_quota',
        gemini: 'FAILED_PRECONDITION',
      },
      retried: false,
    },
  ],
  [403, gone],
  [404, gone],
  [408, transient(502)],
  [
    413,
    {
      ...bad,
      codes: {
        messages: 'invalid_request_error',
        chat: 'context_length_exceeded',
        responses: 'context_length_exceeded',
        gemini: 'INVALID_ARGUMENT',
      },
    },
  ],
  [
    429,
    {
      status: 429,
      anthropic: 'RateLimitError',
      openai: 'RateLimitError',
      codes: {
        messages: 'rate_limit_error',
        chat: 'rate_limit_exceeded',
        responses: 'rate_limit_exceeded',
        gemini: 'RESOURCE_EXHAUSTED',
      },
      retried: true,
    },
  ],
  [500, transient(500)],
  [503, { ...transient(503, 'ServiceUnavailableError'), codes: overloaded }],
  [529, { ...transient(529, 'OverloadedError'), codes: overloaded, google: 503 }],
]);

const words = 'the emulated words';

/** An upstream that refuses every request. */
async function refusing(format: Format, status: number): Promise<ProxyUnderTest> {
  const refusal = refuse(status, { message: words, ...(status === 429 && { retryAfterSeconds: 1 }) });
  return proxyOver({ format, emulator: { script: () => refusal } });
}

/** Asks, and returns what the SDK says of the failure. */
async function failureOf(name: Spoken, access: Access, prompt = 'hello', stream = true): Promise<HeardError> {
  const conversation = [{ user: prompt }];
  const thrown: unknown = await dialects[name].ask(access, { conversation, stream }).then(
    (heard) => assert.fail(`an answer: ${JSON.stringify(heard)}`),
    (error: unknown) => error,
  );
  const error = dialects[name].error(thrown);
  assert.ok(error, String(thrown));
  return error;
}

for (const format of formats)
  describe(`an upstream of ${format} refuses`, () => {
    for (const [status, want] of expected)
      test(`with ${status}`, async () => {
        for (const name of spoken) {
          for (const stream of [true, false]) {
            // The proxy remembers which keys and models failed, so each request has one of its own.
            await using over = await refusing(format, status);
            const error = await failureOf(name, { url: over.url, key: token }, 'hello', stream);
            const which = `${name}: ${JSON.stringify(error)}`;
            assert.equal(error.status, name === 'gemini' ? (want.google ?? want.status) : want.status, which);
            assert.equal(error.code, want.codes[name], which);
            if (name !== 'gemini')
              assert.equal(error.kind, name === 'messages' ? want.anthropic : want.openai, which);
            assert.match(error.requestId ?? '', /^req_[0-9a-f]{24}$/, which);
            // The words of an overflow are those by which clients know it.
            assert.ok(error.message.includes(status === 413 ? 'prompt is too long: ' : words), which);
          }
        }
      });
  });

describe('retries', () => {
  /** Counts the requests of a client that may try once more. */
  async function tries(
    name: Spoken,
    status: number,
  ): Promise<{ requests: number; waits: (string | null)[] }> {
    await using over = await refusing('chat', status);
    const waits: (string | null)[] = [];
    const counting: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      waits.push(response.headers.get('retry-after'));
      return response;
    };
    await failureOf(name, { url: over.url, key: token, retries: 1, fetch: counting });
    return { requests: waits.length, waits };
  }

  test('happen for failures that may pass, and only for those', async () => {
    const sdks = ['messages', 'chat', 'responses'] as const;
    await Promise.all(
      sdks.flatMap((name) =>
        [...expected].map(async ([status, { retried }]) => {
          const { requests } = await tries(name, status);
          assert.equal(requests, retried ? 2 : 1, `${name}, ${status}`);
        }),
      ),
    );
  });

  test('come after the time that the upstream named', async () => {
    for (const name of spoken) {
      const { waits } = await tries(name, 429);
      assert.ok(
        waits.length > 0 && waits.every((seconds) => seconds === '1'),
        `${name}: ${JSON.stringify(waits)}`,
      );
    }
  });
});

describe('a conversation that is too long', () => {
  const tooLong = 'prompt is too long: 300000 tokens > 200000 maximum';
  for (const format of formats)
    test(`for an upstream of ${format} has the name by which clients shorten it`, async () => {
      const refusal = refuse(400, { message: tooLong });
      await using over = await proxyOver({ format, emulator: { script: () => refusal } });
      for (const name of spoken) {
        const { status, code, message } = await failureOf(name, { url: over.url, key: token });
        assert.equal(status, 400);
        assert.ok(message.includes(tooLong), message);
        if (name === 'chat' || name === 'responses') assert.equal(code, 'context_length_exceeded');
      }
    });
});

/** Ways in which an upstream breaks off after content. */
const breaks: Readonly<Record<string, Answer>> = {
  cut: failing([say(['some ', 'words ', 'more'])], { breaks: { at: { deltas: 2 }, how: 'cut' } }),
  reset: failing([say(['some ', 'words ', 'more'])], { breaks: { at: { deltas: 2 }, how: 'reset' } }),
  closed: failing([say(['some ', 'words ', 'more'])], { breaks: { at: { deltas: 2 }, how: 'hang-up' } }),
  within: failing([say(['some ', 'words ', 'more'])], { breaks: { at: { within: 2 }, how: 'cut' } }),
  reported: failing([say(['some ', 'words ', 'more'])], {
    errorEvent: { at: { deltas: 2 }, message: 'out of memory' },
  }),
  garbled: failing([say(['some ', 'words ', 'more'])], { brokenJson: { deltas: 2 } }),
  calling: failing([say('I read.'), call('Read', { path: 'a'.repeat(200) }, 'c1')], {
    breaks: { at: { within: 2 }, how: 'cut' },
  }),
  called: failing(
    [
      callTogether(
        { name: 'Read', input: { path: 'a'.repeat(60) }, id: 'c1' },
        { name: 'Read', input: { path: 'b'.repeat(60) }, id: 'c2' },
      ),
    ],
    { omit: ['finish', 'end'] },
  ),
};

for (const format of formats)
  describe(`an upstream of ${format} breaks off`, () => {
    let on: Stage;
    before(async () => {
      on = await stage(format, Object.fromEntries(Object.entries(breaks).map(([how, one]) => [how, [one]])));
    });
    after(() => on.over[Symbol.asyncDispose]());

    for (const how of Object.keys(breaks))
      test(how, async () => {
        for (const name of spoken)
          for (const stream of [true, false]) {
            const heard = dialects[name].ask(on.access, {
              conversation: [{ user: how }],
              stream,
              tools: true,
            });
            const thrown: unknown = await heard.then(
              (answer) => assert.fail(`${name}, ${stream}: ${JSON.stringify(answer)}`),
              (error: unknown) => error,
            );
            const isFailure = thrown instanceof Unfinished || dialects[name].error(thrown);
            assert.ok(isFailure, `${name}, ${stream}: ${String(thrown)}`);
            // The failure is that of the upstream, not of a proxy that no longer asks it.
            assert.doesNotMatch(String(thrown), /not tried|no model/, `${name}, ${stream}`);
          }
      });
  });
