/** Streams and bodies as reported: what the client gets of an answer that is split, hidden, mislabelled or only an error. */
import assert from 'node:assert/strict';
import { test } from '../support/sampled-test.ts';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { WireFormat } from '../../lib/wire/formats.ts';
import { modelOf, requestBody, type ClientResponse } from '../support/proxy.ts';
import { readTool } from '../support/reported.ts';
import { answerIn, events, json, scripted, type Responder } from '../support/scripted-upstream.ts';

const twoModels = (format: WireFormat) => [
  modelOf('first', { wire_format: format }),
  modelOf('second', { wire_format: format, provider: 'other' }),
];
const asked = requestBody({ tools: [readTool, { ...readTool, name: 'Bash' }] });

interface Call {
  name: string;
  input: unknown;
}
/** The calls that a client would run. */
function callsOf({ events: all, message }: ClientResponse): Call[] {
  if (message)
    return message.content.flatMap((block) =>
      block.type === 'tool_use' ? [{ name: block.name ?? '', input: block.input }] : [],
    );
  const open = new Map<number, { name: string; text: string }>();
  for (const event of all) {
    if (event.type === 'content_block_start' && event.content_block.type === 'tool_use')
      open.set(event.index, { name: event.content_block.name ?? '', text: '' });
    const call = event.type === 'content_block_delta' ? open.get(event.index) : undefined;
    if (call && event.type === 'content_block_delta' && event.delta.type === 'input_json_delta')
      call.text += event.delta.partial_json;
  }
  return [...open.values()].map(({ name, text }) => ({ name, input: JSON.parse(text || '{}') as unknown }));
}

const part = (parts: object[], finish?: string): object => ({
  candidates: [{ content: { role: 'model', parts }, ...(finish !== undefined && { finishReason: finish }) }],
});
const chunk = (delta: object, finish: string | null = null, index = 0): object => ({
  id: 'c',
  object: 'chat.completion.chunk',
  choices: [{ index, delta, finish_reason: finish }],
});
const done = 'data: [DONE]\n\n';
const toolCall = (fields: object, args: string): object => ({
  tool_calls: [
    { index: 0, id: 'call_1', type: 'function', ...fields, function: { name: 'Read', arguments: args } },
  ],
});

/** Answers that hold exactly one call of `Read`, with the path. */
const oneCall: [string, WireFormat, Responder][] = [
  [
    'gemini, a call in two chunks (vscode-unify-chat-provider#48)',
    'gemini',
    events(
      part([{ functionCall: { name: 'Read', args: {} } }]),
      part([{ functionCall: { args: { file_path: '/a' } } }]),
      part([], 'STOP'),
    ),
  ],
  [
    'gemini, a call in two chunks, the second with the finish',
    'gemini',
    events(
      part([{ functionCall: { name: 'Read', args: {} } }]),
      part([{ functionCall: { name: '', args: { file_path: '/a' } } }], 'STOP'),
    ),
  ],
  [
    'gemini, a call in two chunks, the first without args',
    'gemini',
    events(
      part([{ functionCall: { name: 'Read' } }]),
      part([{ functionCall: { args: { file_path: '/a' } } }]),
      part([], 'STOP'),
    ),
  ],
  [
    'gemini, a call in two chunks with one id',
    'gemini',
    events(
      part([{ functionCall: { id: 'x1', name: 'Read', args: {} } }]),
      part([{ functionCall: { id: 'x1', name: 'Read', args: { file_path: '/a' } } }]),
      part([], 'STOP'),
    ),
  ],
  [
    'gemini, streamed arguments (ai.google.dev, streamFunctionCallArguments)',
    'gemini',
    events(
      part([{ functionCall: { name: 'Read', willContinue: true } }]),
      part([
        {
          functionCall: {
            partialArgs: [{ jsonPath: '$.file_path', stringValue: '/', willContinue: true }],
            willContinue: true,
          },
        },
      ]),
      part([
        {
          functionCall: { partialArgs: [{ jsonPath: '$.file_path', stringValue: 'a' }], willContinue: true },
        },
      ]),
      part([{ functionCall: {} }], 'STOP'),
    ),
  ],
  [
    'chat, words in choice 0 and the call in choice 1 (copilot-api#81)',
    'chat',
    events(
      chunk({ role: 'assistant', content: 'I will read it.' }),
      chunk({}, 'tool_calls'),
      chunk(toolCall({}, '{"file_path":"/a"}'), null, 1),
      chunk({}, 'tool_calls', 1),
      done,
    ),
  ],
  [
    'chat, both choices in one chunk',
    'chat',
    events(
      {
        choices: [
          { index: 0, delta: { content: 'I will read it.' }, finish_reason: 'tool_calls' },
          { index: 1, delta: toolCall({}, '{"file_path":"/a"}'), finish_reason: 'tool_calls' },
        ],
      },
      done,
    ),
  ],
  [
    'chat, choices without an index, in a whole answer (copilot-api#81)',
    'chat',
    json(200, {
      object: 'chat.completion',
      choices: [
        { message: { role: 'assistant', content: 'I will read it.' }, finish_reason: 'tool_calls' },
        {
          message: { role: 'assistant', content: null, ...toolCall({}, '{"file_path":"/a"}') },
          finish_reason: 'tool_calls',
        },
      ],
    }),
  ],
  [
    'chat, the calls first and the words in choice 1',
    'chat',
    events(
      chunk(toolCall({}, '{"file_path":"/a"}')),
      chunk({}, 'tool_calls'),
      chunk({ content: 'I will read it.' }, null, 1),
      chunk({}, 'stop', 1),
      done,
    ),
  ],
  [
    'chat, three choices: words, reasoning, a call',
    'chat',
    events(
      chunk({ content: 'I will read it.' }, 'stop', 0),
      chunk({ reasoning_content: 'hm' }, 'stop', 1),
      chunk(toolCall({}, '{"file_path":"/a"}'), 'tool_calls', 2),
      done,
    ),
  ],
];
for (const [name, format, respond] of oneCall)
  for (const stream of [true, false])
    test(`one call: ${name}, ${stream ? 'streamed' : 'whole'}`, async () => {
      await using over = await scripted({ format, script: [respond] });
      const response = await over.send({ ...asked, stream });
      assert.equal(response.status, 200, response.body);
      assert.equal(response.error, undefined, response.body);
      assert.deepEqual(callsOf(response), [{ name: 'Read', input: { file_path: '/a' } }]);
      assert.equal(response.stopReason, 'tool_use');
      if (format === 'chat') assert.equal(response.text, 'I will read it.');
      assert.equal(over.received.length, 1);
    });

