/** What Mistral requires of the order of turns (docs.mistral.ai, error code 3230), with the quirks of the catalogue. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toRoute } from '../../../lib/catalog/routes.ts';
import type { MessagesRequest } from '../../../lib/anthropic/request.ts';
import type { ChatMessage } from '../../../lib/wire/chat/types.ts';
import { encodeChatRequest } from '../../../lib/wire/chat/request.ts';
import {
  assistant,
  call,
  capturedRequests,
  image,
  requestOf,
  result,
  system,
  text,
  thought,
  user,
} from '../../support/requests.ts';
import { runsOf } from '../../support/sampling.ts';

const provider = {
  name: 'lab',
  endpoints: { chat: 'https://lab.example/v1/chat/completions' },
  auth: {},
  keys: [],
  headers: {},
  defaultFormat: 'chat' as const,
  timeouts: { headersMs: 1, firstEventMs: 1, idleMs: 1 },
};

function sent(request: MessagesRequest, id = 'mistral-large-latest'): ChatMessage[] {
  return encodeChatRequest(request, toRoute({ provider: 'lab', model_id: id, vision: true }, provider))
    .messages;
}

/** The rules that Mistral's refusals state, each with the refusal. */
function refusals(messages: readonly ChatMessage[]): string[] {
  return messages.flatMap((message, at): string[] => {
    const before = messages[at - 1]?.role;
    const found: string[] = [];
    // mistral-vibe#578, and mistral-vibe#1114 for the reverse.
    if (before === 'tool' && (message.role === 'user' || message.role === 'system'))
      found.push(`Unexpected role '${message.role}' after role 'tool'`);
    if (message.role === 'tool' && before !== 'assistant' && before !== 'tool')
      found.push(`Unexpected role 'tool' after role '${before}'`);
    if (message.role === 'system' && at > 0) found.push('system in the middle');
    const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : [];
    if (calls.some(({ id }, n) => !answers(messages[at + 1 + n], id)))
      found.push('Not the same number of function calls and responses');
    if (calls.some(({ id }) => !/^[A-Za-z0-9]{9}$/.test(id)))
      found.push('must be a-z, A-Z, 0-9, with a length of 9');
    // crewAI#2194
    if (at === messages.length - 1 && message.role === 'assistant' && message.prefix !== true)
      found.push('Expected last role User or Tool (or Assistant with prefix True)');
    return found;
  });
}

function answers(message: ChatMessage | undefined, id: string): boolean {
  return message?.role === 'tool' && message.tool_call_id === id;
}

for (const { kind, body } of capturedRequests()) {
  test(`${kind} has an order that Mistral accepts`, () => {
    assert.deepEqual(refusals(sent(body)), []);
  });
}

const talks = {
  'a reminder behind a result': [user('go'), assistant(call('a')), user(result('a', 'x')), system('date')],
  'words behind a result': [user('go'), assistant(call('a')), user(result('a', 'x'), 'and?')],
  'an image in a result': [user('go'), assistant(call('a')), user(result('a', [image()]))],
  'an interrupted call': [user('go'), assistant(call('a'), call('b')), user(result('b', 'x'), 'stop')],
  'a reminder between calls and results': [
    user('go'),
    assistant(call('a')),
    system('date'),
    user(result('a', 'x')),
  ],
  'an answer to continue': [user('go'), assistant('The answer is')],
};
for (const [name, messages] of Object.entries(talks)) {
  test(`${name} has an order that Mistral accepts, and nothing is lost`, () => {
    for (const id of [
      'mistralai/Devstral-Small-2',
      'nvidia/ministral-3-8b',
      'open-mixtral-8x22b',
      'pixtral-12b',
    ]) {
      const out = sent(requestOf(messages), id);
      assert.deepEqual(refusals(out), [], id);
      const words = JSON.stringify(messages).match(/go|date|and\?|stop|"x"|aGVsbG8=|The answer is/g) ?? [];
      for (const word of words) assert.ok(JSON.stringify(out).includes(word), word);
    }
  });
}

