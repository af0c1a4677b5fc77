/** What a Chat Completions request becomes, and which ones are refused. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tagAttachment, tagSignature } from '../../../../lib/anthropic/provenance.ts';
import { toBlocks, type MessagesRequest } from '../../../../lib/anthropic/request.ts';
import { Unservable } from '../../../../lib/wire/served.ts';
import { chatBody, readRequest } from '../../../support/chat/served.ts';

function read(more: object): MessagesRequest {
  return readRequest(chatBody(more)).request;
}

function messages(...all: object[]): MessagesRequest['messages'] {
  return read({ messages: all }).messages;
}

/** The param and the message of the refusal. */
function refusal(more: object): { param: string | undefined; message: string } {
  try {
    readRequest(chatBody(more));
  } catch (error) {
    assert(error instanceof Unservable, String(error));
    return { param: error.param, message: error.message };
  }
  return assert.fail('the request was accepted');
}

const user = { role: 'user', content: 'go on' };

describe('messages', () => {
  test('system and developer messages at the beginning are the system prompt, later ones keep their place', () => {
    const request = read({
      messages: [
        { role: 'system', content: 'A' },
        { role: 'developer', content: [{ type: 'text', text: 'B' }] },
        user,
        { role: 'developer', content: 'C' },
        { role: 'user', content: 'and?' },
      ],
    });
    assert.deepEqual(request.system, [
      { type: 'text', text: 'A' },
      { type: 'text', text: 'B' },
    ]);
    assert.deepEqual(request.messages, [
      { role: 'user', content: 'go on' },
      { role: 'system', content: [{ type: 'text', text: 'C' }] },
      { role: 'user', content: 'and?' },
    ]);
  });

  test('system messages alone leave the last one to be answered', () => {
    const alone = [
      { role: 'system', content: 'A' },
      { role: 'system', content: 'B' },
    ];
    const { system, messages: rest } = read({ messages: alone });
    assert.deepEqual(system, [{ type: 'text', text: 'A' }]);
    assert.deepEqual(rest, [{ role: 'user', content: [{ type: 'text', text: 'B' }] }]);
  });

  test('images and files', () => {
    const [{ content } = { content: '' }] = messages({
      role: 'user',
      content: [
        { type: 'text', text: 'see' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=', detail: 'high' } },
        { type: 'image_url', image_url: 'https://example.com/a.png' },
        { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERg==' } },
        { type: 'file', file: { filename: 'b.txt', file_data: 'data:text/plain;base64,w6k=' } },
        { type: 'file', file: { file_data: 'JVBERg==' } },
        { type: 'file', file: { file_data: 'data:image/webp;base64,aGk=' } },
      ],
    });
    assert.deepEqual(content, [
      { type: 'text', text: 'see' },
      {
        type: 'image',
        source: { type: 'base64', media_type: 'image/png', data: 'aGk=' },
        detail: 'high',
      },
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERg==' },
        title: 'a.pdf',
      },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'é' }, title: 'b.txt' },
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERg==' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/webp', data: 'aGk=' } },
    ]);
  });

  test('marks for the prompt cache, beside the content, on a part and on a tool', () => {
    const marker = { type: 'ephemeral' };
    const hour = { type: 'ephemeral', ttl: '1h' };
    const call = { id: 'c1', type: 'function', function: { name: 'Read', arguments: '{}' } };
    const text = { type: 'text', text: 'a' };
    const tool = { name: 'Read', parameters: { type: 'object' } };
    const request = read({
      messages: [
        { role: 'system', content: 'S', cache_control: hour },
        { role: 'user', content: [{ ...text, cache_control: hour }, text] },
        { role: 'assistant', content: null, tool_calls: [call], cache_control: marker },
        { role: 'tool', tool_call_id: 'c1', content: 'x', cache_control: marker },
        { role: 'tool', tool_call_id: 'c2', content: [{ ...text, cache_control: marker }] },
        { role: 'tool', tool_call_id: 'c3', content: [text, { ...text, cache_control: marker }] },
        { role: 'user', content: 'go on', cache_control: marker },
        { role: 'user', content: 'go on', cache_control: { type: 'other' } },
      ],
      tools: [
        { type: 'function', function: tool, cache_control: hour },
        { type: 'function', function: { ...tool, name: 'Write', cache_control: marker } },
      ],
    });
    const result = (id: string, content: unknown): object => ({
      type: 'tool_result',
      tool_use_id: id,
      content,
      cache_control: marker,
    });
    assert.deepEqual(request.system, [{ type: 'text', text: 'S', cache_control: hour }]);
    assert.deepEqual(request.messages, [
      { role: 'user', content: [{ ...text, cache_control: hour }, text] },
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 'c1', name: 'Read', input: {}, cache_control: marker }],
      },
      { role: 'user', content: [result('c1', 'x'), result('c2', 'a'), result('c3', [text, text])] },
      { role: 'user', content: [{ type: 'text', text: 'go on', cache_control: marker }] },
      { role: 'user', content: 'go on' },
    ]);
    assert.deepEqual(
      request.tools?.map(({ cache_control }) => cache_control),
      [hour, marker],
    );
  });

  test('calls with odd arguments, and their results in one message', () => {
    const call = (id: string, args: unknown): object => ({
      id,
      type: 'function',
      function: { name: 'Read', arguments: args },
    });
    const all = ['{"a":1}', '', '{broken', '{"n":12345678901234567890}', '[1]'];
    const [, assistant, results] = messages(
      user,
      { role: 'assistant', content: null, tool_calls: all.map((args, n) => call(`c${n}`, args)) },
      { role: 'tool', tool_call_id: 'c0', content: 'x' },
      { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: 'y' }] },
      { role: 'tool', tool_call_id: 'c2', content: '[the tool reported an error]\nz' },
    );
    assert.deepEqual(
      toBlocks(assistant?.content).map(({ input }) => input),
      [{ a: 1 }, {}, '{broken', '{"n":12345678901234567890}', '[1]'],
    );
    assert.deepEqual(results, {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'c0', content: 'x' },
        { type: 'tool_result', tool_use_id: 'c1', content: 'y' },
        { type: 'tool_result', tool_use_id: 'c2', content: 'z', is_error: true },
      ],
    });
  });

  test('functions of the older form', () => {
    const request = read({
      messages: [
        user,
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
        { role: 'function', name: 'f', content: 'done' },
      ],
      functions: [{ name: 'f', parameters: { type: 'object', properties: { a: {} } } }],
      function_call: { name: 'f' },
    });
    assert.deepEqual(request.messages.slice(1), [
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 'call_function_1', name: 'f', input: { a: 1 } }],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_function_1', content: 'done' }] },
    ]);
    assert.deepEqual(request.tools, [{ name: 'f', input_schema: { type: 'object', properties: { a: {} } } }]);
    assert.deepEqual(request.tool_choice, { type: 'tool', name: 'f', disable_parallel_tool_use: true });
  });

  test('free-form tools are functions with one string, in the declaration and in the history', () => {
    const request = read({
      messages: [
        user,
        {
          role: 'assistant',
          tool_calls: [{ id: 'c', type: 'custom', custom: { name: 'patch', input: '*** a' } }],
        },
        { role: 'tool', tool_call_id: 'c', content: 'ok' },
      ],
      tools: [
        {
          type: 'custom',
          custom: {
            name: 'patch',
            description: 'D',
            format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "a"' } },
          },
        },
      ],
      tool_choice: { type: 'custom', custom: { name: 'patch' } },
    });
    assert.deepEqual(request.messages[1]?.content, [
      { type: 'tool_use', id: 'c', name: 'patch', input: { input: '*** a' } },
    ]);
    const [tool] = request.tools ?? [];
    assert.equal(tool?.['description'], 'D');
    assert.match(JSON.stringify(tool), /lark grammar:\\nstart: \\"a\\"/);
    assert.deepEqual(request.tool_choice, { type: 'tool', name: 'patch' });
  });

  test('reasoning returns with the fields that its upstream requires (P10, P11)', () => {
    const origin = { format: 'chat', provider: 'openrouter', modelId: 'a/b' };
    const sealed = (text: string): string => tagSignature(origin, text);
    const [, assistant] = messages(user, {
      role: 'assistant',
      content: 'words',
      reasoning: 'because',
      reasoning_details: [{ type: 'reasoning.text', text: 'because', signature: sealed('SIG'), index: 0 }],
      tool_calls: [
        {
          id: 'c1',
          type: 'function',
          function: { name: 'f', arguments: '{}' },
          extra_content: { google: { thought_signature: sealed('TS') } },
        },
        {
          id: 'c2',
          type: 'function',
          function: { name: 'f', arguments: '{}' },
          extra_content: { unsealed: 1 },
        },
      ],
    });
    const details = [{ type: 'reasoning.text', text: 'because', signature: 'SIG', index: 0 }];
    const attached = {
      call: 'c1',
      outer: { extra_content: { google: { thought_signature: 'TS' } } },
      inner: {},
    };
    assert.deepEqual(assistant?.content, [
      { type: 'thinking', thinking: 'because', signature: tagSignature(origin, JSON.stringify(details)) },
      { type: 'text', text: 'words' },
      { type: 'thinking', thinking: '', signature: tagAttachment(origin, JSON.stringify(attached)) },
      { type: 'tool_use', id: 'c1', name: 'f', input: {} },
      { type: 'tool_use', id: 'c2', name: 'f', input: {} },
    ]);
  });

  test('fields that an upstream attached to the message return to it, and those that only describe the answer do not', () => {
    const origin = { format: 'chat', provider: 'copilot', modelId: 'm' };
    const [, assistant] = messages(user, {
      role: 'assistant',
      content: 'words',
      reasoning_opaque: tagSignature(origin, 'OP'),
      annotations: [{ type: 'url_citation' }],
      parsed: null,
    });
    assert.deepEqual(assistant?.content, [
      {
        type: 'thinking',
        thinking: '',
        signature: tagAttachment(origin, JSON.stringify({ message: { reasoning_opaque: 'OP' } })),
      },
      { type: 'text', text: 'words' },
    ]);
  });

  test('an entry that the client repeats counts once, and blocks return to their places', () => {
    const sealed = (place: string, index: number): object => ({
      type: 'reasoning.text',
      signature: `occ-thinking.${place}.occ1.Y2hhdC9wL20.${index}`,
      index,
    });
    const [, assistant] = messages(user, {
      role: 'assistant',
      content: 'onetwo',
      reasoning_content: 'AABBB',
      reasoning_details: [sealed('0.0.2', 0), sealed('3.0.3', 1), sealed('0.0.2', 0)],
      tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
    });
    assert.deepEqual(assistant?.content, [
      { type: 'thinking', thinking: 'AA', signature: 'occ1.Y2hhdC9wL20.0' },
      { type: 'text', text: 'one' },
      { type: 'thinking', thinking: 'BBB', signature: 'occ1.Y2hhdC9wL20.1' },
      { type: 'text', text: 'two' },
      { type: 'tool_use', id: 'c', name: 'f', input: {} },
    ]);
  });

  test('reasoning that the client has changed keeps no signature of Claude’s', () => {
    const detail = (payload: string, index: number): object => ({
      type: 'reasoning.text',
      text: '',
      signature: `occ-thinking.0.0.7.${payload}`,
      index,
    });
    const [, assistant] = messages(user, {
      role: 'assistant',
      content: 'words',
      reasoning_content: 'shorter',
      reasoning_details: [detail('genuine', 0), detail('occ1.Y2hhdC9wL20.x', 1), detail('other', 2)],
    });
    assert.deepEqual(assistant?.content, [
      { type: 'thinking', thinking: 'shorter', signature: '' },
      { type: 'thinking', thinking: '', signature: 'occ1.Y2hhdC9wL20.x' },
      { type: 'text', text: 'words' },
    ]);
  });
});