test('two choices that were not requested are one answer, although their texts differ: nothing twice (L9)', async () => {
  await using over = await scripted({
    format: 'chat',
    script: [
      events(
        chunk({ content: 'one' }),
        chunk({ content: 'uno' }, null, 1),
        chunk({}, 'stop'),
        chunk({}, 'stop', 1),
        done,
      ),
    ],
  });
  assert.equal((await over.send(asked)).text, 'one');
});

const dsml = (name: string, path: string): string =>
  `<｜DSML｜tool_calls>\n<｜DSML｜invoke name="${name}">\n<｜DSML｜parameter name="file_path" string="true">${path}</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜tool_calls>`;
const deepseekFormats: [WireFormat, (text: string) => Responder][] = [
  ['chat', (text) => events(...pieces(text).map((content) => chunk({ content })), chunk({}, 'stop'), done)],
  ['messages', (text) => answerIn('messages', text)],
];
function pieces(text: string): string[] {
  return text.match(/[\s\S]{1,7}/gu) ?? [];
}
for (const [format, answer] of deepseekFormats)
  for (const id of [
    'deepseek-v4-pro',
    'deepseek-ai/DeepSeek-V4-Flash',
    'deepseek/deepseek-v4-pro:free',
    'hf.co/unsloth/DeepSeek-V4-Flash-GGUF',
  ])
    for (const before of ['', 'I will read it.\n\n'])
      for (const stream of [true, false])
        test(`DSML text is a call: ${id}, ${format}, ${before === '' ? 'alone' : 'behind words'}, ${stream ? 'streamed' : 'whole'} (command-code#909)`, async () => {
          await using over = await scripted({
            format,
            script: [answer(before + dsml('Read', '/a'))],
            entry: { model_id: id },
          });
          const response = await over.send({ ...asked, stream });
          assert.equal(response.error, undefined, response.body);
          assert.deepEqual(callsOf(response), [{ name: 'Read', input: { file_path: '/a' } }]);
          assert.equal(response.stopReason, 'tool_use');
          assert.doesNotMatch(response.text, /DSML/);
        });

test('DSML text that is cut off is a failed turn, never its end (command-code#909)', async () => {
  const cut = dsml('Read', '/a').slice(0, 90);
  await using over = await scripted({
    format: 'chat',
    script: [events(chunk({ content: `I will.\n${cut}` }), chunk({}, 'stop'), done)],
    entry: { model_id: 'deepseek-v4-pro' },
  });
  const response = await over.send(asked);
  assert.ok(response.error, response.body);
  assert.equal(response.stopReason, null);
});

