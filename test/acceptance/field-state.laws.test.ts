/**
 * State that an upstream attaches to its answers and wants back, as users have reported it, through the proxy: what the next
 * requests to it and to others have. See `field-*.laws.test.ts` for the other kinds of failures.
 */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { test } from '../support/sampled-test.ts';
import type { WireFormat } from '../../lib/wire/formats.ts';
import { configured, contentOf, following, readTool } from '../support/configured-upstreams.ts';
import { requestBody } from '../support/proxy.ts';
import { answerIn, events, json, type Responder } from '../support/scripted-upstream.ts';

const base64 = 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo'.repeat(60);
const secret = 'state-of-this-upstream';

interface Case {
  report: string;
  format: WireFormat;
  model?: string;
  /** The parts of a streamed answer: the deltas of chat, or items of responses, or parts of gemini. */
  stream: Responder;
  whole?: Responder;
  /** What the next request to the same upstream must contain, as JSON. */
  home: readonly string[];
  /** What no request to another upstream may contain. */
  private: readonly string[];
}

type Call = Record<string, unknown>;

const call: Call = {
  index: 0,
  id: 'call_1',
  type: 'function',
  function: { name: 'Read', arguments: '{"path":"a"}' },
};

function chatStream(...deltas: object[]): Responder {
  return events(
    ...deltas.map((delta) => ({ choices: [{ index: 0, delta, finish_reason: null }] })),
    { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] },
    'data: [DONE]\n\n',
  );
}

function chatWhole(message: object): Responder {
  return json(200, {
    id: 'c',
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'tool_calls' }],
  });
}

/** A call of chat with more fields. */
function ofCall(report: string, more: object, model?: string): Case {
  const { index: _index, ...whole }: Call = { ...call, ...more };
  return {
    report,
    format: 'chat',
    ...(model !== undefined && { model }),
    stream: chatStream({ tool_calls: [{ ...call, ...more }] }),
    whole: chatWhole({ content: null, tool_calls: [whole] }),
    home: [JSON.stringify(more).slice(1, -1)],
    private: [secret],
  };
}

/** A message of chat with more fields. */
function ofMessage(report: string, more: object, model?: string): Case {
  const { index: _index, ...whole } = call;
  return {
    report,
    format: 'chat',
    ...(model !== undefined && { model }),
    stream: chatStream(more, { content: 'I look.' }, { tool_calls: [call] }),
    whole: chatWhole({ content: 'I look.', ...more, tool_calls: [whole] }),
    home: [JSON.stringify(more).slice(1, -1)],
    private: [secret],
  };
}

/** Items of responses; the last one is a call. */
function ofItems(report: string, home: readonly string[], ...items: object[]): Case {
  const output = [
    ...items,
    {
      type: 'function_call',
      id: 'fc_1',
      call_id: 'call_1',
      name: 'Read',
      arguments: '{"path":"a"}',
      status: 'completed',
    },
  ];
  return {
    report,
    format: 'responses',
    stream: events(
      ...output.flatMap((item, output_index) => [
        { type: 'response.output_item.added', output_index, item },
        { type: 'response.output_item.done', output_index, item },
      ]),
      { type: 'response.completed', response: { status: 'completed', output, usage: {} } },
    ),
    whole: json(200, { id: 'r', object: 'response', status: 'completed', output, usage: {} }),
    home,
    private: [secret],
  };
}

const said = (more: object): object => ({
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: 'I look.', annotations: [] }],
  ...more,
});

function ofParts(report: string, home: readonly string[], ...parts: object[]): Case {
  const body = { candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }] };
  return { report, format: 'gemini', stream: events(body), whole: json(200, body), home, private: [secret] };
}

function messagesStream(block: object): Responder {
  return events(
    { type: 'message_start', message: { id: 'm', usage: { input_tokens: 1, output_tokens: 0 } } },
    { type: 'content_block_start', index: 0, content_block: block },
    {
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'input_json_delta', partial_json: '{"path":"a"}' },
    },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 1 } },
    { type: 'message_stop' },
  );
}

const thoughtId = `call_7f3a__thought__${base64.slice(0, 1800)}`;

