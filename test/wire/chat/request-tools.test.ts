/** Chat requests: tools, tool calls and tool results. */
import { clientToolId } from '../../../lib/anthropic/provenance.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encodeChatRequest } from '../../../lib/wire/chat/request.ts';
import type { MessagesRequest } from '../../../lib/anthropic/request.ts';

import { assistant, call, chatRoutes, result, routeOf, text, user } from '../../support/requests.ts';
import {
  assistants,
  encode,
  stringContent,
  sent,
  thinking,
  tool,
  type Fields,
} from '../../support/chat/encode.ts';

const { deepseek, mistral } = chatRoutes;
assert.ok(deepseek && mistral);

test('a failed or empty result is marked in its text', () => {
  const resultContent = (...args: Parameters<typeof result>): unknown =>
    sent([user('go'), assistant(call('a')), user(result(...args))])[2]?.content;
  assert.equal(resultContent('a', 'exit 1', true), '[the tool reported an error]\nexit 1');
  assert.equal(resultContent('a', 'fine', false), 'fine');
  for (const empty of [undefined, '', [], [text('')]]) assert.equal(resultContent('a', empty), '(no output)');
  assert.equal(resultContent('a', '', true), '[the tool reported an error]\n(no output)');
});

test('a note replaces a missing result', () => {
  const talk = [
    user('go'),
    assistant(call('a'), call('b')),
    user(result('b', 'B'), 'stop'),
    assistant('ok'),
    user('x'),
  ];
  const messages = sent(talk);
  assert.match(stringContent(messages[2]?.content), /^\[no result: the call was interrupted/);
  assert.deepEqual(
    messages.slice(3).map(({ content }) => content),
    ['B', 'stop', 'ok', 'x'],
  );
  assert.equal(sent([user('go'), assistant(call('a'))]).at(-1)?.role, 'tool');
});

test('a result without a call becomes user text', () => {
  const messages = sent([user('go'), assistant('hm'), user(result('gone', 'left over', true), 'next')]);
  assert.equal(messages.length, 3);
  assert.match(
    stringContent(messages[2]?.content),
    /^\[result of a tool call .*it failed\]\n\nleft over\n\nnext$/s,
  );
});

test('a repeated result is sent once; a different result for the same call is kept as text', () => {
  const twice = sent([user('go'), assistant(call('a')), user(result('a', '1'), result('a', '1'))]);
  assert.deepEqual(
    twice.map(({ role }) => role),
    ['user', 'assistant', 'tool'],
  );
  const other = sent([user('go'), assistant(call('a')), user(result('a', '1'), result('a', '2'))]);
  assert.equal(other[2]?.content, '1');
  assert.match(stringContent(other[3]?.content), /2$/);
});

test('calls with the same id get unique ids, in one turn and across turns', () => {
  const messages = sent([
    user('go'),
    assistant(call('x', { n: 1 }), call('x', { n: 2 })),
    user(result('x', 'one'), result('x', 'two')),
    assistant(call('x', { n: 3 })),
    user(result('x', 'three')),
  ]);
  const tools = messages.filter((message) => message.role === 'tool');
  assert.deepEqual(
    tools.map((message) => [message.tool_call_id, message.content]),
    [
      ['x', 'one'],
      ['x_2', 'two'],
      ['x_3', 'three'],
    ],
  );
});

test('consecutive assistant messages are one turn', () => {
  const messages = sent([
    user('go'),
    assistant('a', call('1')),
    assistant('b', call('2')),
    user(result('2', 'two'), result('1', 'one')),
  ]);
  assert.deepEqual(
    messages.map(({ role, content }) => [role, content]),
    [
      ['user', 'go'],
      ['assistant', 'a\n\nb'],
      ['tool', 'one'],
      ['tool', 'two'],
    ],
  );
});

test('arguments are always the text of an object', () => {
  const broken = { __unparsedToolInput: { raw: '{"a":', len: 5 } };
  const cases: [unknown, string][] = [
    [undefined, '{}'],
    [null, '{}'],
    ['', '{}'],
    [{}, '{}'],
    [{ b: 1, a: [2] }, '{"b":1,"a":[2]}'],
    [broken, JSON.stringify(broken)],
    ['{"a": 1}', '{"a": 1}'],
    ['ls', '{"input":"ls"}'],
    [' null', '{}'],
    [[1], '{"input":[1]}'],
    [{ a: 'x\ud800y' }, '{"a":"x\ufffdy"}'],
  ];
  for (const [input, expected] of cases) {
    const block = { type: 'tool_use', id: 'a', name: 'Bash', input };
    const [message] = assistants(sent([user('go'), assistant(block), user(result('a', 'x'))]));
    assert.equal(message?.tool_calls?.[0]?.function.arguments, expected);
    assert.equal(message.content, '');
  }
});

test('a call and its result get the same id, which follows the rules of the upstream', () => {
  const talk = [user('go'), assistant(call('call_abc|weird.id-1')), user(result('call_abc|weird.id-1', 'x'))];
  for (const [route, pattern] of [
    [routeOf(), /^call_/],
    [mistral, /^[A-Za-z0-9]{9}$/],
  ] as const) {
    const messages = sent(talk, {}, route);
    const [id] = assistants(messages)[0]?.tool_calls?.map((one) => one.id) ?? [];
    assert.match(String(id), pattern);
    assert.deepEqual(
      messages.filter((m) => m.role === 'tool').map((m) => m.tool_call_id),
      [id],
    );
  }
});

test('an id that was rewritten for the client is restored for its origin', () => {
  const id = clientToolId('functions.Read:0', routeOf());
  assert.notEqual(id, 'functions.Read:0');
  const talk = { model: 'm', messages: [user('go'), assistant(call(id)), user(result(id, 'x'))] };
  const { messages } = encodeChatRequest(talk, routeOf());
  assert.equal(assistants(messages)[0]?.tool_calls?.[0]?.id, 'functions.Read:0');
  assert.equal(messages.find((m) => m.role === 'tool')?.tool_call_id, 'functions.Read:0');
});

test('an assistant message separates a result and user text for servers that require it', () => {
  const talk = [user('go'), assistant(call('a')), user(result('a', 'x'), 'and?')];
  assert.deepEqual(
    sent(talk, {}, mistral).map(({ role }) => role),
    ['user', 'assistant', 'tool', 'assistant', 'user'],
  );
});

test('a tool has the same new name in declarations, history and tool choice', () => {
  const name = `mcp__${'long'.repeat(20)}`;
  const body = encode([user('go'), assistant(call('a', {}, name)), user(result('a', 'x'))], {
    tools: [{ ...tool, name }],
    tool_choice: { type: 'tool', name },
  });
  const [renamed] = body.tools?.map((one) => one.function.name) ?? [];
  assert.notEqual(renamed, name);
  assert.equal(assistants(body.messages)[0]?.tool_calls?.[0]?.function.name, renamed);
  assert.deepEqual(body.tool_choice, { type: 'function', function: { name: renamed } });
});

test('deferred tools are sent once they are loaded or called, server tools never', () => {
  const tools = [
    { ...tool, name: 'Later', defer_loading: true },
    { ...tool, name: 'Called', defer_loading: true },
    { ...tool, name: 'Never', defer_loading: true },
    { name: 'DeferredToolPlaceholder', input_schema: {} },
    { type: 'web_search_20250305', name: 'web_search', max_uses: 8 },
    { ...tool, type: 'custom' as const },
    tool,
  ];
  const talk = [
    user('go'),
    assistant(call('s', {}, 'ToolSearch'), call('c', {}, 'Called')),
    user(result('s', [{ type: 'tool_reference', tool_name: 'Later' }]), result('c', 'x')),
  ];
  assert.deepEqual(
    encode(talk, { tools }).tools?.map((one) => one.function.name),
    ['Bash', 'Later', 'Called'],
  );
  assert.equal(
    encode([user('go')], { tools: tools.slice(2, 5), tool_choice: { type: 'any' } }).tools,
    undefined,
  );
});

test('tool choice in all its forms', () => {
  const choose = (
    choice: MessagesRequest['tool_choice'],
    route = routeOf(),
    fields: Fields = {},
  ): unknown => {
    const body = encode(
      [user('go')],
      { tools: [tool], ...fields, ...(choice && { tool_choice: choice }) },
      route,
    );
    return [body.tool_choice, body.parallel_tool_calls];
  };
  assert.deepEqual(choose(undefined), [undefined, undefined]);
  assert.deepEqual(choose({ type: 'auto' }), ['auto', undefined]);
  assert.deepEqual(choose({ type: 'any' }), ['required', undefined]);
  assert.deepEqual(choose({ type: 'none' }), ['none', undefined]);
  assert.deepEqual(choose({ type: 'tool', name: 'Bash' }), [
    { type: 'function', function: { name: 'Bash' } },
    undefined,
  ]);
  assert.deepEqual(choose({ type: 'tool', name: 'web_search' }), ['auto', undefined]);
  assert.deepEqual(choose({ type: 'any', disable_parallel_tool_use: true }), ['required', false]);
  const serial = routeOf({ quirks: { parallelToolCalls: false } });
  assert.deepEqual(choose({ type: 'auto', disable_parallel_tool_use: true }, serial), ['auto', undefined]);
  assert.deepEqual(choose({ type: 'any' }, deepseek, { thinking }), ['auto', undefined]);
  assert.deepEqual(choose({ type: 'any' }, deepseek), ['required', undefined], 'thinking is off here');
});