/** Finish reasons that mean a call that cannot be run. */
const malformed: [string, WireFormat, (words: string) => Responder][] = [
  'function_call_filter: MALFORMED_FUNCTION_CALL',
  'MALFORMED_FUNCTION_CALL',
  'malformed_function_call',
  'function_call_filter: UNEXPECTED_TOOL_CALL',
  'malformed_tool_call',
].map((reason) => [
  reason,
  'chat',
  (words) => events(...(words === '' ? [] : [chunk({ content: words })]), chunk({}, reason), done),
]);
malformed.push(
  [
    'MALFORMED_FUNCTION_CALL',
    'gemini',
    (words) => events(part(words === '' ? [] : [{ text: words }]), part([], 'MALFORMED_FUNCTION_CALL')),
  ],
  [
    'UNEXPECTED_TOOL_CALL',
    'gemini',
    (words) => events(part(words === '' ? [] : [{ text: words }], 'UNEXPECTED_TOOL_CALL')),
  ],
  [
    'native_finish_reason behind OpenRouter',
    'chat',
    (words) =>
      events(
        ...(words === '' ? [] : [chunk({ content: words })]),
        {
          choices: [
            { index: 0, delta: {}, finish_reason: 'error', native_finish_reason: 'MALFORMED_FUNCTION_CALL' },
          ],
        },
        done,
      ),
  ],
);
for (const [reason, format, respond] of malformed) {
  test(`a malformed call is a failed turn: ${reason}, ${format}, after text`, async () => {
    await using over = await scripted({
      format,
      script: [respond('I will read it.')],
      models: [modelOf('first', { wire_format: format })],
    });
    const response = await over.send(asked);
    assert.ok(response.error, response.body);
    assert.equal(response.stopReason, null);
  });
  for (const [how, words, stream] of [
    ['before words', '', true],
    ['whole', 'I will read it.', false],
  ] as const)
    test(`a malformed call leaves the turn to the next model: ${reason}, ${format}, ${how}`, async () => {
      await using over = await scripted({
        format,
        script: [respond(words), answerIn(format)],
        models: twoModels(format),
      });
      assert.equal((await over.send({ ...asked, stream })).text, 'ok');
    });
}

/** Reasons in shapes of their own, and what the client must read. */
const reasons: [string, unknown, RegExp][] = [
  [
    'errors as an object',
    { errors: { message: 'Please bind your account before use.' } },
    /Please bind your account before use\./,
  ],
  [
    'a message that is an object',
    { error: { message: { why: 'the tenant is paused' } } },
    /the tenant is paused/,
  ],
  ['errors as a list', { errors: [{ message: 'the tenant is paused' }] }, /the tenant is paused/],
  ['errors as a list of texts', { errors: ['the tenant is paused'] }, /the tenant is paused/],
  ['an error as a list of texts', { error: ['the tenant is paused'] }, /the tenant is paused/],
  [
    'a message that is a list',
    { error: { message: [{ text: 'the tenant is paused' }] } },
    /the tenant is paused/,
  ],
  [
    'a message that holds an error',
    { error: { message: { error: { message: 'the tenant is paused' } } } },
    /the tenant is paused/,
  ],
  ['a detail that is an object', { detail: { error: 'the tenant is paused' } }, /the tenant is paused/],
  [
    'a title and a detail (RFC 9457)',
    { title: 'Paused', detail: 'the tenant is paused', status: 400 },
    /the tenant is paused/,
  ],
  [
    'error_description (RFC 6749)',
    { error: 'invalid_grant', error_description: 'the tenant is paused' },
    /the tenant is paused/,
  ],
  ['reason', { status: 'error', reason: 'the tenant is paused' }, /the tenant is paused/],
  ['a field nobody knows', { ok: false, explanation: 'the tenant is paused' }, /the tenant is paused/],
  [
    'fault (Apigee)',
    { fault: { faultstring: 'the tenant is paused', detail: { errorcode: 'x.y' } } },
    /the tenant is paused/,
  ],
  ['Message (AWS)', { Message: 'the tenant is paused' }, /the tenant is paused/],
  [
    'an envelope (success false)',
    { success: false, error: { message: 'the tenant is paused' } },
    /the tenant is paused/,
  ],
  ['a text in JSON', '"the tenant is paused"', /the tenant is paused/],
  [
    'cause inside',
    { error: { code: 500, cause: { message: 'the tenant is paused' } } },
    /the tenant is paused/,
  ],
];
for (const [name, body, says] of reasons)
  for (const format of ['chat', 'messages', 'responses', 'gemini'] as const)
    for (const [how, respond] of [
      ['400', json(400, body)],
      ['403', json(403, body)],
      ['503', json(503, body)],
      ['in a 200', json(200, body)],
      ['in a stream', events(`data: ${typeof body === 'string' ? body : JSON.stringify(body)}\n\n`)],
    ] as [string, Responder][])
      test(`the reason reaches the client: ${name}, ${format}, ${how}`, async () => {
        await using over = await scripted({ format, script: [respond] });
        for (const stream of [true, false]) {
          // Text without a sign of an error may be of the conversation.
          if (name === 'a text in JSON' && how.startsWith('in a')) return;
          const response = await over.send(requestBody({ stream }));
          assert.ok(response.status >= 400, response.body);
          assert.match(response.error?.message ?? '', says);
        }
      });