const cases: Case[] = [
  ofCall(
    'openhuman#3548, pi#6733',
    { extra_content: { google: { thought_signature: secret } } },
    'gemini-3-pro',
  ),
  ofCall(
    'another name of the vendor',
    { extra_content: { vertex: { thought_signature: secret } } },
    'google/gemini-3-pro',
  ),
  ofCall('of an unknown model', { extra_content: { google: { thought_signature: secret } } }),
  ofCall('provider_specific_fields (litellm)', { provider_specific_fields: { thought_signature: secret } }),
  ofCall('thought_signature itself', { thought_signature: secret }),
  ofCall('thoughtSignature in camel case', { thoughtSignature: secret }),
  ofCall('nested and with other values', {
    extra_content: { google: { thought_signature: secret, n: 1.5, list: [1, null, 'é'] } },
  }),
  {
    ...ofCall('in the function', {}),
    stream: chatStream({
      tool_calls: [
        { ...call, function: { name: 'Read', arguments: '{"path":"a"}', thought_signature: secret } },
      ],
    }),
    whole: chatWhole({
      tool_calls: [
        {
          id: 'call_1',
          type: 'function',
          function: { name: 'Read', arguments: '{"path":"a"}', thought_signature: secret },
        },
      ],
    }),
    home: [`"thought_signature":"${secret}"`],
  },
  {
    ...ofCall('after the arguments', { extra_content: { google: { thought_signature: secret } } }),
    stream: chatStream(
      { tool_calls: [call] },
      { tool_calls: [{ index: 0, extra_content: { google: { thought_signature: secret } } }] },
    ),
  },
  {
    ...ofCall('before the name', { extra_content: { google: { thought_signature: secret } } }),
    stream: chatStream(
      { tool_calls: [{ index: 0, extra_content: { google: { thought_signature: secret } } }] },
      { tool_calls: [call] },
    ),
  },
  {
    report: 'litellm#37849: an id with a signature inside',
    format: 'chat',
    stream: chatStream({ tool_calls: [{ ...call, id: thoughtId }] }),
    whole: chatWhole({ tool_calls: [{ ...call, id: thoughtId }] }),
    home: [`"id":"${thoughtId}"`, `"tool_call_id":"${thoughtId}"`],
    private: [],
  },
  {
    ...ofItems('litellm#37849: over responses', []),
    stream: events(
      {
        type: 'response.output_item.added',
        output_index: 0,
        item: { type: 'function_call', id: 'fc_1', call_id: thoughtId, name: 'Read', arguments: '' },
      },
      {
        type: 'response.output_item.done',
        output_index: 0,
        item: {
          type: 'function_call',
          id: 'fc_1',
          call_id: thoughtId,
          name: 'Read',
          arguments: '{"path":"a"}',
        },
      },
      { type: 'response.completed', response: { status: 'completed', usage: {} } },
    ),
    whole: json(200, {
      status: 'completed',
      output: [
        { type: 'function_call', id: 'fc_1', call_id: thoughtId, name: 'Read', arguments: '{"path":"a"}' },
      ],
    }),
    home: [`"call_id":"${thoughtId}"`],
    private: [],
  },
  ...[
    'call_1/with+base64==',
    'functions.Read:0',
    'call|1|fc_2',
    'ein Anruf é',
    `call_${'x'.repeat(200)}`,
    `call_7f3a__thought__${base64}${base64}`,
  ].map((id): Case => ({
    report: `an id of any form: ${id.slice(0, 30)}`,
    format: 'chat',
    stream: chatStream({ tool_calls: [{ ...call, id }] }),
    whole: chatWhole({ tool_calls: [{ ...call, id }] }),
    home: [`"id":${JSON.stringify(id)}`, `"tool_call_id":${JSON.stringify(id)}`],
    private: [],
  })),
  ...[thoughtId, `call_7f3a__thought__ab+/${base64}==`].map((id): Case => ({
    report: `litellm#37849: over messages, ${id.length}`,
    format: 'messages',
    stream: messagesStream({ type: 'tool_use', id, name: 'Read', input: {} }),
    home: [`"id":"${id}"`, `"tool_use_id":"${id}"`],
    private: [],
  })),
  {
    report: 'a new field of a call over messages',
    format: 'messages',
    stream: messagesStream({
      type: 'tool_use',
      id: 'toolu_1',
      name: 'Read',
      input: {},
      thought_signature: secret,
    }),
    home: [`"thought_signature":"${secret}"`],
    private: [secret],
  },
  ofMessage('reasoning_opaque (Copilot)', { reasoning_opaque: secret }),
  ofMessage('extra_content of the message', { extra_content: { google: { thought_signature: secret } } }),
  ofMessage('reasoning_details (OpenRouter)', {
    reasoning_details: [
      { type: 'reasoning.encrypted', data: secret, id: 'r', format: 'google-gemini-v1', index: 0 },
    ],
  }),
  ofMessage('provider_specific_fields of the message', {
    provider_specific_fields: { thought_signatures: [secret] },
  }),
  ofMessage('encrypted_content of the message', { encrypted_content: secret }),
  ofItems('pi#1819: commentary', ['"phase":"commentary"'], said({ phase: 'commentary' })),
  ofItems('pi#1819: final_answer', ['"phase":"final_answer"'], said({ phase: 'final_answer' })),
  ofItems('a new field of a message', [`"vendor_state":"${secret}"`], said({ vendor_state: secret })),
  ofItems(
    'phase of two messages',
    ['"phase":"commentary"', '"phase":"final_answer"'],
    said({ phase: 'commentary' }),
    said({
      id: 'msg_2',
      phase: 'final_answer',
      content: [{ type: 'output_text', text: 'Done.', annotations: [] }],
    }),
  ),
  ofItems('encrypted_content', [`"encrypted_content":"${secret}"`], {
    type: 'reasoning',
    id: 'rs_1',
    summary: [],
    encrypted_content: secret,
  }),
  ofParts('thoughtSignature of a call', [`"thoughtSignature":"${secret}"`], {
    functionCall: { name: 'Read', args: { path: 'a' } },
    thoughtSignature: secret,
  }),
  ofParts(
    'thoughtSignature of a text',
    [`{"text":"I look.","thoughtSignature":"${secret}"}`],
    { text: 'I look.', thoughtSignature: secret },
    { functionCall: { name: 'Read', args: { path: 'a' } } },
  ),
  ofParts(
    'only the first of two calls has a signature',
    [`"thoughtSignature":"${secret}"`],
    { functionCall: { name: 'Read', args: { path: 'a' } }, thoughtSignature: secret },
    { functionCall: { name: 'Read', args: { path: 'b' } } },
  ),
  ofParts('the id of a call', ['"id":"fc-1"'], {
    functionCall: { id: 'fc-1', name: 'Read', args: { path: 'a' } },
    thoughtSignature: secret,
  }),
];