describe('fields', () => {
  const cases: Record<string, [given: object, expected: Partial<MessagesRequest>]> = {
    'the newer limit wins': [{ max_completion_tokens: 5, max_tokens: 9 }, { max_tokens: 5 }],
    'the older limit': [{ max_tokens: 9, max_completion_tokens: null }, { max_tokens: 9 }],
    sampling: [
      { temperature: 0.5, top_p: 0.9 },
      { temperature: 0.5, top_p: 0.9 },
    ],
    'one stop sequence': [{ stop: 'END' }, { stop_sequences: ['END'] }],
    'several stop sequences': [{ stop: ['A', '', 'B'] }, { stop_sequences: ['A', 'B'] }],
    'an effort': [
      { reasoning_effort: 'xhigh' },
      { output_config: { effort: 'xhigh' }, thinking: { type: 'adaptive' } },
    ],
    'no effort': [{ reasoning_effort: 'none' }, { thinking: { type: 'disabled' } }],
    'an effort of OpenRouter': [
      { reasoning: { effort: 'low' } },
      { output_config: { effort: 'low' }, thinking: { type: 'adaptive' } },
    ],
    'a budget of OpenRouter': [{ reasoning: { max_tokens: 2000 } }, { thinking: { type: 'adaptive' } }],
    'a budget of 0': [{ reasoning: { max_tokens: 0 } }, {}],
    'thinking of DeepSeek': [{ thinking: { type: 'enabled' } }, { thinking: { type: 'adaptive' } }],
    'a schema': [
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'n', strict: true, schema: { type: 'object' } },
        },
      },
      { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
    ],
    'any object': [
      { response_format: { type: 'json_object' } },
      { system: [{ type: 'text', text: 'Answer with a single JSON object, and with nothing else.' }] },
    ],
    text: [{ response_format: { type: 'text' } }, {}],
    'one answer in text': [{ n: 1, modalities: ['text'], logprobs: false, top_logprobs: 0, audio: null }, {}],
  };
  for (const [name, [given, expected]] of Object.entries(cases))
    test(name, () => {
      assert.deepEqual(read(given), {
        model: 'claude-sonnet-5',
        messages: [{ role: 'user', content: 'go on' }],
        stream: true,
        ...expected,
      });
    });

  test('tool choices', () => {
    const tools = ['a', 'b'].map((name) => ({ type: 'function', function: { name } }));
    const chosen = (more: object): unknown => {
      const { tools: left, tool_choice: choice } = read({ tools, ...more });
      return [left?.map(({ name }) => name).join(' '), choice];
    };
    const both = 'a b';
    const named = { type: 'function', function: { name: 'b' } };
    const allowed = { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [named] } };
    assert.deepEqual(chosen({}), [both, undefined]);
    assert.deepEqual(chosen({ tool_choice: 'auto' }), [both, { type: 'auto' }]);
    assert.deepEqual(chosen({ tool_choice: 'none', parallel_tool_calls: false }), [both, { type: 'none' }]);
    assert.deepEqual(chosen({ tool_choice: 'required' }), [both, { type: 'any' }]);
    assert.deepEqual(chosen({ tool_choice: named }), [both, { type: 'tool', name: 'b' }]);
    assert.deepEqual(chosen({ tool_choice: allowed }), ['b', { type: 'any' }]);
    assert.deepEqual(chosen({ parallel_tool_calls: false }), [
      both,
      { type: 'auto', disable_parallel_tool_use: true },
    ]);
    assert.deepEqual(read({ tool_choice: 'required' }).tool_choice, undefined);
  });

  test('the conversation, the fields without a place, and the web search', () => {
    const body = {
      prompt_cache_key: 'k',
      user: 'u',
      seed: 3,
      metadata: { a: 'b' },
      logit_bias: null,
      store: false,
    };
    const { conversation, left, request } = readRequest(
      chatBody({ ...body, web_search_options: {}, messages: [{ ...user, name: 'x' }] }),
    );
    assert.equal(conversation, 'k');
    assert.deepEqual(left, ['seed', 'metadata', 'messages[].name']);
    assert.deepEqual(request.tools, [{ type: 'web_search_20250305', name: 'web_search' }]);
    assert.equal(readRequest(chatBody({ user: 'u' })).conversation, 'u');
  });
});

