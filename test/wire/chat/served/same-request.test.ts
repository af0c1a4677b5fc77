/** What of a client's body reaches an upstream of the same format, and what is changed for which model. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tagSignature } from '../../../../lib/anthropic/provenance.ts';
import type { Quirks } from '../../../../lib/wire/quirks.ts';
import type { WireRoute } from '../../../../lib/wire/formats.ts';
import { chatBody, sameBody } from '../../../support/chat/served.ts';
import { routeOf } from '../../../support/requests.ts';

function encode(
  more: object,
  quirks: Partial<Quirks> = {},
  facts: Partial<WireRoute> = {},
): Record<string, unknown> {
  const body = chatBody(more);
  const before = JSON.stringify(body);
  const sent = sameBody(body, routeOf({ ...facts, quirks }));
  assert.equal(JSON.stringify(body), before, 'the body is altered');
  return sent ?? assert.fail('the body was left to the codec');
}

function fields(
  more: object,
  quirks: Partial<Quirks> = {},
  facts: Partial<WireRoute> = {},
): Record<string, unknown> {
  const {
    model: _model,
    messages: _messages,
    stream: _stream,
    stream_options: _options,
    ...rest
  } = encode(more, quirks, facts);
  return rest;
}

function messagesOf(
  messages: object[],
  quirks: Partial<Quirks> = {},
  facts: Partial<WireRoute> = {},
): unknown {
  return encode({ messages }, quirks, facts)['messages'];
}

const user = { role: 'user', content: 'go on' };
const call = (id: string, more: object = {}): object => ({
  id,
  type: 'function',
  function: { name: 'Read', arguments: '{"a" : 1}' },
  ...more,
});

test('everything passes but the model and streaming', () => {
  const given = {
    messages: [
      { role: 'system', content: 'S', name: 'x' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a', unknown: 1 },
          { type: 'image_url', image_url: { url: 'https://x/y.png' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [call('c1', { extra: { a: 1 } })],
        reasoning_content: 'r',
      },
      { role: 'tool', tool_call_id: 'c1', content: 'ok' },
    ],
    tools: [
      {
        type: 'function',
        function: { name: 'Read', strict: true, parameters: { $schema: 'x', type: 'object' } },
      },
    ],
    tool_choice: 'auto',
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'mine', strict: true, schema: { type: 'object' } },
    },
    seed: 7,
    logit_bias: { 1: 2 },
    metadata: { a: 'b' },
    top_k: 4,
    stop: ['A'],
    reasoning_effort: 'medium',
    parallel_tool_calls: true,
    stream: false,
    unknown: { deep: [1] },
    stream_options: { include_obfuscation: false },
  };
  assert.deepEqual(encode(given), {
    ...chatBody(given),
    model: 'plain-1',
    stream: true,
    stream_options: { include_obfuscation: false, include_usage: true },
  });
});

describe('what a model does not take', () => {
  const cases: Record<
    string,
    [given: object, quirks: Partial<Quirks>, expected: object, facts?: Partial<WireRoute>]
  > = {
    'the field of the limit': [
      { max_tokens: 9 },
      { maxTokensField: 'max_completion_tokens' },
      { max_completion_tokens: 9 },
    ],
    'the older field of the limit': [{ max_completion_tokens: 9 }, {}, { max_tokens: 9 }],
    'the limit of the model': [{ max_tokens: 9_000_000 }, {}, { max_tokens: 100 }, { maxOutputTokens: 100 }],
    'a fixed temperature': [
      { temperature: 0.2, top_p: 0.3 },
      { temperature: 1, topP: 'omit' },
      { temperature: 1 },
    ],
    'a configured temperature': [{ temperature: 0.2 }, {}, { temperature: 0.7 }, { temperature: 0.7 }],
    'a configured limit': [{}, {}, { max_tokens: 50 }, { maxTokens: 50 }],
    'stop sequences': [{ stop: ['A'] }, { stopSequences: false }, {}],
    parallel_tool_calls: [{ parallel_tool_calls: false }, { parallelToolCalls: false }, {}],
    'the key of the cache': [{ prompt_cache_key: 'k' }, {}, {}],
    'the key of the cache where it is known': [
      {},
      { promptCacheKey: true },
      { prompt_cache_key: 'session-1' },
    ],
    'efforts that it has no word for': [
      { reasoning_effort: 'medium' },
      { thinking: 'effort' },
      { reasoning_effort: 'high' },
      { efforts: ['high', 'max'] },
    ],
    'efforts of a model without any': [{ reasoning_effort: 'medium' }, { thinking: 'none' }, {}],
    'an effort in another dialect': [
      { reasoning_effort: 'high' },
      { thinking: 'type_and_effort' },
      { thinking: { type: 'enabled' }, reasoning_effort: 'high' },
      { efforts: ['high', 'max'] },
    ],
    'a configured effort': [{}, {}, { reasoning_effort: 'low' }, { reasoningEffort: 'low' }],
    'no effort where none was asked for': [{}, { thinking: 'effort' }, {}, { efforts: ['low', 'high'] }],
    'an empty list of tools': [{ tools: [] }, {}, {}],
  };
  for (const [name, [given, quirks, expected, facts]] of Object.entries(cases))
    test(name, () => assert.deepEqual(fields(given, quirks, facts), expected));

  test('a forced choice while it thinks', () => {
    const tools = [{ type: 'function', function: { name: 'Read', parameters: { type: 'object' } } }];
    const given = { tools, tool_choice: 'required', reasoning_effort: 'high' };
    assert.equal(encode(given, { forcedToolChoice: false, thinking: 'effort' })['tool_choice'], 'auto');
    assert.equal(encode(given)['tool_choice'], 'required');
  });

  test('an effort beside tools', () => {
    const tools = [{ type: 'function', function: { name: 'Read', parameters: { type: 'object' } } }];
    assert.equal(
      encode({ tools, reasoning_effort: 'high' }, { effortWithTools: 'none' })['reasoning_effort'],
      'none',
    );
    assert.equal(
      encode({ tools, reasoning_effort: 'high' }, { effortWithTools: 'omit' })['reasoning_effort'],
      undefined,
    );
  });

  test('the request for a schema of the answer follows the system prompt', () => {
    const response_format = { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } };
    const sent = encode(
      { messages: [{ role: 'system', content: 'S' }, user], response_format },
      { jsonSchema: false },
    );
    assert.equal(sent['response_format'], undefined);
    const [, note, last] = sent['messages'] as { role: string; content: string }[];
    assert.equal(note?.role, 'system');
    assert.match(note?.content ?? '', /\{"type":"object"\}/);
    assert.deepEqual(last, user);
  });

  test('schemas of tools, images, marks of a cache, the role of developers, the usage', () => {
    const parameters = { type: 'object', properties: { n: { type: 'integer', minimum: 1 } } };
    const cache_control = { type: 'ephemeral' };
    const tools = [
      { type: 'function', function: { name: 'Read', parameters }, cache_control },
      { type: 'function', function: { name: 'Write', parameters, cache_control } },
    ];
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } };
    const sent = encode(
      {
        tools,
        messages: [
          { role: 'developer', content: 'D', cache_control },
          { role: 'user', content: [{ type: 'text', text: 'a', cache_control }, image] },
        ],
      },
      { schema: 'no_ranges', streamOptions: false },
      { images: false },
    );
    assert.doesNotMatch(JSON.stringify(sent['tools']), /minimum|cache_control/);
    assert.deepEqual(sent['messages'], [
      { role: 'system', content: 'D' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: '[image: image/png, 3 bytes, not shown: this model reads text only]' },
        ],
      },
    ]);
    assert.equal(sent['stream_options'], undefined);
  });
});

describe('ids and signatures return to their origin only (P9, P10, P11)', () => {
  const own = { format: 'chat', provider: 'test', modelId: 'plain-1' };
  const other = { ...own, modelId: 'other' };
  const answer = (origin: typeof own): object => ({
    role: 'assistant',
    content: 'w',
    reasoning_content: 'r',
    reasoning_details: [
      { type: 'reasoning.text', text: 'r', index: 0 },
      {
        type: 'reasoning.encrypted',
        data: `${tagSignature(origin, 'DA')}${tagSignature(origin, 'TA')}`,
        index: 1,
      },
    ],
    reasoning_opaque: tagSignature(origin, 'OP'),
    tool_calls: [
      call('c1', { extra_content: { google: { thought_signature: tagSignature(origin, 'TS') } } }),
    ],
  });
  const result = { role: 'tool', tool_call_id: 'c1', content: 'ok' };

  test('restored for their origin', () => {
    assert.deepEqual(messagesOf([user, answer(own), result]), [
      user,
      {
        role: 'assistant',
        content: 'w',
        reasoning_content: 'r',
        reasoning_details: [
          { type: 'reasoning.text', text: 'r', index: 0 },
          { type: 'reasoning.encrypted', data: 'DATA', index: 1 },
        ],
        reasoning_opaque: 'OP',
        tool_calls: [call('c1', { extra_content: { google: { thought_signature: 'TS' } } })],
      },
      result,
    ]);
  });

  test('left out for any other', () => {
    assert.deepEqual(messagesOf([user, answer(other), result]), [
      user,
      { role: 'assistant', content: 'w', reasoning_content: 'r', tool_calls: [call('c1')] },
      result,
    ]);
  });

  test('a call that another model made gets the placeholder where one is required', () => {
    const [, sent] = messagesOf([user, answer(other), result], { signedCalls: true }) as {
      tool_calls: object[];
    }[];
    assert.deepEqual(
      sent?.tool_calls[0],
      call('c1', { extra_content: { google: { thought_signature: 'skip_thought_signature_validator' } } }),
    );
  });

  test('what was translated for the client is translated back', () => {
    const details = JSON.stringify([{ type: 'reasoning.encrypted', data: 'D', index: 0 }]);
    const returned = (origin: typeof own): object => ({
      role: 'assistant',
      content: 'w',
      reasoning_content: 'why',
      reasoning_details: [
        {
          type: 'reasoning.text',
          text: '',
          signature: `occ-thinking.0.0.3.${tagSignature(origin, details)}`,
          index: 0,
        },
      ],
      tool_calls: [call('c|1')],
    });
    const sent = (origin: typeof own): Record<string, unknown>[] =>
      messagesOf([user, returned(origin), { ...result, tool_call_id: 'c|1' }]) as Record<string, unknown>[];
    assert.deepEqual(sent(own)[1]?.['reasoning_details'], JSON.parse(details));
    assert.equal(sent(other)[1]?.['reasoning_details'], undefined);
    assert.doesNotMatch(JSON.stringify(sent(other)), /occ/);
    const [, message, tool] = sent(own);
    const [made] = (message?.['tool_calls'] ?? []) as { id: string }[];
    assert.equal(made?.id, tool?.['tool_call_id']);
  });

  test('ids fit the upstream’s rules, and a call keeps its result', () => {
    const [, message, tool] = messagesOf(
      [
        user,
        { role: 'assistant', content: '', tool_calls: [call('call_that_is_long')] },
        { ...result, tool_call_id: 'call_that_is_long' },
      ],
      { toolIds: 'mistral' },
    ) as [unknown, { tool_calls: { id: string }[] }, { tool_call_id: string }];
    assert.match(message.tool_calls[0]?.id ?? '', /^[A-Za-z0-9]{9}$/);
    assert.equal(message.tool_calls[0]?.id, tool.tool_call_id);
  });

  test('reasoning that the model requires is added where the client left it out', () => {
    const plain = { role: 'assistant', content: '', tool_calls: [call('c1')] };
    const quirks = { replayReasoning: 'tool_calls', reasoningPlaceholder: ' ' } as const;
    const [, sent] = messagesOf([user, plain, result], quirks) as object[];
    assert.deepEqual(sent, { ...plain, reasoning_content: ' ' });
    const [, named] = messagesOf([user, { ...plain, reasoning: 'why' }, result], quirks) as object[];
    assert.deepEqual(named, { ...plain, reasoning: 'why', reasoning_content: 'why' });
  });
});

describe('left to the codec', () => {
  const assistant = { role: 'assistant', content: 'w' };
  const cases: Record<string, [given: object, quirks?: Partial<Quirks>, facts?: Partial<WireRoute>]> = {
    'free-form tools': [{ tools: [{ type: 'custom', custom: { name: 'p' } }] }],
    functions: [{ functions: [{ name: 'f' }] }],
    'a system message in mid-conversation': [
      { messages: [user, assistant, { role: 'system', content: 'S' }, user] },
    ],
    'a user message after a result': [
      {
        messages: [
          user,
          { role: 'assistant', tool_calls: [call('c')] },
          { role: 'tool', tool_call_id: 'c', content: '' },
          user,
        ],
      },
      { userAfterTool: false },
    ],
    'long descriptions': [
      { tools: [{ type: 'function', function: { name: 'f', description: 'x'.repeat(20) } }] },
      { toolDescriptionMax: 10 },
    ],
    'tools for a model without any': [
      { tools: [{ type: 'function', function: { name: 'f' } }] },
      {},
      { tools: false },
    ],
  };
  for (const [name, [given, quirks = {}, facts = {}]] of Object.entries(cases))
    test(name, () => assert.equal(sameBody(chatBody(given), routeOf({ ...facts, quirks })), undefined));
});