/**
 * The rule of the chat templates of Devstral and Ministral on llama.cpp and Docker (eclipse-theia/theia#17104,
 * charmbracelet/crush#279): results and messages with calls aside, user and assistant take turns.
 */
function takesTurns(messages: readonly ChatMessage[]): boolean {
  const counted = messages.filter(
    (message) =>
      message.role === 'user' || (message.role === 'assistant' && (message.tool_calls ?? []).length === 0),
  );
  return counted.every(({ role }, at) => at === 0 || role !== counted[at - 1]?.role);
}

const block = {
  user: fc.oneof(
    fc.constantFrom('', 'hello').map(text),
    fc.constant(image()),
    fc.tuple(fc.constantFrom('a', 'b', 'lost'), fc.constantFrom('x', '')).map((args) => result(...args)),
    fc.constant(result('a', [image()])),
  ),
  assistant: fc.oneof(
    fc.constantFrom('', 'hello').map(text),
    fc.constant(thought('hm')),
    fc.constantFrom('a', 'b').map((id) => call(id)),
  ),
};
const generated = fc.array(
  fc.oneof(
    fc.array(block.user, { maxLength: 3 }).map((blocks) => user(...blocks)),
    fc.array(block.assistant, { maxLength: 3 }).map((blocks) => assistant(...blocks)),
    fc.constantFrom('date', '').map((words) => system(words)),
  ),
  { maxLength: 9 },
);

test('generated conversations have an order that Mistral accepts (mistral-vibe#578, litellm#17761)', () => {
  fc.assert(
    fc.property(generated, (messages) => {
      const out = sent(requestOf([user('go'), ...messages]));
      assert.deepEqual(refusals(out), []);
      assert.ok(takesTurns(out), JSON.stringify(out));
    }),
    runsOf(500),
  );
});

test('Perplexity’s Sonar alternates, too (perplexityai/api-discussion#265)', () => {
  const out = sent(requestOf(talks['a reminder behind a result']), 'sonar-pro');
  assert.deepEqual(
    out.map(({ role }) => role),
    ['user', 'assistant', 'tool', 'assistant', 'user'],
  );
});

test('a conversation that grows keeps its prefix (P12)', () => {
  const whole = [
    user('go'),
    assistant(call('a')),
    user(result('a', 'x')),
    system('date'),
    assistant('ok'),
    user('b'),
  ];
  const long = sent(requestOf(whole));
  for (let length = 1; length < whole.length; length++) {
    const short = sent(requestOf(whole.slice(0, length))).filter(
      (message) => !('prefix' in message) && !isPending(message),
    );
    assert.deepEqual(long.slice(0, short.length), short, String(length));
  }
});

/** The stand-in for a result that has not arrived. */
function isPending(message: ChatMessage): boolean {
  return message.role === 'tool' && message.content !== 'x';
}

test('a continued answer has no prefix for other models', () => {
  assert.deepEqual(sent(requestOf([user('go'), assistant('It is')]), 'llama-9').at(-1), {
    role: 'assistant',
    content: 'It is',
  });
});

test('stream_options goes to other servers of Mistral’s models only (avante.nvim#2347, litellm#8978)', () => {
  const fields = (name: string, url: string): unknown =>
    encodeChatRequest(
      requestOf([user('go')]),
      toRoute(
        { provider: name, model_id: 'mistral-large-latest' },
        { ...provider, name, endpoints: { chat: url } },
      ),
    ).stream_options;
  const usage = { include_usage: true };
  assert.deepEqual(fields('lab', 'https://lab.example/v1/chat/completions'), usage);
  assert.deepEqual(fields('lab', 'https://api.mistral.ai/v1/chat/completions'), undefined);
  assert.deepEqual(fields('mistral', 'https://lab.example/v1/chat/completions'), undefined);
});