const first = requestBody({ tools: [readTool], max_tokens: 8000 });

describe('opaque-state', () => {
  for (const one of cases)
    for (const way of ['streamed', 'whole'] as const)
      describe(`${one.report}, ${one.format}, ${way}`, () => {
        const { format, model, home } = one;
        const answer = way === 'streamed' ? one.stream : (one.whole ?? one.stream);
        const stream = way === 'streamed';

        test('it returns unchanged to the upstream that made it, also in later turns and after a restart', async () => {
          await using over = await configured({
            up: { format, script: [answer, answerIn(format)], ...(model !== undefined && { model }) },
          });
          const response = await over.send({ ...first, stream });
          assert.equal(response.stopReason, 'tool_use', response.body);
          const next = following(first, contentOf(response));
          const second = await over.send(next);
          assert.equal(second.text, 'ok', second.body);
          await over.restart();
          await over.send(following(next, contentOf(second)));
          for (const { body } of over.received['up']?.slice(1) ?? [])
            for (const part of home)
              assert(JSON.stringify(body).includes(part), JSON.stringify(body).slice(0, 3000));
        });

        for (const other of ['chat', 'messages', 'responses', 'gemini'] as const)
          test(`no other upstream gets it: ${other}`, async () => {
            await using over = await configured({
              up: { format, script: [answer, json(500, {})], ...(model !== undefined && { model }) },
              other: { format: other, script: [answerIn(other)] },
            });
            const response = await over.send({ ...first, stream });
            await over.send(following(first, contentOf(response)));
            const sent = JSON.stringify(over.received['other']?.[0]?.body);
            assert.match(sent, /a file/);
            for (const part of [...one.private, 'occ1', '__thought__', '"phase"'])
              assert(!sent.includes(part), part);
          });
      });

  test('the object is on its own call, of two', async () => {
    const google = (signature: string): object => ({
      extra_content: { google: { thought_signature: signature } },
    });
    const two = chatStream({
      tool_calls: [
        { ...call, ...google('one') },
        { ...call, index: 1, id: 'call_2', ...google('two') },
      ],
    });
    await using over = await configured({ up: { format: 'chat', script: [two, answerIn('chat')] } });
    const response = await over.send(first);
    await over.send(following(first, contentOf(response)));
    const messages = over.received['up']?.[1]?.body['messages'];
    const [, assistant] = (messages ?? []) as unknown as {
      tool_calls: { id: string; extra_content: { google: { thought_signature: string } } }[];
    }[];
    assert.deepEqual(
      assistant?.tool_calls.map(({ id, extra_content: { google } }) => [id, google.thought_signature]),
      [
        ['call_1', 'one'],
        ['call_2', 'two'],
      ],
    );
  });

  test('the log names what is too large to be kept', async () => {
    const large = { extra_content: { google: { thought_signature: 'x'.repeat(2_000_000) } } };
    const answer = chatStream({ tool_calls: [{ ...call, ...large }] });
    await using over = await configured({ up: { format: 'chat', script: [answer, answerIn('chat')] } });
    const response = await over.send(first);
    assert.equal(response.stopReason, 'tool_use');
    await over.send(following(first, contentOf(response)));
    const isHome = JSON.stringify(over.received['up']?.[1]?.body).includes('xxxxx');
    assert(isHome || /extra_content/.test(JSON.stringify(over.log)), JSON.stringify(over.log));
  });

  test('pi#1819: the message returns as an item with its phase', async () => {
    const one = cases.find(({ report }) => report.startsWith('pi#1819: commentary'));
    assert(one);
    await using over = await configured({
      up: { format: 'responses', script: [one.stream, answerIn('responses')] },
    });
    const response = await over.send(first);
    await over.send(following(first, contentOf(response)));
    const items = over.received['up']?.[1]?.body['input'] as unknown as {
      phase?: string;
      content?: unknown;
    }[];
    const item = items.find(({ phase }) => phase !== undefined);
    assert.equal(item?.phase, 'commentary');
    assert.match(JSON.stringify(item), /I look\./);
    assert.equal(JSON.stringify(items).split('I look.').length, 2, 'once');
  });
});