describe('refusals name the field', () => {
  const message = (more: object): object => ({ messages: [user, more] });
  const part = (more: object): object => ({ messages: [{ role: 'user', content: [more] }] });
  const cases: [given: object, param: string][] = [
    [{ model: '' }, 'model'],
    [{ messages: [] }, 'messages'],
    [{ messages: 'x' }, 'messages'],
    [{ messages: [null] }, 'messages[0]'],
    [{ n: 2 }, 'n'],
    [{ modalities: ['text', 'audio'] }, 'modalities'],
    [{ audio: { voice: 'x' } }, 'audio'],
    [{ logprobs: true }, 'logprobs'],
    [{ top_logprobs: 2 }, 'top_logprobs'],
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ temperature: 'warm' }, 'temperature'],
    [{ stop: [1] }, 'stop[0]'],
    [{ stream: 'yes' }, 'stream'],
    [{ stream_options: { include_usage: 1 } }, 'stream_options.include_usage'],
    [{ response_format: { type: 'xml' } }, 'response_format.type'],
    [{ tools: [{ type: 'web_search' }] }, 'tools[0].type'],
    [{ tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name'],
    [{ tools: {} }, 'tools'],
    [{ tool_choice: 'maybe' }, 'tool_choice'],
    [message({ role: 'robot', content: '' }), 'messages[1].role'],
    [message({ role: 'tool', content: 'x' }), 'messages[1].tool_call_id'],
    [message({ role: 'assistant', tool_calls: [{ id: 'c' }] }), 'messages[1].tool_calls[0].function'],
    [message({ role: 'system', content: [{ type: 'image_url' }] }), 'messages[1].content[0]'],
    [part({ type: 'input_audio', input_audio: {} }), 'messages[0].content[0]'],
    [part({ type: 'video' }), 'messages[0].content[0]'],
    [part({ type: 'text' }), 'messages[0].content[0].text'],
    [
      part({ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }),
      'messages[0].content[0].image_url.url',
    ],
    [part({ type: 'file', file: { file_id: 'f' } }), 'messages[0].content[0].file.file_id'],
  ];
  for (const [given, param] of cases)
    test(param, () => {
      const refused = refusal(given);
      assert.equal(refused.param, param);
      assert.ok(refused.message.length > param.length + 20, refused.message);
    });
});
