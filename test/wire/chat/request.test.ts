/** Messages requests as Chat Completions, rule by rule. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tagSignature, originOf } from '../../../lib/anthropic/provenance.ts';
import type { ContentBlock, MessagesRequest, RequestMessage } from '../../../lib/anthropic/request.ts';
import type { Route } from '../../../lib/wire/codec.ts';
import { encodeChatRequest } from '../../../lib/wire/chat/request.ts';
import type { ChatMessage, ChatRequest } from '../../../lib/wire/chat/types.ts';
import { brokenRules } from '../../support/chat-rules.ts';
import {
  assistant,
  call,
  chatRoutes,
  image,
  requestOf,
  result,
  routeOf,
  system,
  text,
  thought,
  user,
} from '../../support/requests.ts';

const { deepseek, kimi, glm, mistral } = chatRoutes;
assert.ok(deepseek && kimi && glm && mistral);

type Fields = Omit<Partial<MessagesRequest>, 'messages'>;

/** Encodes, and holds what came out to the protocol's rules. */
function encode(messages: RequestMessage[], fields: Fields = {}, route = routeOf()): ChatRequest {
  const body = encodeChatRequest(requestOf(messages, fields), route);
  assert.deepEqual(brokenRules(body), []);
  return body;
}
const sent = (messages: RequestMessage[], fields: Fields = {}, route = routeOf()): ChatMessage[] =>
  encode(messages, fields, route).messages;
const assistants = (messages: ChatMessage[]) => messages.filter((message) => message.role === 'assistant');

/** A content that is plain text. */
function said(content: unknown): string {
  assert.equal(typeof content, 'string');
  return content as string;
}

const tool = { name: 'Bash', description: 'Run', input_schema: { type: 'object', properties: {} } };
const thinking = { type: 'adaptive' } as const;

test('the system prompt comes first, without the billing block, joined by blank lines', () => {
  const blocks = ['x-anthropic-billing-header: cc_version=2.1; cch=1;', 'You are', '', 'a tester'];
  const fields = { system: blocks.map((words) => ({ type: 'text' as const, text: words })) };
  assert.deepEqual(sent([user('hi')], fields), [
    { role: 'system', content: 'You are\n\na tester' },
    { role: 'user', content: 'hi' },
  ]);
  assert.deepEqual(sent([user('hi')], { system: 'plain' })[0], { role: 'system', content: 'plain' });
  assert.deepEqual(sent([user('hi')], { system: [] }), [{ role: 'user', content: 'hi' }]);
});

test('a system message in mid-conversation becomes a reminder where it stands, or stays', () => {
  const talk = [
    user('hi'),
    system('date'),
    assistant('yes'),
    { role: 'system' as const, content: 'env' },
    user('go'),
  ];
  const reminder = (words: string): string => `<system-reminder>\n${words}\n</system-reminder>`;
  assert.deepEqual(sent(talk), [
    { role: 'user', content: `hi\n\n${reminder('date')}` },
    { role: 'assistant', content: 'yes' },
    { role: 'user', content: `${reminder('env')}\n\ngo` },
  ]);
  assert.deepEqual(
    sent(talk, {}, routeOf({ quirks: { midSystem: 'system' } })).map(({ role }) => role),
    ['user', 'system', 'assistant', 'system', 'user'],
  );
  assert.equal(sent([user('hi'), system(reminder('once'))])[0]?.content, `hi\n\n${reminder('once')}`);
});

test('a system message never stands between a call and its result', () => {
  for (const midSystem of ['system', 'user'] as const) {
    const talk = [user('go'), assistant(call('a')), system('date'), user(result('a', 'out'), 'and?')];
    const roles = sent(talk, {}, routeOf({ quirks: { midSystem } })).map(({ role }) => role);
    const expected = midSystem === 'user' ? ['user'] : ['system', 'user'];
    assert.deepEqual(roles, ['user', 'assistant', 'tool', ...expected]);
  }
});