/** Errors inside a 200 before content. */
const named: [string, object, number, string][] = [
  [
    'overloaded_error',
    { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    529,
    'overloaded_error',
  ],
  [
    'rate_limit_error',
    { type: 'error', error: { type: 'rate_limit_error', message: 'slow' } },
    429,
    'rate_limit_error',
  ],
  [
    'overloaded_error without its envelope',
    { type: 'overloaded_error', message: 'Overloaded' },
    529,
    'overloaded_error',
  ],
  [
    'response.failed, rate_limit_exceeded',
    {
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'slow' } },
    },
    429,
    'rate_limit_error',
  ],
  [
    'response.failed, server_is_overloaded',
    {
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'server_is_overloaded', message: 'busy' } },
    },
    529,
    'overloaded_error',
  ],
  ['a 529 as a number', { error: { code: 529, message: 'busy' } }, 529, 'overloaded_error'],
  [
    'slow_down (OpenAI; codex reads it as overload)',
    { error: { code: 'slow_down', message: 'slow' } },
    529,
    'overloaded_error',
  ],
  [
    'authentication_error',
    { type: 'error', error: { type: 'authentication_error', message: 'no' } },
    424,
    'authentication_error',
  ],
];
for (const [name, body, status, type] of named)
  for (const format of name.startsWith('response.')
    ? (['responses'] as const)
    : (['messages', 'chat', 'gemini', 'responses'] as const))
    for (const [how, respond] of [
      ['event: error', events(`event: error\ndata: ${JSON.stringify(body)}\n\n`)],
      [
        'behind pings',
        events(
          ': ping\n\n',
          'event: ping\ndata: {"type":"ping"}\n\n',
          `event: error\ndata: ${JSON.stringify(body)}\n\n`,
        ),
      ],
      ['JSON', json(200, body)],
    ] as [string, Responder][])
      for (const stream of [true, false])
        test(`an error inside a 200 keeps its type: ${name}, ${format}, ${how}, ${stream ? 'streamed' : 'whole'}`, async () => {
          if (name.startsWith('response.') && how === 'JSON') return;
          await using over = await scripted({ format, script: [respond] });
          const response = await over.send(requestBody({ stream }));
          assert.deepEqual([response.status, response.error?.type], [status, type], response.body);
          await using two = await scripted({
            format,
            script: [respond, answerIn(format)],
            models: twoModels(format),
          });
          assert.equal((await two.send(requestBody({ stream }))).text, 'ok');
        });

/** Codings in the order in which they were applied. */
const coders: Record<string, (bytes: Buffer) => Buffer> = {
  gzip: gzipSync,
  br: brotliCompressSync,
  deflate: deflateSync,
  'x-gzip': gzipSync,
  identity: (bytes) => bytes,
};
const spoken: Record<string, [string, string]> = {
  stream: [
    'text/event-stream',
    `data: ${JSON.stringify(chunk({ content: 'ok' }))}\n\ndata: ${JSON.stringify(chunk({}, 'stop'))}\n\ndata: [DONE]\n\n`,
  ],
  whole: [
    'application/json',
    JSON.stringify({ choices: [{ message: { content: 'ok' }, finish_reason: 'stop' }] }),
  ],
};
for (const coding of [
  'gzip, br',
  'br, gzip',
  'gzip,gzip',
  'deflate, gzip',
  'identity, gzip',
  'GZIP , BR',
  'gzip, br, deflate',
  'x-gzip, br',
])
  for (const [shape, [type, text]] of Object.entries(spoken))
    test(`Content-Encoding: ${coding} is undone, ${shape}`, async () => {
      const bytes = coding
        .split(',')
        .reduce(
          (all, name) => (coders[name.trim().toLowerCase()] ?? assert.fail(name))(all),
          Buffer.from(text) as Buffer,
        );
      const respond: Responder = (response) =>
        void response.writeHead(200, { 'content-type': type, 'content-encoding': coding }).end(bytes);
      await using over = await scripted({ format: 'chat', script: [respond] });
      for (const stream of [true, false]) assert.equal((await over.send(requestBody({ stream }))).text, 'ok');
    });
