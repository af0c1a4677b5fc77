/** Messages requests: unchanged for Claude, converted for other models. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tagSignature } from '../../../lib/anthropic/provenance.ts';
import type { ContentBlock, MessagesRequest, RequestMessage } from '../../../lib/anthropic/request.ts';
import type { Route } from '../../../lib/wire/codec.ts';
import { brokenPairs } from '../../support/messages/rules.ts';
import { encodeChatRequest } from '../../../lib/wire/chat/request.ts';
import { encodeMessagesRequest } from '../../../lib/wire/messages/request.ts';
import {
  assistant,
  call,
  image,
  messagesRoutes,
  requestOf,
  result,
  routeOf,
  system,
  text,
  thought,
  user,
} from '../../support/requests.ts';

const { claude, qwen, minimax } = messagesRoutes;
assert.ok(claude && qwen && minimax);

type Fields = Omit<Partial<MessagesRequest>, 'messages'>;

/** Encodes twice and checks that the input is not modified and both outputs are equal. */
function encode(
  messages: RequestMessage[],
  fields: Fields = {},
  route: Route = qwen as Route,
): MessagesRequest {
  const request = requestOf(messages, fields);
  const before = structuredClone(request);
  const body = encodeMessagesRequest(request, route);
  assert.deepEqual(request, before);
  assert.equal(JSON.stringify(encodeMessagesRequest(request, route)), JSON.stringify(body));
  return body;
}
const sent = (...args: Parameters<typeof encode>): RequestMessage[] => encode(...args).messages;

test('results follow the order of the calls; a system message follows them as a reminder', () => {
  const talk = [
    user('go'),
    assistant(call('a'), call('b')),
    system('date'),
    user('wait', result('b', 'B'), result('a', 'A')),
  ];
  assert.deepEqual(sent(talk), [
    user('go'),
    assistant(call('a'), call('b')),
    user(result('a', 'A'), result('b', 'B'), '<system-reminder>\ndate\n</system-reminder>', 'wait'),
  ]);
});

test('a history out of order is repaired for Claude too; system messages stay', () => {
  const talk = [user('go'), assistant(call('a'), call('b')), system('date'), user('wait', result('b', 'B'))];
  const messages = sent(talk, {}, claude);
  assert.deepEqual(
    messages.map(({ role }) => role),
    ['user', 'assistant', 'user', 'system', 'user'],
  );
  assert.deepEqual(brokenPairs(messages), []);
});

test('results in a second user message are moved to the first for Claude', () => {
  const talk = [user('go'), assistant(call('a')), user('wait'), user(result('a', 'A'))];
  assert.deepEqual(sent(talk, {}, claude).slice(1), [assistant(call('a')), user(result('a', 'A'), 'wait')]);
});

test('a plain string stays one; empty text is removed', () => {
  const talk: RequestMessage[] = [
    { role: 'user', content: 'hi' },
    { role: 'assistant', content: [text(''), text('yes')] },
    user('', 'so'),
  ];
  for (const route of [qwen, claude]) {
    assert.deepEqual(sent(talk, {}, route), [{ role: 'user', content: 'hi' }, assistant('yes'), user('so')]);
  }
});

