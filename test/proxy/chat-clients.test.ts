/** OpenAI's own client in front of the real proxy, with upstreams of every format. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import OpenAI from 'openai';
import { failing, refuse } from '../../lib/emulator/answer.ts';
import { call, callTogether, finish, say, think, usage } from '../../lib/emulator/script.ts';
import { readServedStream } from '../support/chat/served-grammar.ts';
import { proxyOver, token, type ProxyUnderTest } from '../support/proxy.ts';
import { formats } from '../support/turns.ts';

const model = 'gpt-6';
const tools: OpenAI.ChatCompletionTool[] = [
  {
    type: 'function',
    function: { name: 'Read', parameters: { type: 'object', properties: { path: { type: 'string' } } } },
  },
];
const asked: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'read a and b' }];
/** What the emulator's formats sign reasoning with. */
const signatures = {
  chat: '',
  messages: '"signature":"sig"',
  responses: '"encrypted_content":"enc_',
  gemini: '"thoughtSignature":"',
};

function clientOf({ url }: ProxyUnderTest): OpenAI {
  return new OpenAI({ apiKey: token, baseURL: `${url}/v1`, maxRetries: 0 });
}

/** Sends a request and reads its stream as text. */
async function streamOf(over: ProxyUnderTest, body: object): Promise<string> {
  const answer = await over.post(
    { model, stream: true, messages: asked, ...body },
    { path: '/v1/chat/completions' },
  );
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/event-stream/);
  return answer.text();
}

/** The message that a client which keeps every field returns. */
function messageIn(stream: string): OpenAI.ChatCompletionMessageParam {
  const { text, thinking, calls, details } = readServedStream(stream, { model });
  return {
    role: 'assistant',
    content: text === '' ? null : text,
    ...(thinking !== '' && { reasoning_content: thinking }),
    ...(details.length > 0 && { reasoning_details: details }),
    tool_calls: calls.map(({ id, name, args }) => ({
      id,
      type: 'function',
      function: { name, arguments: args },
    })),
  };
}

for (const format of formats) {
  describe(`an upstream of ${format}`, () => {
    test('a turn with parallel calls, their results, and the answer', async () => {
      const thought = think('hm', format === 'messages' ? 'sig' : undefined);
      const made = ['a', 'b'].map((path) => ({ name: 'Read', input: { path }, id: `call_${path}` }));
      await using over = await proxyOver({
        format,
        answers: [[thought, callTogether(...made)], [say('both read')]],
      });
      const stream = await streamOf(over, { tools });
      const answer = readServedStream(stream, { model });
      assert.equal(answer.broken, undefined, stream);
      assert.equal(answer.thinking, 'hm');
      assert.equal(answer.finish, 'tool_calls');
      assert.deepEqual(
        answer.calls.map(({ args }) => JSON.parse(args) as unknown),
        [{ path: 'a' }, { path: 'b' }],
      );
      const results = answer.calls.map(({ id }, n): OpenAI.ChatCompletionMessageParam => ({
        role: 'tool',
        tool_call_id: id,
        content: `content ${n}`,
      }));
      const next = clientOf(over).chat.completions.stream({
        model,
        tools,
        messages: [...asked, messageIn(stream), ...results],
        stream_options: { include_usage: true },
      });
      const last = await next.finalChatCompletion();
      assert.equal(last.choices[0]?.message.content, 'both read');
      assert.equal(last.choices[0]?.finish_reason, 'stop');
      assert.ok((last.usage?.completion_tokens ?? 0) > 0);
      const received = over.emulator.requests.findLast(({ format: one }) => one === format);
      assert.deepEqual(
        received?.conversation.done.map(({ result }) => result?.text),
        ['content 0', 'content 1'],
      );
      assert.deepEqual(received.conversation.thoughts, ['hm']);
      assert.ok(JSON.stringify(received.body).includes(signatures[format]), JSON.stringify(received.body));
      assert.deepEqual(over.warnings(), []);
    });

    test('a whole answer, with its usage', async () => {
      const counted = usage({ input: 30, cached: 20, output: 7, reasoning: 0 });
      await using over = await proxyOver({
        format,
        answers: [[say('words'), call('Read', { path: 'a' }, 'c1'), counted]],
      });
      const whole = await clientOf(over).chat.completions.create({ model, messages: asked, tools });
      const [choice] = whole.choices;
      assert.equal(whole.model, model);
      assert.equal(choice?.message.content, 'words');
      assert.equal(choice.finish_reason, 'tool_calls');
      const [made] = choice.message.tool_calls ?? [];
      assert.deepEqual(made?.type === 'function' && made.function, {
        name: 'Read',
        arguments: '{"path":"a"}',
      });
      assert.equal(whole.usage?.prompt_tokens, 30);
      assert.equal(whole.usage.prompt_tokens_details?.cached_tokens, 20);
      assert.equal(whole.usage.completion_tokens, 7);
    });

    test('an answer at the output limit', async () => {
      await using over = await proxyOver({ format, answers: [[say('half'), finish('length')]] });
      const { choices } = await clientOf(over).chat.completions.create({
        model,
        messages: asked,
        max_tokens: 5,
      });
      assert.equal(choices[0]?.finish_reason, 'length');
    });

    test('a stream that is cut is not shown as finished', async () => {
      const cut = failing([say(['some ', 'words ', 'more'])], { breaks: { at: { deltas: 2 }, how: 'cut' } });
      await using over = await proxyOver({ format, answers: [cut] });
      const stream = await streamOf(over, {});
      const answer = readServedStream(stream, { model });
      assert.equal(answer.broken, undefined, stream);
      assert.equal(answer.ended, 'error');
      assert.ok('some words more'.startsWith(answer.text) && answer.text !== '');
      await using again = await proxyOver({ format, answers: [cut] });
      const read = clientOf(again).chat.completions.stream({ model, messages: asked }).finalChatCompletion();
      await assert.rejects(read, OpenAI.APIError);
    });

    test('a first model that fails is not seen', async () => {
      await using over = await proxyOver({ format, answers: [refuse(500), [say('second')]] });
      const { choices } = await clientOf(over).chat.completions.create({ model, messages: asked });
      assert.equal(choices[0]?.message.content, 'second');
    });

    test('a free-form tool', async () => {
      await using over = await proxyOver({
        format,
        answers: [[call('patch', { input: '*** a\n"b"' }, 'c1')]],
      });
      const custom = [{ type: 'custom', custom: { name: 'patch' } }] as OpenAI.ChatCompletionTool[];
      const { choices } = await clientOf(over).chat.completions.create({
        model,
        messages: asked,
        tools: custom,
      });
      const [made] = choices[0]?.message.tool_calls ?? [];
      assert.deepEqual(made?.type === 'custom' && made.custom, { name: 'patch', input: '*** a\n"b"' });
    });
  });
}

