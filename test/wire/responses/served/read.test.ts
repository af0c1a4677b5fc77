/** What is read from requests of Responses clients. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tagSignature } from '../../../../lib/anthropic/provenance.ts';
import { toBlocks, type MessagesRequest } from '../../../../lib/anthropic/request.ts';
import { encodeChatRequest } from '../../../../lib/wire/chat/request.ts';
import { encodeMessagesRequest } from '../../../../lib/wire/messages/request.ts';
import { encodeResponsesRequest } from '../../../../lib/wire/responses/request.ts';
import { Unservable } from '../../../../lib/wire/served.ts';
import { routeOf } from '../../../support/requests.ts';
import { readBody } from '../../../support/responses/served.ts';

const base = { model: 'gpt-x', input: 'hi' };
const read = (fields: object): MessagesRequest => readBody({ ...base, ...fields }).request;
const items = (...input: object[]): MessagesRequest['messages'] => read({ input }).messages;

function refusal(fields: object): Unservable {
  try {
    readBody({ ...base, ...fields });
  } catch (error) {
    assert(error instanceof Unservable, String(error));
    return error;
  }
  return assert.fail(`served: ${JSON.stringify(fields)}`);
}

const run = {
  type: 'function',
  name: 'run',
  description: 'Runs.',
  parameters: { type: 'object', properties: {} },
};
const patch = {
  type: 'custom',
  name: 'apply_patch',
  description: 'Edits files.',
  format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
};

describe('the conversation', () => {
  test('a string is a message of the user, and instructions are the system prompt', () => {
    const request = read({ instructions: 'Be brief.' });
    assert.deepEqual(request.messages, [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }]);
    assert.deepEqual(request.system, [{ type: 'text', text: 'Be brief.' }]);
    assert.equal(request.stream, false);
  });

  test('messages of developers before all others are system prompt, later ones stay in place', () => {
    const request = read({
      instructions: 'one',
      input: [
        { role: 'developer', content: 'two' },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'ask' }] },
        { role: 'system', content: 'three' },
      ],
    });
    assert.deepEqual(request.system, [
      { type: 'text', text: 'one' },
      { type: 'text', text: 'two' },
    ]);
    assert.deepEqual(
      request.messages.map(({ role }) => role),
      ['user', 'system'],
    );
  });

  test('only system messages are still a question', () => {
    const request = read({ instructions: 'one', input: [{ role: 'developer', content: 'two' }] });
    assert.deepEqual(request.system, [{ type: 'text', text: 'one' }]);
    assert.deepEqual(request.messages, [{ role: 'user', content: [{ type: 'text', text: 'two' }] }]);
  });

  test('reasoning, text and calls of one answer are one message, results and text of the user another', () => {
    const sealed = tagSignature({ format: 'chat', provider: 'p', modelId: 'm' }, 'x');
    const messages = items(
      { role: 'user', content: 'ask' },
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'hm' }],
        encrypted_content: sealed,
      },
      {
        type: 'message',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'I look.', annotations: [] }],
      },
      { type: 'function_call', call_id: 'c1', name: 'run', arguments: '{"a":1}' },
      { type: 'custom_tool_call', call_id: 'c2', name: 'apply_patch', input: '*** Begin' },
      { type: 'function_call_output', call_id: 'c1', output: 'done' },
      { type: 'custom_tool_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'ok' }] },
      { role: 'user', content: 'and now?' },
    );
    assert.deepEqual(messages.slice(1), [
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm', signature: sealed },
          { type: 'text', text: 'I look.' },
          { type: 'tool_use', id: 'c1', name: 'run', input: { a: 1 } },
          { type: 'tool_use', id: 'c2', name: 'apply_patch', input: { input: '*** Begin' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'c1', content: [{ type: 'text', text: 'done' }] },
          { type: 'tool_result', tool_use_id: 'c2', content: [{ type: 'text', text: 'ok' }] },
          { type: 'text', text: 'and now?' },
        ],
      },
    ]);
  });

  test('images and files, by URL and as data', () => {
    const [message] = items({
      role: 'user',
      content: [
        { type: 'input_image', image_url: 'data:image/png;base64,iVBO', detail: 'auto' },
        { type: 'input_image', image_url: 'https://x.test/a.png' },
        { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' },
        { type: 'input_file', filename: 'a.txt', file_data: 'data:text/plain;base64,w6k=' },
        { type: 'input_file', file_url: 'https://x.test/a.pdf' },
      ],
    });
    assert.deepEqual(message?.content, [
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBO' } },
      { type: 'image', source: { type: 'url', url: 'https://x.test/a.png' } },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' },
        title: 'a.pdf',
      },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'é' }, title: 'a.txt' },
      { type: 'document', source: { type: 'url', url: 'https://x.test/a.pdf' } },
    ]);
  });

  test('reasoning of an unknown server names no origin that an upstream could have (P10)', () => {
    const [message] = items({ type: 'reasoning', summary: [], encrypted_content: 'gAAAA' });
    const signature = tagSignature({ format: 'responses', provider: '', modelId: '' }, 'gAAAA');
    assert.deepEqual(message?.content, [{ type: 'thinking', thinking: '', signature }]);
  });

  test('other tools of clients keep their calls and results, hosted ones are reported', () => {
    const { request, left } = readBody({
      ...base,
      input: [
        { role: 'user', content: 'go' },
        { type: 'local_shell_call', id: 'ls_1', call_id: 'c1', action: { type: 'exec', command: ['ls'] } },
        { type: 'local_shell_call_output', id: 'x', call_id: 'c1', output: 'a.txt' },
        { type: 'file_search_call', id: 'fs_1', queries: ['x'] },
      ],
    });
    assert.deepEqual(request.messages.slice(1), [
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 'c1', name: 'local_shell', input: { command: ['ls'] } }],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'c1', content: [{ type: 'text', text: 'a.txt' }] }],
      },
    ]);
    assert.deepEqual(left, ['input[3] (file_search_call)']);
  });
});

describe('items of newer clients and models', () => {
  test('a message of another agent with encrypted parts', () => {
    const { request, left } = readBody({
      ...base,
      input: [
        { role: 'user', content: 'go' },
        {
          type: 'agent_message',
          author: '/root/a',
          recipient: '/root',
          content: [
            { type: 'encrypted_content', encrypted_content: 'gAAAA' },
            { type: 'input_text', text: 'done' },
          ],
        },
      ],
    });
    assert.deepEqual(request.messages[0]?.content, [
      { type: 'text', text: 'go' },
      { type: 'text', text: '[a message of another agent is not shown: it is encrypted for its provider]' },
      { type: 'text', text: 'done' },
    ]);
    assert.deepEqual(left, ['input[1].content (encrypted_content)']);
  });

  test('the result of a tool in a form of its own is its JSON', () => {
    const output = [{ stdout: 'a', stderr: '', outcome: { type: 'exit', exit_code: 0 } }];
    const messages = items(
      { type: 'shell_call', call_id: 'c1', action: { commands: ['ls'] } },
      { type: 'shell_call_output', call_id: 'c1', output },
    );
    const text = JSON.stringify(output);
    assert.deepEqual(messages.at(-1)?.content, [
      { type: 'tool_result', tool_use_id: 'c1', content: [{ type: 'text', text }] },
    ]);
  });

  test('the result of a function that names no call reaches the model with the name of the function', () => {
    const messages = items(
      { type: 'function_call_output', name: 'run', output: 'a.txt' },
      { type: 'function_call_output', call_id: null, name: 'run', namespace: 'ns', output: [] },
      { type: 'function_call_output', output: 'b.txt' },
    );
    const texts = ['[result of run]', 'a.txt', '[result of ns__run]', '[result of a function]', 'b.txt'];
    assert.deepEqual(
      messages.at(-1)?.content,
      texts.map((text) => ({ type: 'text', text })),
    );
  });

  test('a conversation changes its effort and the form of its answers until it changes them again', () => {
    const schema = { type: 'object', properties: {} };
    const json = { type: 'json_schema', name: 'a', schema };
    const updated = (body: object, ...updates: object[]) => {
      const { request, left } = readBody({
        ...base,
        ...body,
        input: [{ role: 'user', content: 'go' }, ...updates],
      });
      assert.deepEqual(left, []);
      assert.equal(request.messages.length, 1);
      return request.output_config;
    };
    const low = { type: 'configuration_update', reasoning: { effort: 'low' } };
    const high = { type: 'configuration_update', reasoning: { effort: 'high' } };
    const formed = (format: object) => ({ type: 'configuration_update', text: { format } });
    const [first, text] = [{ reasoning: { effort: 'medium' } }, { text: { format: json } }];
    assert.deepEqual(updated({}, low), { effort: 'low' });
    assert.deepEqual(updated({}, low, high), { effort: 'high' });
    assert.deepEqual(updated(first, low, formed(json)), {
      effort: 'low',
      format: { type: 'json_schema', schema },
    });
    assert.deepEqual(updated({ ...first, ...text }, formed({ type: 'text' }), high), { effort: 'high' });
    assert.deepEqual(updated(first, { ...low, reasoning: { effort: null } }), undefined);
    const verbose = {
      ...base,
      input: [{ role: 'user', content: 'go' }, formed(json)],
      text: { verbosity: 'low' },
    };
    assert.deepEqual(readBody(verbose).left, ['text.verbosity']);
    assert.deepEqual(updated(first, { ...low, id: 'cu_1', reasoning: null, text: null }), {
      effort: 'medium',
    });
  });

  test('the output of a program, which OpenAI ran, is left out', () => {
    const { request, left } = readBody({
      ...base,
      input: [
        { role: 'user', content: 'go' },
        { type: 'program', id: 'p', call_id: 'c1', code: 'x' },
        { type: 'program_output', id: 'o', call_id: 'c1', result: 'r' },
      ],
    });
    assert.deepEqual(request.messages, [{ role: 'user', content: [{ type: 'text', text: 'go' }] }]);
    assert.deepEqual(left, ['input[1] (program)', 'input[2] (program_output)']);
  });

  test('the phase of a message goes to upstreams of this format only', () => {
    const said = (text: string, phase?: string): object => ({
      type: 'message',
      role: 'assistant',
      ...(phase !== undefined && { phase }),
      content: [{ type: 'output_text', text }],
    });
    const { request } = readBody({
      ...base,
      input: [
        { role: 'user', content: 'go' },
        said('a', 'commentary'),
        said('b'),
        said('c', 'final_answer'),
        { role: 'user', content: 'on' },
      ],
    });
    const { input } = encodeResponsesRequest(request, routeOf({ format: 'responses' }));
    const sent = (text: string, more: object): object => ({
      ...more,
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text, annotations: [] }],
    });
    assert.deepEqual(input.slice(1, -1), [
      sent('a', { phase: 'commentary' }),
      sent('b', {}),
      sent('c', { phase: 'final_answer' }),
    ]);
    const others = [
      encodeMessagesRequest(request, routeOf({ format: 'messages', quirks: { betas: true } })),
      encodeChatRequest(request, routeOf()),
    ];
    for (const other of others) assert.doesNotMatch(JSON.stringify(other), /phase|commentary/);
  });

  test('a call returns with the arguments that the model wrote, digit by digit', () => {
    const [message] = items(
      { type: 'tool_search_call', call_id: 'c1', execution: 'client', arguments: { query: 'x' } },
      { type: 'function_call', call_id: 'c2', name: 'run', arguments: '{"at": 17878000001234567}' },
      { type: 'function_call', call_id: 'c3', name: 'run', arguments: '{"at": 1}' },
      { type: 'function_call', call_id: 'c4', name: 'run', arguments: 'null' },
    );
    assert.deepEqual(
      toBlocks(message?.content).map(({ input }) => input),
      [{ query: 'x' }, '{"at": 17878000001234567}', { at: 1 }, {}],
    );
  });
});

describe('tools', () => {
  test('functions, groups of functions, and tools with a grammar', () => {
    const { tools } = read({
      tools: [run, { type: 'namespace', name: 'mcp__files', tools: [run, patch] }, patch],
    });
    assert.deepEqual(
      tools?.map(({ name }) => name),
      ['run', 'mcp__files__run', 'mcp__files__apply_patch', 'apply_patch'],
    );
    assert.deepEqual(tools?.[3]?.['input_schema'], {
      type: 'object',
      properties: { input: { type: 'string', description: 'The whole input, as plain text.' } },
      required: ['input'],
      additionalProperties: false,
    });
    assert.match(String(tools?.[3]?.['description']), /^Edits files\.[\s\S]*lark grammar:\nstart: "x"$/);
  });

  test('two tools never share a name', () => {
    const { tools } = read({
      tools: [
        { ...run, name: 'a__run' },
        { type: 'namespace', name: 'a', tools: [run] },
        { type: 'web_search' },
        { ...run, name: 'web_search' },
      ],
    });
    assert.deepEqual(
      tools?.map(({ name }) => name),
      ['a__run', 'a__run_2', 'web_search', 'web_search_2'],
    );
  });

  test('a call in the history has the name of its tool', () => {
    const { messages } = read({
      tools: [{ type: 'namespace', name: 'ns', tools: [run] }],
      input: [{ type: 'function_call', call_id: 'c', namespace: 'ns', name: 'run', arguments: '' }],
    });
    assert.deepEqual(messages[0]?.content, [{ type: 'tool_use', id: 'c', name: 'ns__run', input: {} }]);
  });

  test('a search of the web becomes one, a search without access to the web does not', () => {
    const live = readBody({
      ...base,
      tools: [{ type: 'web_search', filters: { allowed_domains: ['a.test'] } }],
    });
    assert.deepEqual(live.request.tools, [
      { type: 'web_search_20250305', name: 'web_search', allowed_domains: ['a.test'] },
    ]);
    const cached = readBody({ ...base, tools: [{ type: 'web_search', external_web_access: false }] });
    assert.equal(cached.request.tools, undefined);
    assert.deepEqual(cached.left, ['tools[0] (web_search without web access)']);
  });

  test('tools that only servers of OpenAI run are left out and reported', () => {
    const types = ['file_search', 'code_interpreter', 'image_generation', 'computer_use_preview', 'mcp'];
    const { request, left } = readBody({ ...base, tools: types.map((type) => ({ type })) });
    assert.equal(request.tools, undefined);
    assert.deepEqual(
      left,
      types.map((type, at) => `tools[${at}] (${type})`),
    );
  });

  test('choices', () => {
    const tools = [run, patch, { type: 'namespace', name: 'ns', tools: [run] }];
    const choice = (given: unknown, more = {}): unknown =>
      read({ tools, tool_choice: given, ...more }).tool_choice;
    assert.deepEqual(choice('auto'), { type: 'auto' });
    assert.deepEqual(choice('none'), { type: 'none' });
    assert.deepEqual(choice('required'), { type: 'any' });
    assert.deepEqual(choice({ type: 'function', name: 'run' }), { type: 'tool', name: 'run' });
    assert.deepEqual(choice({ type: 'function', namespace: 'ns', name: 'run' }), {
      type: 'tool',
      name: 'ns__run',
    });
    assert.deepEqual(choice({ type: 'custom', name: 'apply_patch' }), { type: 'tool', name: 'apply_patch' });
    assert.deepEqual(choice(undefined, { parallel_tool_calls: false }), {
      type: 'auto',
      disable_parallel_tool_use: true,
    });
    assert.deepEqual(choice('required', { parallel_tool_calls: false }), {
      type: 'any',
      disable_parallel_tool_use: true,
    });
    const allowed = read({
      tools,
      tool_choice: {
        type: 'allowed_tools',
        mode: 'required',
        tools: [{ type: 'custom', name: 'apply_patch' }],
      },
    });
    assert.deepEqual(allowed.tool_choice, { type: 'any' });
    assert.deepEqual(
      allowed.tools?.map(({ name }) => name),
      ['apply_patch'],
    );
    assert.equal(read({ tool_choice: 'auto' }).tool_choice, undefined);
  });
});

describe('settings', () => {
  test('limits and sampling', () => {
    const { max_tokens, temperature, top_p } = read({ max_output_tokens: 99, temperature: 0, top_p: 0.5 });
    assert.deepEqual({ max_tokens, temperature, top_p }, { max_tokens: 99, temperature: 0, top_p: 0.5 });
  });

  test('an effort asks for thinking without a budget; none and absent ask for none', () => {
    const reasoning = (given?: object): unknown => {
      const { thinking, output_config } = read({ reasoning: given });
      return { thinking, output_config };
    };
    assert.deepEqual(reasoning({ effort: 'high' }), {
      thinking: { type: 'adaptive' },
      output_config: { effort: 'high' },
    });
    assert.deepEqual(reasoning({ summary: 'auto' }), {
      thinking: { type: 'adaptive' },
      output_config: undefined,
    });
    assert.deepEqual(reasoning({ effort: 'none' }), {
      thinking: { type: 'disabled' },
      output_config: { effort: 'none' },
    });
    assert.deepEqual(reasoning(), { thinking: undefined, output_config: undefined });
  });

  test('the form of the answer', () => {
    const schema = { type: 'object', properties: {} };
    assert.deepEqual(
      read({ text: { format: { type: 'json_schema', name: 'a', schema, strict: true } } }).output_config,
      { format: { type: 'json_schema', schema } },
    );
    assert.deepEqual(read({ text: { format: { type: 'json_object' } } }).system, [
      { type: 'text', text: 'Answer with a single JSON object, and with nothing else.' },
    ]);
    assert.deepEqual(readBody({ ...base, text: { verbosity: 'low' } }).left, ['text.verbosity']);
  });

  test('the conversation by its key, or by the headers of Codex', () => {
    assert.equal(readBody({ ...base, prompt_cache_key: 'k' }, { 'session-id': 's' }).conversation, 'k');
    for (const name of ['session-id', 'session_id', 'x-session-id'])
      assert.equal(readBody(base, { [name]: 's' }).conversation, 's');
    assert.equal(readBody(base).conversation, undefined);
  });
});

describe('what cannot be served', () => {
  const cases: [fields: object, param: string | undefined, words: RegExp][] = [
    [{ previous_response_id: 'resp_1' }, 'previous_response_id', /stores none.*`input`/],
    [{ conversation: { id: 'c' } }, 'conversation', /stores none/],
    [{ background: true }, 'background', /`stream`/],
    [{ prompt: { id: 'p' } }, 'prompt', /`instructions`/],
    [{ model: '' }, 'model', /not empty/],
    [{ model: 7 }, 'model', /but is 7/],
    [{ input: undefined }, 'input', /string or a list/],
    [{ input: [] }, 'input', /no text/],
    [{ input: '' }, 'input', /no text/],
    [{ input: [7] }, 'input[0]', /object/],
    [{ input: [{ role: 'tool', content: 'x' }] }, 'input[0].role', /"tool"/],
    [{ input: [{ role: '__proto__', content: 'x' }] }, 'input[0].role', /expected user/],
    [{ input: [{ role: 'user', content: 7 }] }, 'input[0].content', /list of parts/],
    [{ input: [{ role: 'user', content: [{ type: 'video' }] }] }, 'input[0].content[0].type', /"video"/],
    [{ input: [{ role: 'user', content: [{ type: 'input_text' }] }] }, 'input[0].content[0].text', /string/],
    [{ input: [{ role: 'user', content: [{ type: 'input_audio' }] }] }, 'input[0].content[0]', /transcript/],
    [
      { input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'f' }] }] },
      'input[0].content[0].file_id',
      /Send the file itself as image_url/,
    ],
    [
      { input: [{ role: 'user', content: [{ type: 'input_file', file_data: '?' }] }] },
      'input[0].content[0].file_data',
      /base64/,
    ],
    [
      { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'file:///etc/passwd' }] }] },
      'input[0].content[0].image_url',
      /http/,
    ],
    [{ input: [{ type: 'item_reference', id: 'rs_1' }] }, 'input[0]', /Send the whole item/],
    [{ input: [{ type: 'compaction', encrypted_content: 'x' }] }, 'input[0]', /encrypted/],
    [{ input: [{ type: 'compaction_trigger' }] }, 'input[0]', /summarize/],
    [{ input: [{ type: 'function_call', name: 'a' }] }, 'input[0].call_id', /call_id/],
    [{ input: [{ type: 'function_call', call_id: 'a' }] }, 'input[0].name', /name/],
    [{ tools: {} }, 'tools', /list/],
    [{ tools: [null] }, 'tools[0]', /object/],
    [{ tools: [{ type: 'function' }] }, 'tools[0].name', /name/],
    [{ tools: [{ ...run, parameters: 'x' }] }, 'tools[0].parameters', /Schema/],
    [
      { tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'function' }] }] },
      'tools[0].tools[0].name',
      /name/,
    ],
    [{ tool_choice: 'required' }, 'tool_choice', /no tool can be called/],
    [{ tools: [run], tool_choice: { type: 'function', name: 'no' } }, 'tool_choice', /"no"/],
    [{ tools: [run], tool_choice: { type: 'file_search' } }, 'tool_choice', /file_search/],
    [{ tools: [run], tool_choice: 7 }, 'tool_choice', /expected auto/],
    [{ max_output_tokens: 0 }, 'max_output_tokens', /above 0/],
    [{ temperature: 'hot' }, 'temperature', /number/],
    [{ stream: 'yes' }, 'stream', /true or false/],
    [{ reasoning: 'high' }, 'reasoning', /object/],
    [{ reasoning: { effort: 3 } }, 'reasoning.effort', /string/],
    [{ text: { format: { type: 'xml' } } }, 'text.format.type', /json_schema/],
    [{ text: { format: { type: 'json_schema' } } }, 'text.format.schema', /Schema/],
  ];
  for (const [fields, param, words] of cases)
    test(JSON.stringify(fields).slice(0, 90), () => {
      const error = refusal(fields);
      assert.match(error.message, words);
      assert.equal(error.param, param);
    });

  test('a schema that is nested too deeply to be repeated in the answer', () => {
    let schema: object = {};
    for (let level = 0; level < 300; level++) schema = { items: schema };
    const error = refusal({ tools: [{ ...run, parameters: schema }] });
    assert.equal(error.param, 'tools');
    assert.match(error.message, /200 levels/);
  });

  test('null is absent, and what says that nothing is stored is served', () => {
    read({ previous_response_id: null, conversation: null, background: false, prompt: null, store: false });
    assert.deepEqual(readBody({ ...base, store: true }).left, ['store']);
  });
});