test('signatures are sent to their origin only', () => {
  const origin = { format: 'messages', provider: 'test' };
  const block = (signature: string): ContentBlock => thought('hm', signature);
  const mine = tagSignature({ ...origin, modelId: 'qwen3.8-max' }, 'SIG');
  const bare = tagSignature({ ...origin, modelId: 'qwen3.8-max' });
  const other = tagSignature({ ...origin, modelId: 'minimax-m3' }, 'SIG');
  const thoughtSent = (signature: string, route: Route): unknown => {
    const [, message] = sent([user('a'), assistant(block(signature), 'yes'), user('b')], {}, route);
    const first = Array.isArray(message?.content) ? message.content[0] : undefined;
    return first?.type === 'thinking' ? first['signature'] : 'left out';
  };
  const unsigned = routeOf({ ...qwen, quirks: { ...qwen.quirks, unsignedThinking: false } });
  const cases: [string, Route, string][] = [
    [mine, qwen, 'SIG'],
    [bare, qwen, ''],
    [other, qwen, ''],
    ['ErUB-claude', qwen, ''],
    ['', qwen, ''],
    [mine, unsigned, 'SIG'],
    // P10: the upstream's own thought, which it sent without a signature.
    [bare, unsigned, ''],
    ['ErUB-claude', unsigned, 'left out'],
    ['ErUB-claude', claude, 'ErUB-claude'],
    [mine, claude, 'left out'],
    ['', claude, 'left out'],
  ];
  for (const [signature, route, expectedSignature] of cases) {
    assert.equal(thoughtSent(signature, route), expectedSignature, `${signature} to ${route.modelId}`);
  }
});

test('redacted thinking and signatures without text are sent to Claude only', () => {
  const talk = [
    user('a'),
    assistant({ type: 'redacted_thinking', data: 'xyz' }, thought('', 'SIGX'), 'yes'),
    user('b'),
  ];
  assert.deepEqual(sent(talk, {}, claude), talk);
  assert.deepEqual(sent(talk)[1], assistant('yes'));
});

test('redacted thinking of another upstream is restored for that upstream only', () => {
  const origin = { format: 'messages', provider: 'test' };
  const of = (modelId: string): ContentBlock => ({
    type: 'redacted_thinking',
    data: tagSignature({ ...origin, modelId }, 'SEALED'),
  });
  const talk = [user('a'), assistant(of('qwen3.8-max'), of('minimax-m3'), 'yes'), user('b')];
  const restored = { type: 'redacted_thinking', data: 'SEALED' };
  assert.deepEqual(sent(talk)[1], assistant(restored as ContentBlock, 'yes'));
  assert.deepEqual(sent(talk, {}, claude)[1], assistant('yes'));
});

test('thinking in each dialect', () => {
  const thinkingFields = (route: Route, fields: Fields): unknown[] => {
    const body = encode([user('a')], fields, route);
    return [body.thinking, body.output_config];
  };
  const adaptive = { thinking: { type: 'adaptive' as const, display: 'omitted' } };
  const effort = (name: string): Fields => ({ ...adaptive, output_config: { effort: name } });
  assert.deepEqual(thinkingFields(qwen, effort('high')), [{ type: 'adaptive' }, { effort: 'xhigh' }]);
  assert.deepEqual(thinkingFields(qwen, effort('max')), [{ type: 'adaptive' }, { effort: 'xhigh' }]);
  assert.deepEqual(thinkingFields(qwen, effort('low')), [{ type: 'adaptive' }, { effort: 'low' }]);
  assert.deepEqual(thinkingFields(qwen, { thinking: { type: 'enabled', budget_tokens: 31_999 } }), [
    { type: 'adaptive' },
    { effort: 'xhigh' },
  ]);
  assert.deepEqual(thinkingFields(qwen, { output_config: { effort: 'high' } }), [
    { type: 'disabled' },
    undefined,
  ]);
  assert.deepEqual(thinkingFields(minimax, effort('high')), [{ type: 'adaptive' }, undefined]);
  assert.deepEqual(thinkingFields(routeOf({ format: 'messages' }), effort('high')), [undefined, undefined]);
  const budget = routeOf({ format: 'messages', quirks: { thinking: 'budget' } });
  assert.deepEqual(thinkingFields(budget, effort('medium')), [
    { type: 'enabled', budget_tokens: 8192 },
    undefined,
  ]);
  assert.deepEqual(thinkingFields(budget, { ...adaptive, max_tokens: 5000 }), [
    { type: 'enabled', budget_tokens: 4999 },
    undefined,
  ]);
  assert.deepEqual(thinkingFields(budget, { ...adaptive, max_tokens: 1000 }), [
    { type: 'disabled' },
    undefined,
  ]);
  assert.deepEqual(thinkingFields(budget, {}), [{ type: 'disabled' }, undefined]);
  assert.deepEqual(thinkingFields(claude, effort('high')), [adaptive.thinking, { effort: 'high' }]);
});

