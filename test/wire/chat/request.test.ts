/** Chat requests: text, images, documents and fields that are not sent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ContentBlock, RequestMessage } from '../../../lib/anthropic/request.ts';
import { encodeChatRequest } from '../../../lib/wire/chat/request.ts';

import {
  requestOf,
  assistant,
  call,
  chatRoutes,
  image,
  result,
  routeOf,
  system,
  text,
  thought,
  user,
} from '../../support/requests.ts';
import { encode, stringContent, sent, tool } from '../../support/chat/encode.ts';

const { glm } = chatRoutes;
assert.ok(glm);

test('the system prompt is the first message, without the billing block, joined with blank lines', () => {
  const blocks = ['x-anthropic-billing-header: cc_version=2.1; cch=1;', 'You are', '', 'a tester'];
  const fields = { system: blocks.map((words) => ({ type: 'text' as const, text: words })) };
  assert.deepEqual(sent([user('hi')], fields), [
    { role: 'system', content: 'You are\n\na tester' },
    { role: 'user', content: 'hi' },
  ]);
  assert.deepEqual(sent([user('hi')], { system: 'plain' })[0], { role: 'system', content: 'plain' });
  assert.deepEqual(sent([user('hi')], { system: [] }), [{ role: 'user', content: 'hi' }]);
});

test('a system message in mid-conversation becomes a reminder in its place, or stays', () => {
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

test('a system message never separates a call from its result', () => {
  for (const midSystem of ['system', 'user'] as const) {
    const talk = [user('go'), assistant(call('a')), system('date'), user(result('a', 'out'), 'and?')];
    const roles = sent(talk, {}, routeOf({ quirks: { midSystem } })).map(({ role }) => role);
    const expected = midSystem === 'user' ? ['user'] : ['system', 'user'];
    assert.deepEqual(roles, ['user', 'assistant', 'tool', ...expected]);
  }
});

test('images keep their position in the text; a text-only model gets notes instead', () => {
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
  const textOnly = sent(talk, {}, routeOf({ images: false }))[0]?.content;
  assert.match(
    stringContent(textOnly),
    /^look:\n\n\[image: image\/png, 6 bytes, not shown: this model reads text only\]\n\nwhat/,
  );
  const file = { type: 'image', source: { type: 'file', file_id: 'file_1' } };
  assert.match(stringContent(sent([user(file)])[0]?.content), /^\[image: uploaded file file_1, not shown/);
});

test('a document is sent as a file if the model accepts files, as text if it is text, else as a note', () => {
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
  assert.match(stringContent(sent([user({ type: 'mystery' })])[0]?.content), /block of type "mystery"/);
});

test('the image of a result follows all results of its turn with a label, before the text of the user', () => {
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
  const textOnly = sent(talk, {}, routeOf({ images: false })).slice(2);
  assert.match(stringContent(textOnly[0]?.content), /^\[image: image\/png/);
  assert.deepEqual(textOnly[2], { role: 'user', content: 'so?' });
});

test('a turn with only thinking is omitted', () => {
  const messages = sent([user('a'), assistant(thought('hm')), user('b')]);
  assert.deepEqual(
    messages.map(({ role }) => role),
    ['user', 'user'],
  );
});

test('a schema for the answer is sent as a field or in the system prompt', () => {
  const schema = { type: 'object', properties: { title: { type: 'string' } } };
  const fields = { output_config: { format: { type: 'json_schema' as const, schema } }, system: 'Be short' };
  const body = encode([user('a')], fields);
  assert.deepEqual(body.response_format, { type: 'json_schema', json_schema: { name: 'answer', schema } });
  const words = encode([user('a')], fields, glm);
  assert.equal(words.response_format, undefined);
  assert.match(
    stringContent(words.messages[0]?.content),
    /^Be short\n\nAnswer with a single JSON value .*"title"/s,
  );
});

test('cache markers are sent only to models that accept them', () => {
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

test('a marker for the whole request goes to its end', () => {
  const hour = { type: 'ephemeral', ttl: '1h' } as const;
  const route = routeOf({ quirks: { cacheControl: true } });
  const talk = [user('a'), assistant('b'), user('c', 'd')];
  const whole = { cache_control: hour };
  const contents = sent(talk, whole, route).map(({ content }) => content);
  assert.deepEqual(contents.at(-1), [text('c'), { ...text('d'), cache_control: hour }]);
  assert.doesNotMatch(JSON.stringify(contents.slice(0, -1)), /cache_control/);
  assert.doesNotMatch(JSON.stringify(encode(talk, whole)), /cache_control/);
});

test('where markers are accepted, a message has the same text parts with and without one', () => {
  const route = routeOf({ quirks: { cacheControl: true } });
  const talk = (mark: object): RequestMessage[] => [
    user('go', { ...text('on'), ...mark }),
    assistant(call('a')),
    user({ ...result('a', 'x'), ...mark }),
  ];
  const marked = sent(talk({ cache_control: { type: 'ephemeral' } }), {}, route);
  const unmarked = sent(talk({}), {}, route);
  assert.notDeepEqual(marked, unmarked);
  const withoutMarks = JSON.parse(
    JSON.stringify(marked).replaceAll(',"cache_control":{"type":"ephemeral"}', ''),
  );
  assert.deepEqual(withoutMarks, unmarked);
});

test('prompt_cache_key is the conversation, for servers that take it', () => {
  const request = requestOf([user('a')]);
  const openAi = routeOf({ quirks: { promptCacheKey: true } });
  assert.equal(encodeChatRequest(request, openAi, 'ses_1').prompt_cache_key, 'ses_1');
  assert.equal('prompt_cache_key' in encodeChatRequest(request, openAi), false);
  assert.equal('prompt_cache_key' in encodeChatRequest(request, routeOf(), 'ses_1'), false);
});

test('lone surrogates are replaced, surrogate pairs are kept', () => {
  const half = 'a\ud83d';
  const body = encode([user(`${half} 😀`), assistant(call('a', { text: half })), user(result('a', half))], {
    system: half,
    tools: [{ ...tool, description: half }],
    stop_sequences: [half],
  });
  assert.match(JSON.stringify(body), /😀/);
  assert.equal(body.stop?.[0], 'a\ufffd');
});

test('Anthropic-only fields are not sent', () => {
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