describe('errors have OpenAI’s shape', () => {
  test('a refusal of the upstream, with its status', async () => {
    await using over = await proxyOver([
      refuse(401, { message: 'no such key' }),
      refuse(401, { message: 'no such key' }),
    ]);
    const refused: unknown = await clientOf(over)
      .chat.completions.create({ model, messages: asked })
      .catch((error: unknown) => error);
    // The key is the proxy's own, so it is no 401, for which a client would ask for another one.
    assert(refused instanceof OpenAI.APIError, String(refused));
    assert.deepEqual([refused.status, refused.code], [424, 'invalid_api_key']);
    assert.match(refused.message, /no such key/);
  });

  test('a request that cannot be answered, with its param', async () => {
    await using over = await proxyOver([]);
    const refused: unknown = await clientOf(over)
      .chat.completions.create({ model, messages: asked, n: 3 })
      .catch((error: unknown) => error);
    assert(refused instanceof OpenAI.BadRequestError, String(refused));
    assert.deepEqual([refused.param, refused.type], ['n', 'invalid_request_error']);
    assert.equal(over.emulator.requests.length, 0);
  });

  test('a conversation that is too long, in the code by which clients shorten it', async () => {
    const tooLong = refuse(400, { message: 'prompt is too long: 300000 tokens > 200000 maximum' });
    await using over = await proxyOver([tooLong, tooLong]);
    const refused: unknown = await clientOf(over)
      .chat.completions.create({ model, messages: asked })
      .catch((error: unknown) => error);
    assert(refused instanceof OpenAI.BadRequestError, String(refused));
    assert.equal(refused.code, 'context_length_exceeded');
  });

  test('a wrong token, broken JSON, a stored completion, a wrong method', async () => {
    await using over = await proxyOver([]);
    const codes: [init: object, path: string, status: number][] = [
      [{ headers: { authorization: 'Bearer wrong' } }, '/v1/chat/completions', 401],
      [{ body: '{' }, '/v1/chat/completions', 400],
      [{}, '/chat/completions/chatcmpl-1', 404],
      [{ method: 'PUT' }, '/v1/chat/completions', 405],
    ];
    for (const [init, path, status] of codes) {
      const answer = await over.post({ model, messages: asked }, { path, ...init });
      const { error } = (await answer.json()) as { error: Record<string, unknown> };
      assert.equal(answer.status, status, `${path}: ${JSON.stringify(error)}`);
      assert.deepEqual(Object.keys(error), ['message', 'type', 'param', 'code']);
    }
  });
});

describe('an upstream of the same format', () => {
  test('gets the fields that only this format has, and its chunks pass', async () => {
    await using over = await proxyOver([[think('hm'), say(['a', 'b'])]]);
    const stream = await streamOf(over, {
      seed: 7,
      logit_bias: { 5: 1 },
      stream_options: { include_usage: true },
    });
    const [received] = over.emulator.requests;
    assert.deepEqual([received?.body['seed'], received?.body['logit_bias']], [7, { 5: 1 }]);
    const answer = readServedStream(stream, { model, includeUsage: true });
    assert.equal(answer.broken, undefined, stream);
    // The id is the upstream's.
    assert.match(stream, /"id":"chatcmpl-(?!msg)[^"]+"/);
    assert.match(stream, /"content":null,"reasoning_content":"h/);
  });

  test('is asked for the usage, which a client that did not ask does not get', async () => {
    await using over = await proxyOver([[say('a')]]);
    const stream = await streamOf(over, {});
    assert.deepEqual(over.emulator.requests[0]?.body['stream_options'], { include_usage: true });
    assert.equal(readServedStream(stream, { model }).broken, undefined, stream);
    await over.attemptsLogged(1);
    const attempt = over.log.find(({ event }) => event === 'attempt');
    assert.ok(JSON.stringify(attempt).includes('tokens'), JSON.stringify(attempt));
  });

  test('fails while a call waits behind another one: the client gets neither a finish nor the waiting call (L14)', async () => {
    const calls = callTogether(
      { name: 'Read', input: { path: 'a'.repeat(200) }, id: 'c1' },
      { name: 'Read', input: { path: 'b'.repeat(200) }, id: 'c2' },
    );
    const broken = failing([calls], { errorEvent: { at: { deltas: 6 }, message: 'out of memory' } });
    await using over = await proxyOver([broken]);
    const stream = await streamOf(over, { tools });
    const answer = readServedStream(stream, { model });
    assert.equal(answer.broken, undefined, stream);
    assert.equal(answer.ended, 'error');
    assert.match(JSON.stringify(answer.error), /out of memory/);
  });
});