test('the configuration overrides the client for Claude, within the limits of its API', () => {
  const route = {
    ...claude,
    reasoningEffort: 'max',
    thinking: { type: 'enabled' as const },
    temperature: 0.3,
    maxTokens: 9000,
  };
  const body = encode(
    [user('a')],
    { thinking: { type: 'disabled' }, output_config: { effort: 'low' } },
    route,
  );
  assert.deepEqual(
    [body.thinking, body.output_config, body.temperature, body.max_tokens],
    [{ type: 'adaptive' }, { effort: 'max' }, undefined, 9000],
  );
  const budget = encode(
    [user('a')],
    { thinking: { type: 'enabled', budget_tokens: 31_999 } },
    { ...claude, maxTokens: 9000 },
  );
  assert.deepEqual(budget.thinking, { type: 'enabled', budget_tokens: 8999 });
});

test('a thinking budget is disabled for Claude in a turn that another model began', () => {
  const fields = { thinking: { type: 'enabled' as const, budget_tokens: 2000 } };
  const talk = (first: ContentBlock[]): RequestMessage[] => [
    user('a'),
    assistant(...first, call('x')),
    user(result('x', 'r')),
  ];
  assert.deepEqual(encode(talk([thought('hm', '')]), fields, claude).thinking, { type: 'disabled' });
  assert.deepEqual(encode(talk([thought('hm', 'SIG')]), fields, claude).thinking, fields.thinking);
  assert.deepEqual(encode([user('a')], fields, claude).thinking, fields.thinking);
});

test('Claude-only fields are not sent to other models; unknown fields are, unless the validator is strict', () => {
  const fields = {
    system: [
      { type: 'text' as const, text: 'x-anthropic-billing-header: cc_version=1;' },
      { type: 'text' as const, text: 'Be short' },
    ],
    context_management: { edits: [] },
    safeguards: [],
    metadata: { user_id: 'u' },
    top_k: 3,
    zz: 1,
  };
  const body = encode([user('a')], fields);
  assert.deepEqual(
    [body['context_management'], body['safeguards'], body['zz'], body.top_k],
    [undefined, undefined, 1, undefined],
  );
  assert.deepEqual(body.system, [{ type: 'text', text: 'Be short' }]);
  assert.deepEqual(body.metadata, { user_id: 'u' });
  assert.equal(encode([user('a')], fields, minimax)['zz'], undefined);
  const whole = encode([user('a')], fields, claude);
  assert.deepEqual(
    { ...whole, model: '', messages: [] },
    { ...requestOf([], fields), model: '', stream: true },
  );
});

test('blocks for a strict validator contain core fields only', () => {
  const extra = { zz: 1, citations: [], cache_control: { type: 'ephemeral' } };
  const add = (block: ContentBlock): ContentBlock => Object.assign({}, block, extra);
  const talk = [
    user(add(text('a'))),
    assistant(add(thought('hm')), add(call('x'))),
    user(add(result('x', [add(text('r'))]))),
  ];
  const marked = { cache_control: extra.cache_control };
  const keep = (block: ContentBlock): ContentBlock => Object.assign({}, block, marked);
  assert.deepEqual(sent(talk, {}, minimax), [
    user(keep(text('a'))),
    assistant(thought('hm'), keep(call('x'))),
    user(keep(result('x', [keep(text('r'))]))),
  ]);
  assert.deepEqual(sent(talk), talk);
});