test('Content-Encoding: gzip, br is undone in a refusal too', async () => {
  const bytes = brotliCompressSync(gzipSync(JSON.stringify({ error: { message: 'the tenant is paused' } })));
  await using over = await scripted({
    format: 'chat',
    script: [
      (response) =>
        void response
          .writeHead(400, { 'content-type': 'application/json', 'content-encoding': 'gzip, br' })
          .end(bytes),
    ],
  });
  assert.equal((await over.send()).error?.message, 'the tenant is paused');
});

/** Usage with cached tokens under several names, where one of them says 0. */
const usages: [string, WireFormat, object][] = [
  [
    'prompt_tokens_details: 0 beside prompt_cache_hit_tokens',
    'chat',
    {
      prompt_tokens: 100,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 0 },
      prompt_cache_hit_tokens: 60,
      prompt_cache_miss_tokens: 40,
    },
  ],
  [
    'prompt_tokens_details: null beside prompt_cache_hit_tokens',
    'chat',
    { prompt_tokens: 100, completion_tokens: 5, prompt_tokens_details: null, prompt_cache_hit_tokens: 60 },
  ],
  [
    'cached_tokens at the top (Moonshot)',
    'chat',
    {
      prompt_tokens: 100,
      completion_tokens: 5,
      cached_tokens: 60,
      prompt_tokens_details: { cached_tokens: 0 },
    },
  ],
  [
    'cache_read_input_tokens beside a zero',
    'chat',
    {
      prompt_tokens: 100,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 0 },
      cache_read_input_tokens: 60,
    },
  ],
  [
    'all names say the same',
    'chat',
    {
      prompt_tokens: 100,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 60 },
      prompt_cache_hit_tokens: 60,
      cached_tokens: 60,
    },
  ],
  [
    'input_tokens_details: 0 beside prompt_cache_hit_tokens',
    'responses',
    {
      input_tokens: 100,
      output_tokens: 5,
      input_tokens_details: { cached_tokens: 0 },
      prompt_cache_hit_tokens: 60,
    },
  ],
  [
    'input_tokens_details',
    'responses',
    { input_tokens: 100, output_tokens: 5, input_tokens_details: { cached_tokens: 60 } },
  ],
];
for (const [name, format, usage] of usages)
  for (const stream of [true, false])
    test(`cached tokens: ${name}, ${format}, ${stream ? 'streamed' : 'whole'}`, async () => {
      const respond =
        format === 'chat'
          ? events(chunk({ content: 'ok' }), chunk({}, 'stop'), { choices: [], usage }, done)
          : events(
              {
                type: 'response.output_text.delta',
                output_index: 0,
                item_id: 'i',
                content_index: 0,
                delta: 'ok',
              },
              { type: 'response.completed', response: { status: 'completed', output: [], usage } },
            );
      await using over = await scripted({ format, script: [respond] });
      const { events: all, message } = await over.send(requestBody({ stream }));
      const last = all.findLast(({ type }) => type === 'message_delta') as { usage?: object } | undefined;
      const counted = message?.usage ?? last?.usage ?? {};
      const { cache_read_input_tokens, input_tokens } = counted as Record<string, number>;
      assert.deepEqual(
        { cache_read_input_tokens, input_tokens },
        { cache_read_input_tokens: 60, input_tokens: 40 },
      );
    });

for (const [name, body] of Object.entries({
  'FastAPI’s list': { detail: [{ loc: ['body', 'messages'], msg: 'Field required', type: 'missing' }] },
  Mistral: {
    object: 'error',
    message: { detail: [{ type: 'missing', loc: ['body', 'messages'], msg: 'Field required' }] },
    type: 'invalid_request_error',
    code: null,
  },
  'Anthropic’s form': { type: 'error', error: { type: 'invalid_request_error', message: 'Field required' } },
  'a text': { error: 'Field required' },
}))
  for (const format of ['chat', 'messages', 'responses', 'gemini'] as const)
    test(`a 422 of the request’s own fault stays 422: ${name}, ${format}`, async () => {
      await using over = await scripted({ format, script: [json(422, body)] });
      for (const stream of [true, false]) {
        const response = await over.send(requestBody({ stream }));
        assert.deepEqual([response.status, response.error?.type], [422, 'invalid_request_error']);
        assert.match(response.error?.message ?? '', /Field required/);
      }
    });
