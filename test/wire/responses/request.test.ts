/** Messages requests encoded as Responses, by field and by item. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tagSignature } from '../../../lib/anthropic/provenance.ts';
import type { RequestMessage } from '../../../lib/anthropic/request.ts';
import type { Route } from '../../../lib/wire/codec.ts';
import { encodeResponsesRequest } from '../../../lib/wire/responses/request.ts';
import { continued } from '../../../lib/wire/responses/replay.ts';
import {
  assistant,
  call,
  image,
  requestOf,
  result,
  routeOf,
  system,
  text,
  thought,
  user,
} from '../../support/requests.ts';
import { encode, responsesRoutes, sent, type Fields } from '../../support/responses/encode.ts';

const { gpt, muse, plain, text: textOnly } = responsesRoutes;
const tool = { name: 'Bash', description: 'Run', input_schema: { type: 'object', properties: {} } };
const thinking = { type: 'adaptive' } as const;
const message = (role: 'user' | 'system', ...texts: string[]): unknown => ({
  type: 'message',
  role,
  content: texts.map((words) => ({ type: 'input_text', text: words })),
});
const assistantMessage = (...texts: string[]): unknown => ({
  type: 'message',
  role: 'assistant',
  content: texts.map((words) => ({ type: 'output_text', text: words, annotations: [] })),
});

test('a conversation becomes items in the same order', () => {
  const items = sent([
    user('go', 'on'),
    assistant('I look.', call('toolu_1', { command: 'ls' }), call('toolu_2'), 'Both.'),
    user(result('toolu_2', 'two'), result('toolu_1', [text('one'), text('more')]), 'thanks'),
    assistant('done'),
  ]);
  assert.deepEqual(items, [
    message('user', 'go', 'on'),
    assistantMessage('I look.'),
    { type: 'function_call', call_id: 'toolu_1', name: 'Bash', arguments: '{"command":"ls"}' },
    { type: 'function_call', call_id: 'toolu_2', name: 'Bash', arguments: '{}' },
    assistantMessage('Both.'),
    { type: 'function_call_output', call_id: 'toolu_1', output: 'one\n\nmore' },
    { type: 'function_call_output', call_id: 'toolu_2', output: 'two' },
    message('user', 'thanks'),
    assistantMessage('done'),
  ]);
});

test('the system prompt becomes the instructions, without the billing header', () => {
  const { instructions } = encode([user('a')], {
    system: [
      { type: 'text', text: 'x-anthropic-billing-header: cc_version=1; hash=ab' },
      { type: 'text', text: 'You are.' },
      { type: 'text', text: 'You do.', cache_control: { type: 'ephemeral' } },
    ],
  });
  assert.equal(instructions, 'You are.\n\nYou do.');
  assert.equal(encode([user('a')], { system: 'Be.' }).instructions, 'Be.');
  assert.equal(encode([user('a')]).instructions, undefined);
});

test('system messages in mid-conversation keep their position', () => {
  const talk = [user('a'), system('Now.'), assistant('b'), user('c')];
  assert.deepEqual(sent(talk), [
    message('user', 'a'),
    message('system', 'Now.'),
    assistantMessage('b'),
    message('user', 'c'),
  ]);
  assert.deepEqual(
    sent(talk, {}, muse)[0],
    message('user', 'a', '<system-reminder>\nNow.\n</system-reminder>'),
  );
});

test('failed, empty and missing results are described in text', () => {
  const outputs = (...blocks: Parameters<typeof user>): unknown[] =>
    sent([user('a'), assistant(call('x')), user(...blocks)]).flatMap((item) =>
      item.type === 'function_call_output' ? [item.output] : [],
    );
  assert.deepEqual(outputs(result('x', 'boom', true)), ['[the tool reported an error]\nboom']);
  assert.deepEqual(outputs(result('x')), ['(no output)']);
  assert.deepEqual(outputs('and?'), [
    '[no result: the call was interrupted, or its result is no longer part of this conversation]',
  ]);
  const [shown] = outputs(result('x', [text('half'), image()], true));
  assert.deepEqual(shown, [
    { type: 'input_text', text: '[the tool reported an error]' },
    { type: 'input_text', text: 'half' },
    { type: 'input_image', detail: 'auto', image_url: 'data:image/png;base64,aGVsbG8=' },
  ]);
});

test('a text-only model gets a note for an image', () => {
  const [message] = sent([user('look', image())], {}, textOnly);
  assert.match(
    JSON.stringify(message),
    /\[image: image\/png, 6 bytes, not shown: this model reads text only\]/,
  );
});

test('call ids obey the rules, depend only on the client’s ids, and match their results', () => {
  const long = `call_${'x'.repeat(300)}|fc_1`;
  const items = sent([
    user('a'),
    assistant(call(long), call('toolu_occ2_aaaaaaY2FsbHwx'), call('toolu_1')),
    user(result('toolu_1', 'c'), result(long, 'a'), result('toolu_occ2_aaaaaaY2FsbHwx', 'b')),
  ]);
  const ids = items.flatMap((item) =>
    item.type === 'function_call' || item.type === 'function_call_output' ? [item.call_id] : [],
  );
  assert.equal(ids.length, 6);
  assert.deepEqual(ids.slice(0, 3), ids.slice(3));
  assert.ok(ids.every((id) => id.length <= 64));
  assert.equal(ids[2], 'toolu_1');
});

test('reasoning returns unchanged to the model that made it, and to no other', () => {
  const talk = (origin: Route, payload = 'sealed=='): RequestMessage[] => [
    user('a'),
    assistant(thought('hm', tagSignature(origin, payload)), call('x')),
    user(result('x', 'r')),
  ];
  assert.deepEqual(sent(talk(gpt))[1], {
    type: 'reasoning',
    summary: [{ type: 'summary_text', text: 'hm' }],
    encrypted_content: 'sealed==',
  });
  for (const origin of [muse, routeOf({ ...gpt, provider: 'other' }), routeOf({ ...gpt, format: 'chat' })])
    assert.equal(
      sent(talk(origin)).some(({ type }) => type === 'reasoning'),
      false,
    );
  assert.equal(
    sent(talk(gpt, '')).some(({ type }) => type === 'reasoning'),
    false,
    'nothing was encrypted',
  );
  const genuine = [user('a'), assistant(thought('hm', 'EqQBCkYIBxgC'), 'yes'), user('b')];
  assert.doesNotMatch(JSON.stringify(sent(genuine)), /EqQBCkYIBxgC|hm/, 'Claude’s own');
});

test('the parts of a summary are joined into their items', () => {
  const part = (words: string, payload: string) => thought(words, tagSignature(gpt, payload));
  const items = sent([
    user('a'),
    assistant(
      part('one', continued),
      part('two', continued),
      part('', 'A=='),
      part('lost', ''),
      part('three', 'B=='),
      'yes',
    ),
  ]);
  assert.deepEqual(items.slice(1, 3), [
    {
      type: 'reasoning',
      summary: [
        { type: 'summary_text', text: 'one' },
        { type: 'summary_text', text: 'two' },
      ],
      encrypted_content: 'A==',
    },
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'three' }], encrypted_content: 'B==' },
  ]);
});

test('reasoning effort, summary and encrypted content', () => {
  const reasoningOf = (route: Route, fields: Fields): unknown[] => {
    const { reasoning, include } = encode([user('a')], fields, route);
    return [reasoning, include];
  };
  const sealed = ['reasoning.encrypted_content'];
  const medium = { thinking, output_config: { effort: 'medium' } };
  assert.deepEqual(reasoningOf(gpt, medium), [{ effort: 'medium', summary: 'auto' }, sealed]);
  assert.deepEqual(reasoningOf(gpt, { thinking }), [{ summary: 'auto' }, sealed], 'its own default');
  assert.deepEqual(reasoningOf(gpt, { thinking: { type: 'disabled' } }), [{ effort: 'none' }, sealed]);
  assert.deepEqual(reasoningOf(muse, { thinking: { type: 'disabled' } }), [
    { effort: 'minimal', summary: 'auto' },
    sealed,
  ]);
  assert.deepEqual(reasoningOf(muse, { thinking, output_config: { effort: 'max' } }), [
    { effort: 'xhigh', summary: 'auto' },
    sealed,
  ]);
  assert.deepEqual(reasoningOf(plain, medium), [undefined, undefined], 'a model without reasoning');
});

test('sampling, output limit and answer schema', () => {
  const fields = { temperature: 0.5, top_p: 0.9, top_k: 4, max_tokens: 1 };
  const withSampling = encode([user('a')], fields, plain);
  assert.deepEqual([withSampling.temperature, withSampling.top_p], [0.5, 0.9]);
  assert.equal(withSampling.max_output_tokens, 16, 'OpenAI’s minimum');
  assert.equal('top_k' in withSampling, false);
  const omitted = encode([user('a')], fields);
  assert.deepEqual([omitted.temperature, omitted.top_p], [undefined, undefined]);
  const schema = { type: 'object', properties: { title: { type: 'string' } } };
  const format = { output_config: { format: { type: 'json_schema' as const, schema } } };
  assert.deepEqual(encode([user('a')], format).text, {
    format: { type: 'json_schema', name: 'answer', schema, strict: false },
  });
  const inInstructions = encode([user('a')], format, textOnly);
  assert.equal(inInstructions.text, undefined);
  assert.match(inInstructions.instructions ?? '', /fits this JSON Schema/);
});

test('tools and all forms of tool choice', () => {
  const choice = (fields: Fields): unknown[] => {
    const body = encode([user('a')], { tools: [tool], ...fields });
    return [body.tool_choice, body.parallel_tool_calls];
  };
  assert.deepEqual(encode([user('a')], { tools: [tool] }).tools, [
    {
      type: 'function',
      name: 'Bash',
      description: 'Run',
      parameters: { type: 'object', properties: {} },
      strict: false,
    },
  ]);
  assert.deepEqual(choice({}), [undefined, undefined]);
  assert.deepEqual(choice({ tool_choice: { type: 'auto', disable_parallel_tool_use: true } }), [
    'auto',
    false,
  ]);
  assert.deepEqual(choice({ tool_choice: { type: 'any' } }), ['required', undefined]);
  assert.deepEqual(choice({ tool_choice: { type: 'none' } }), ['none', undefined]);
  const named = { type: 'tool' as const, name: 'Bash' };
  assert.deepEqual(choice({ tool_choice: named }), [{ type: 'function', name: 'Bash' }, undefined]);
  assert.deepEqual(choice({ tool_choice: { ...named, name: 'gone' } }), ['auto', undefined]);
  assert.deepEqual(choice({ tools: [], tool_choice: named }), [undefined, undefined]);
  const renamed = encode([user('a')], { tools: [{ ...tool, name: 'mcp__files.search/all' }] });
  assert.deepEqual(
    renamed.tools?.map((one) => 'name' in one && one.name),
    ['mcp__files_search_all_1zw9ygxkbz'],
  );
});

test('the session is the cache key, which is absent without a session', () => {
  assert.equal(encode([user('a')]).prompt_cache_key, 'ses_1');
  assert.equal('prompt_cache_key' in encodeResponsesRequest(requestOf([user('a')]), gpt), false);
});