test('tools for other models: no server tools, no types, complete schemas, deferred tools once loaded', () => {
  const tools = [
    { type: 'web_search_20250305', name: 'web_search' },
    { type: 'custom' as const, name: 'A', input_schema: null, strict: true },
    { name: 'B', input_schema: { $schema: 'x', type: 'object', properties: {} }, defer_loading: true },
    { name: 'C', input_schema: {}, defer_loading: true },
  ];
  const talk = [
    user('a'),
    assistant(call('s', {}, 'ToolSearch')),
    user(result('s', [{ type: 'tool_reference', tool_name: 'B' }])),
  ];
  const empty = { type: 'object', properties: {}, additionalProperties: false };
  const body = encode(talk, { tools, tool_choice: { type: 'tool', name: 'web_search' } });
  assert.deepEqual(body.tools, [
    { name: 'A', input_schema: empty, strict: true },
    { name: 'B', input_schema: { $schema: 'x', type: 'object', properties: {} } },
  ]);
  assert.deepEqual(body.tool_choice, { type: 'auto' });
  assert.deepEqual(body.messages.at(-1), user(result('s', [text('Tool B is now available.')])));
  const strict = encode(talk, { tools }, minimax);
  assert.deepEqual(strict.tools?.[0], { name: 'A', input_schema: empty });
  const none = encode(talk, { tools: tools.slice(0, 1), tool_choice: { type: 'auto' } });
  assert.deepEqual([none.tools, none.tool_choice], [undefined, undefined]);
  assert.deepEqual(encode(talk, { tools }, claude).tools, tools);
});