test('images stay in their place among the text, and become a note for a model that reads text', () => {
  const talk = [
    user('look:', image(), 'what is it?', {
      type: 'image',
      source: { type: 'url', url: 'https://x.test/a.png' },
    }),
  ];
  assert.deepEqual(sent(talk)[0]?.content, [
    { type: 'text', text: 'look:' },
    { type: 'image_url', image_url: { url: 'data:image/png;base64,aGVsbG8=' } },
    { type: 'text', text: 'what is it?' },
    { type: 'image_url', image_url: { url: 'https://x.test/a.png' } },
  ]);
  const blind = sent(talk, {}, routeOf({ images: false }))[0]?.content;
  assert.match(
    said(blind),
    /^look:\n\n\[image: image\/png, 6 bytes, not shown: this model reads text only\]\n\nwhat/,
  );
  const file = { type: 'image', source: { type: 'file', file_id: 'file_1' } };
  assert.match(said(sent([user(file)])[0]?.content), /^\[image: uploaded file file_1, not shown/);
});

test('a document goes as a file where the model takes one, as text where it is text, else as a note', () => {
  const pdf: ContentBlock = {
    type: 'document',
    title: 'Report',
    source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
  };
  assert.deepEqual(sent([user(pdf)], {}, routeOf({ documents: true }))[0]?.content, [
    { type: 'file', file: { filename: 'Report', file_data: 'data:application/pdf;base64,JVBERi0=' } },
  ]);
  assert.equal(
    sent([user(pdf)])[0]?.content,
    '[document "Report": application/pdf, 6 bytes, not shown: this model cannot read it]',
  );
  const plain = {
    type: 'document',
    title: 'Notes',
    source: { type: 'text', media_type: 'text/plain', data: 'a b' },
  };
  assert.equal(sent([user(plain)])[0]?.content, 'Document: Notes\n\na b');
  const found = { type: 'search_result', source: 'https://x.test', title: 'X', content: [text('body')] };
  assert.equal(sent([user(found)])[0]?.content, 'Search result: X (https://x.test)\n\nbody');
  assert.match(said(sent([user({ type: 'mystery' })])[0]?.content), /block of type "mystery"/);
});

test('the image of a result follows all results of its turn, labelled, before the words of the user', () => {
  const talk = [
    user('go'),
    assistant(call('a', {}, 'Read'), call('b')),
    user(result('b', 'out'), result('a', [image()]), 'so?'),
  ];
  assert.deepEqual(sent(talk).slice(2), [
    { role: 'tool', tool_call_id: 'a', content: '[1 image or file follows in the next user message]' },
    { role: 'tool', tool_call_id: 'b', content: 'out' },
    {
      role: 'user',
      content: [
        { type: 'text', text: '[from the result of Read, call a]' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,aGVsbG8=' } },
        { type: 'text', text: 'so?' },
      ],
    },
  ]);
  const blind = sent(talk, {}, routeOf({ images: false })).slice(2);
  assert.match(said(blind[0]?.content), /^\[image: image\/png/);
  assert.deepEqual(blind[2], { role: 'user', content: 'so?' });
});

test('a failed result says so in words, an empty one says that it is empty', () => {
  const told = (...args: Parameters<typeof result>): unknown =>
    sent([user('go'), assistant(call('a')), user(result(...args))])[2]?.content;
  assert.equal(told('a', 'exit 1', true), '[the tool reported an error]\nexit 1');
  assert.equal(told('a', 'fine', false), 'fine');
  for (const empty of [undefined, '', [], [text('')]]) assert.equal(told('a', empty), '(no output)');
  assert.equal(told('a', '', true), '[the tool reported an error]\n(no output)');
});

test('a call without a result is told that there is none; nothing is made up', () => {
  const talk = [
    user('go'),
    assistant(call('a'), call('b')),
    user(result('b', 'B'), 'stop'),
    assistant('ok'),
    user('x'),
  ];
  const messages = sent(talk);
  assert.match(said(messages[2]?.content), /^\[no result: the call was interrupted/);
  assert.deepEqual(
    messages.slice(3).map(({ content }) => content),
    ['B', 'stop', 'ok', 'x'],
  );
  assert.equal(sent([user('go'), assistant(call('a'))]).at(-1)?.role, 'tool');
});

test('a result without a call becomes text of the user, and its words are kept', () => {
  const messages = sent([user('go'), assistant('hm'), user(result('gone', 'left over', true), 'next')]);
  assert.equal(messages.length, 3);
  assert.match(said(messages[2]?.content), /^\[result of a tool call .*it failed\]\n\nleft over\n\nnext$/s);
});

test('a result that comes twice counts once; another one for the same call is not lost', () => {
  const twice = sent([user('go'), assistant(call('a')), user(result('a', '1'), result('a', '1'))]);
  assert.deepEqual(
    twice.map(({ role }) => role),
    ['user', 'assistant', 'tool'],
  );
  const other = sent([user('go'), assistant(call('a')), user(result('a', '1'), result('a', '2'))]);
  assert.equal(other[2]?.content, '1');
  assert.match(said(other[3]?.content), /2$/);
});

test('calls that share an id are told apart, in one turn and across turns', () => {
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

test('two assistant messages in a row are one turn', () => {
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

test('arguments are the text of an object whatever the input is', () => {
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

test('ids follow the rules of the upstream, for the call and for its result', () => {
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

test('a server that wants no user after a result gets a word in between', () => {
  const talk = [user('go'), assistant(call('a')), user(result('a', 'x'), 'and?')];
  assert.deepEqual(
    sent(talk, {}, mistral).map(({ role }) => role),
    ['user', 'assistant', 'tool', 'assistant', 'user'],
  );
});

test('names are renamed alike in declarations, history and choice', () => {
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

test('deferred tools are sent once loaded or called, server tools never', () => {
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
    ['Later', 'Called', 'Bash'],
  );
  assert.equal(
    encode([user('go')], { tools: tools.slice(2, 5), tool_choice: { type: 'any' } }).tools,
    undefined,
  );
});

test('the choice of tools in all its forms', () => {
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
  assert.deepEqual(choose({ type: 'any' }, deepseek), ['required', undefined], 'it does not think here');
});

test('DeepSeek gets reasoning on every assistant turn once one thought, and a placeholder where there is none', () => {
  const talk = [
    user('a'),
    assistant('one'),
    user('b'),
    assistant(thought('hm', 'sig'), call('x')),
    user(result('x', 'r')),
  ];
  const reasoning = (messages: RequestMessage[], fields: Fields, route: Route): unknown[] =>
    assistants(sent(messages, fields, route)).map((message) => message.reasoning_content);
  assert.deepEqual(reasoning(talk, {}, deepseek), [' ', 'hm']);
  assert.deepEqual(reasoning(talk.slice(0, 3), { thinking }, deepseek), [' ']);
  assert.deepEqual(reasoning(talk.slice(0, 3), { thinking: { type: 'disabled' } }, deepseek), [undefined]);
  assert.deepEqual(reasoning(talk, { thinking }, kimi), [undefined, 'hm']);
  assert.deepEqual(reasoning([user('a'), assistant(call('x')), user(result('x', 'r'))], { thinking }, kimi), [
    ' ',
  ]);
  assert.deepEqual(reasoning(talk, { thinking }, routeOf()), [undefined, undefined]);
  assert.doesNotMatch(JSON.stringify(sent(talk, { thinking }, deepseek)), /sig/);
});

test('reasoning details go back to the upstream that made them and to no other', () => {
  const details = [{ type: 'reasoning.encrypted', data: 'abc', index: 0 }];
  const here = routeOf();
  const talk = (origin: Route): RequestMessage[] => [
    user('a'),
    assistant(
      thought('hm', tagSignature(origin, JSON.stringify(details))),
      { type: 'redacted_thinking', data: 'zzz' },
      'yes',
    ),
    user('b'),
  ];
  assert.deepEqual(assistants(sent(talk(here), {}, here))[0]?.reasoning_details, details);
  const elsewhere = routeOf({ modelId: 'other' });
  assert.notEqual(originOf(here), originOf(elsewhere));
  const message = assistants(sent(talk(elsewhere), {}, here))[0];
  assert.deepEqual(message, { role: 'assistant', content: 'yes' });
});

test('a turn that held nothing but thinking is left out', () => {
  const messages = sent([user('a'), assistant(thought('hm')), user('b')]);
  assert.deepEqual(
    messages.map(({ role }) => role),
    ['user', 'user'],
  );
});

test('thinking and effort in each dialect', () => {
  const told = (route: Route, fields: Fields): unknown[] => {
    const body = encode([user('a')], fields, route);
    return [body.thinking?.type, body.reasoning_effort];
  };
  const medium = { thinking, output_config: { effort: 'medium' } };
  const off = { thinking: { type: 'disabled' as const } };
  const type = routeOf({ quirks: { thinking: 'type' } });
  const hy = routeOf({ efforts: ['none', 'low', 'high'], quirks: { thinking: 'effort' } });
  assert.deepEqual(told(routeOf({ efforts: ['low'] }), medium), [undefined, undefined]);
  assert.deepEqual(told(deepseek, medium), ['enabled', 'high']);
  assert.deepEqual(told(deepseek, { thinking, output_config: { effort: 'xhigh' } }), ['enabled', 'max']);
  assert.deepEqual(told(deepseek, { ...off, output_config: { effort: 'max' } }), ['disabled', undefined]);
  assert.deepEqual(
    told(deepseek, { output_config: { effort: 'max' } }),
    ['disabled', undefined],
    'no field is no thinking',
  );
  assert.deepEqual(told(deepseek, { thinking: { type: 'enabled', budget_tokens: 40_000 } }), [
    'enabled',
    'max',
  ]);
  assert.deepEqual(told(kimi, medium), [undefined, 'high']);
  assert.deepEqual(told(kimi, off), [undefined, 'low'], 'it cannot be switched off');
  assert.deepEqual(told(hy, off), [undefined, 'none']);
  assert.deepEqual(told(hy, { thinking }), [undefined, undefined], 'its own default');
  assert.deepEqual(told(type, medium), ['enabled', undefined]);
  assert.deepEqual(told(type, off), ['disabled', undefined]);
  const always = routeOf({ quirks: { thinking: 'type', thinkingAlwaysOn: true } });
  assert.deepEqual(told(always, off), [undefined, undefined]);
});

test('what the configuration asks wins over the client', () => {
  const route = routeOf({
    temperature: 0.2,
    maxTokens: 4096,
    reasoningEffort: 'max',
    thinking: { type: 'enabled' },
    efforts: ['high', 'max'],
    quirks: { thinking: 'type_and_effort' },
  });
  const body = encode(
    [user('a')],
    { temperature: 1, thinking: { type: 'disabled' }, output_config: { effort: 'low' } },
    route,
  );
  assert.deepEqual(
    [body.temperature, body.max_tokens, body.thinking, body.reasoning_effort],
    [0.2, 4096, { type: 'enabled' }, 'max'],
  );
  const own = routeOf({ reasoningEffort: 'ultra', quirks: { thinking: 'effort' } });
  assert.equal(encode([user('a')], {}, own).reasoning_effort, 'ultra');
  const offByHand = routeOf({ thinking: { type: 'disabled' }, quirks: { thinking: 'type' } });
  assert.deepEqual(encode([user('a')], { thinking }, offByHand).thinking, { type: 'disabled' });
});

test('sampling and stop words as the model takes them', () => {
  const asked = { temperature: 0.5, top_p: 0.9, top_k: 4, stop_sequences: ['a', '', 'b', 'c', 'd', 'e'] };
  const body = encode([user('a')], asked);
  assert.deepEqual(
    [body.temperature, body.top_p, body.top_k, body.stop],
    [0.5, 0.9, undefined, ['a', 'b', 'c', 'd']],
  );
  const fixed = encode([user('a')], asked, kimi);
  assert.deepEqual([fixed.temperature, fixed.top_p], [1, 0.95]);
  const none = encode(
    [user('a')],
    asked,
    routeOf({ quirks: { temperature: 'omit', topP: 'omit', topK: 'free' } }),
  );
  assert.deepEqual([none.temperature, none.top_p, none.top_k], [undefined, undefined, 4]);
});

test('the length of the answer stays under every bound', () => {
  const bound = (route: Route, fields: Fields): unknown => encode([user('a')], fields, route).max_tokens;
  assert.equal(bound(routeOf({ maxOutputTokens: 8192 }), { max_tokens: 128_000 }), 8192);
  assert.equal(bound(routeOf({ maxTokens: 4096 }), { max_tokens: 128_000 }), 4096);
  assert.equal(bound(routeOf({ maxTokens: 4096 }), { max_tokens: 64 }), 64);
  const other = routeOf({ quirks: { maxTokensField: 'max_completion_tokens' } });
  assert.equal(encode([user('a')], { max_tokens: 9 }, other).max_completion_tokens, 9);
  const small = routeOf({ contextWindow: 40_000, maxOutputTokens: 40_000 });
  const long = encode([user('word '.repeat(12_000))], { max_tokens: 32_000 }, small).max_tokens ?? 0;
  assert.ok(long > 10_000 && long < 25_000, String(long));
  assert.equal(encode([user('word '.repeat(60_000))], { max_tokens: 32_000 }, small).max_tokens, 1024);
  assert.ok(
    (encode([user(image('A'.repeat(9_000_000)))], { max_tokens: 32_000 }, small).max_tokens ?? 0) > 30_000,
  );
});

test('a schema for the whole answer is a field, or words in the system prompt', () => {
  const schema = { type: 'object', properties: { title: { type: 'string' } } };
  const fields = { output_config: { format: { type: 'json_schema' as const, schema } }, system: 'Be short' };
  const body = encode([user('a')], fields);
  assert.deepEqual(body.response_format, { type: 'json_schema', json_schema: { name: 'answer', schema } });
  const words = encode([user('a')], fields, glm);
  assert.equal(words.response_format, undefined);
  assert.match(said(words.messages[0]?.content), /^Be short\n\nAnswer with a single JSON value .*"title"/s);
});

test('cache markers stay only where the model wants them', () => {
  const marked = { ...text('hi'), cache_control: { type: 'ephemeral' } };
  const talk = [
    user(marked),
    assistant(call('a')),
    user({ ...result('a', 'x'), cache_control: { type: 'ephemeral' } }),
  ];
  assert.doesNotMatch(JSON.stringify(encode(talk)), /cache_control/);
  const kept = sent(talk, {}, routeOf({ quirks: { cacheControl: true } }));
  assert.deepEqual(kept[0]?.content, [marked]);
  assert.deepEqual(kept[2]?.content, [{ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } }]);
});

test('halves of characters are replaced everywhere, whole ones stay', () => {
  const half = 'a\ud83d';
  const body = encode([user(`${half} 😀`), assistant(call('a', { text: half })), user(result('a', half))], {
    system: half,
    tools: [{ ...tool, description: half }],
    stop_sequences: [half],
  });
  assert.match(JSON.stringify(body), /😀/);
  assert.equal(body.stop?.[0], 'a\ufffd');
});

test('what only Anthropic knows is not sent', () => {
  const fields = {
    metadata: { user_id: 'device' },
    context_management: { edits: [] },
    safeguards: [{ type: 'dangerous_tool_use' }],
    zz: 1,
  };
  assert.deepEqual(Object.keys(encode([user('a')], fields)), [
    'model',
    'messages',
    'max_tokens',
    'stream',
    'stream_options',
  ]);
});