test('notes replace content that the model cannot receive, also inside a result', () => {
  const textOnly = routeOf({ ...qwen, images: false, quirks: qwen.quirks });
  const pdf = { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' } };
  const talk = [user(image(), pdf), assistant(call('a')), user(result('a', [image()]))];
  const json = JSON.stringify(sent(talk, {}, textOnly));
  assert.equal(json.match(/\[image: image\/png, 6 bytes, not shown/g)?.length, 2);
  assert.match(json, /\[document: application\/pdf, 3 bytes, not shown/);
  assert.deepEqual(sent(talk, {}, claude), talk);
  assert.match(JSON.stringify(sent(talk, {}, qwen)), /"image","source"/);
});

test('empty results are completed for other models, and arguments that are not objects for all', () => {
  const talk = [user('a'), assistant(call('x', 'ls')), user(result('x'))];
  assert.deepEqual(sent(talk).slice(1), [
    assistant(call('x', { input: 'ls' })),
    user(result('x', '(no output)')),
  ]);
  assert.deepEqual(sent(talk, {}, claude).slice(1), [
    assistant(call('x', { input: 'ls' })),
    user(result('x')),
  ]);
  // A number of more digits than JavaScript keeps, from a client whose format has arguments as text.
  const exact = [user('a'), assistant(call('x', '{"at":17878000001234567}')), user(result('x', 'y'))];
  assert.deepEqual(sent(exact, {}, claude)[1], assistant(call('x', { at: 17_878_000_001_234_568 })));
});

test('fields that only Anthropic’s servers know, and the older name of the format of the answer', () => {
  const only = {
    compaction: { type: 'enabled' },
    diagnostics: {},
    fallbacks: [],
    inference_geo: 'us',
    user_profile_id: 'u',
    output_format: { type: 'json_schema', schema: { type: 'object' } },
  };
  const body = encode([user('a')], only);
  assert.deepEqual(
    Object.keys(only).filter((name) => name in body),
    [],
  );
  assert.match(JSON.stringify(body.system), /Answer with a single JSON value/);
  const kept = encode([user('a')], only, claude);
  for (const [name, value] of Object.entries(only)) assert.deepEqual(kept[name], value);
  const chat = encodeChatRequest(requestOf([user('a')], only), routeOf());
  assert.deepEqual(chat.response_format?.json_schema.schema, { type: 'object' });
});

test('a marker for the whole request passes to Claude, and goes to the end of the request for others', () => {
  const whole = { cache_control: { type: 'ephemeral', ttl: '1h' } };
  const talk = [user('a'), assistant('b'), { role: 'user' as const, content: 'c' }];
  const kept = encode(talk, whole, claude);
  assert.deepEqual([kept['cache_control'], kept.messages], [whole.cache_control, talk]);
  const body = encode(talk, whole);
  assert.equal(body['cache_control'], undefined);
  assert.deepEqual(body.messages, [...talk.slice(0, -1), user({ ...text('c'), ...whole })]);
  assert.deepEqual(sent(talk, { cache_control: null }), talk);
});

test('the system prompt asks for the schema of the answer where there is no field', () => {
  const fields = {
    output_config: { format: { type: 'json_schema' as const, schema: { type: 'object' } } },
    system: 'Be short',
  };
  const body = encode([user('a')], fields);
  assert.equal(body.output_config, undefined);
  assert.match(JSON.stringify(body.system), /^"Be short\\n\\nAnswer with a single JSON value/);
  assert.deepEqual(encode([user('a')], fields, claude).output_config, fields.output_config);
});

test('the output limit follows the context window, except for Claude', () => {
  const small = { contextWindow: 40_000 };
  const long = [user('word '.repeat(60_000))];
  assert.equal(encode(long, {}, { ...qwen, ...small }).max_tokens, 1024);
  assert.equal(encode(long, {}, { ...claude, ...small }).max_tokens, 32_000);
  assert.equal(encodeMessagesRequest({ model: 'm', messages: [user('a')] }, qwen).max_tokens, 32_000);
});

test('lone surrogates are replaced', () => {
  assert.deepEqual(sent([user('a\ud83d 😀')], {}, claude), [user('a\ufffd 😀')]);
});

test('Claude gets no calls that the servers of others ran, and all that its own ran', () => {
  const used = (id: string, name = 'web_search'): ContentBlock => ({
    type: 'server_tool_use',
    id,
    name,
    input: { query: 'q' },
  });
  const found = (id: string, ...sealed: string[]): ContentBlock => ({
    type: 'web_search_tool_result',
    tool_use_id: id,
    content: sealed.map((encrypted_content) => ({
      type: 'web_search_result',
      url: 'https://a.test',
      title: 'A',
      encrypted_content,
      page_age: null,
    })),
  });
  const failed = (id: string): ContentBlock => ({
    type: 'web_search_tool_result',
    tool_use_id: id,
    content: { type: 'web_search_tool_result_error', error_code: 'unavailable' },
  });
  const ran = (id: string): ContentBlock => ({
    type: 'bash_code_execution_tool_result',
    tool_use_id: id,
    content: { type: 'bash_code_execution_result', stdout: '', stderr: '', return_code: 0, content: [] },
  });
  const listed: ContentBlock = {
    type: 'mcp_tool_result',
    tool_use_id: 'mcptoolu_1',
    is_error: false,
    content: [],
  };
  const own = [
    used('srvtoolu_1'),
    found('srvtoolu_1', 'sealed'),
    used('srvtoolu_2'),
    failed('srvtoolu_2'),
    used('srvtoolu_3', 'bash_code_execution'),
    ran('srvtoolu_3'),
    used('srvtoolu_4'),
    found('srvtoolu_4'),
    listed,
  ];
  const foreign = [
    used('srvtoolu_5'),
    found('srvtoolu_5', 'sealed', ''),
    used('call_6', 'analyze_image'),
    used('ws_7'),
    found('ws_7'),
    used(''),
    ran('call_8'),
  ];
  const talk = [user('go'), assistant(...own, 'so'), user('on'), assistant(...foreign, 'yes'), user('on')];
  const kept = [user('go'), assistant(...own, 'so'), user('on'), assistant('yes'), user('on')];
  assert.deepEqual(sent(talk, {}, claude), kept);
  assert.deepEqual(sent([user('go'), assistant(...foreign), user('on')], {}, claude), [
    user('go'),
    user('on'),
  ]);
  // Another upstream that gets the client's body unchanged may have run them itself.
  assert.deepEqual(sent(talk, {}, routeOf({ format: 'messages', quirks: { betas: true } })), talk);
});
