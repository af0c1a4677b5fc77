/** What an upstream is told beside the body: who asks, which conversation, one key, and nothing of the client's own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { say } from '../../lib/emulator/script.ts';
import type { MessagesRequest } from '../../lib/anthropic/request.ts';
import { sessionId } from '../../lib/proxy/session.ts';
import { version } from '../../lib/version.ts';
import { toText } from '../../lib/json.ts';
import { modelOf, proxyOver, requestBody, token } from '../support/proxy.ts';

const key = 'the-key-of-this-provider';
const secret = { reveal: () => key, toString: () => '•••', toJSON: () => '•••' };
const provider = {
  sessionHeader: 'x-opencode-session',
  keys: [secret],
  auth: { chat: 'bearer', messages: 'x-api-key', gemini: 'x-goog-api-key' },
} as const;

const clients = {
  'anthropic-beta': 'claude-code-20250219,other-beta',
  'x-claude-code-session-id': 'e632a778-aff0-4214-802d-e5ef8851b3b7',
  'x-claude-code-agent-id': 'agent-7',
  'x-stainless-os': 'Linux',
  'x-app': 'cli',
  cookie: 'a=b',
  'x-anything': 'else',
  'user-agent': 'claude-cli/2.1.330 (external, cli)',
  'x-forwarded-for': '10.0.0.1',
};

const credentials = {
  chat: { authorization: `Bearer ${key}` },
  messages: { 'x-api-key': key, 'anthropic-version': '2023-06-01' },
  responses: { authorization: `Bearer ${key}` },
  gemini: { 'x-goog-api-key': key },
};

for (const format of ['chat', 'messages', 'responses', 'gemini'] as const) {
  test(`an upstream gets these headers and no others: ${format}`, async () => {
    await using over = await proxyOver({ answers: [[say('ok')]], format, provider });
    await over.send(requestBody(), { headers: clients });
    const { headers } = await over.emulator.asked(1);
    const { host, connection, 'content-length': length, 'x-opencode-session': session, ...rest } = headers;
    assert(host !== undefined && length !== undefined && connection !== 'close');
    assert.match(String(session), /^ses_[0-9a-f]{32}$/);
    assert.deepEqual(rest, {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      'user-agent': `occ/${version}`,
      ...credentials[format],
    });
    assert.doesNotMatch(JSON.stringify(rest), new RegExp(token));
  });
}

test('a model asked in Responses is told the conversation, the same for all of it', async () => {
  await using over = await proxyOver({ answers: [[say('ok')], [say('ok')]], format: 'responses', provider });
  await over.send(requestBody(), { headers: clients });
  await over.send(requestBody({ messages: [{ role: 'user', content: 'more' }] }), { headers: clients });
  const keys = over.emulator.requests.map(({ body, headers }) => [
    toText(body['prompt_cache_key']),
    toText(headers['x-opencode-session']),
  ]);
  assert.match(keys[0]?.[0] ?? '', /^ses_[0-9a-f]{32}$/);
  assert.equal(new Set(keys.flat()).size, 1);
});

test('the client’s betas go to models that take them, and to nobody else', async () => {
  for (const betas of [true, false]) {
    await using over = await proxyOver({
      answers: [[say('ok')]],
      models: [modelOf('first', { wire_format: 'messages', quirks: { betas } })],
    });
    await over.send(requestBody(), { headers: clients });
    const { headers } = await over.emulator.asked(1);
    assert.equal(headers['anthropic-beta'], betas ? clients['anthropic-beta'] : undefined);
  }
});

test('a configured header wins over the usual one, however it is spelled, and is sent once', async () => {
  await using over = await proxyOver({
    answers: [[say('ok')]],
    provider: {
      ...provider,
      headers: { 'User-Agent': 'mine/1', AUTHORIZATION: 'Bearer other', 'X-Title': 'occ' },
    },
  });
  await over.send();
  const { headers } = await over.emulator.asked(1);
  assert.equal(headers['user-agent'], 'mine/1');
  assert.equal(headers.authorization, 'Bearer other');
  assert.equal(headers['x-title'], 'occ');
});

test('no session goes to a provider that knows none', async () => {
  await using over = await proxyOver([[say('ok')]]);
  await over.send(requestBody(), { headers: clients });
  assert.equal((await over.emulator.asked(1)).headers['x-opencode-session'], undefined);
});

const first = { role: 'user', content: 'the first question' } as const;
const requestWith = (more: object): MessagesRequest => requestBody(more) as unknown as MessagesRequest;
const grown = requestWith({
  messages: [first, { role: 'assistant', content: 'an answer' }, { role: 'user', content: 'another' }],
});

test('one conversation of one agent keeps its session, whatever is said in it and whichever model is tried', () => {
  const id = sessionId(clients, requestWith({ messages: [first] }));
  assert.equal(sessionId(clients, grown), id);
  assert.equal(sessionId(clients, requestWith({ model: 'claude-haiku-5', max_tokens: 1 })), id);
  assert.notEqual(sessionId({ ...clients, 'x-claude-code-agent-id': 'agent-8' }, grown), id);
  assert.notEqual(sessionId({ ...clients, 'x-claude-code-session-id': 'another' }, grown), id);
  const { 'x-claude-code-agent-id': _, ...main } = clients;
  assert.notEqual(sessionId(main, grown), id);
});

test('without the client’s header the session comes from its metadata, else from how the conversation began', () => {
  const user = (session: string) => ({
    metadata: { user_id: JSON.stringify({ device_id: 'd', session_id: session }) },
  });
  assert.equal(sessionId({}, requestWith(user('a'))), sessionId({}, { ...grown, ...user('a') }));
  assert.notEqual(sessionId({}, requestWith(user('a'))), sessionId({}, requestWith(user('b'))));
  assert.equal(sessionId({}, requestWith({ messages: [first] })), sessionId({}, grown));
  assert.equal(
    sessionId(
      {},
      requestWith({ messages: [{ role: 'user', content: [{ type: 'text', text: first.content }] }] }),
    ),
    sessionId({}, grown),
    'a string and its block are the same beginning',
  );
  assert.notEqual(sessionId({}, requestWith({})), sessionId({}, grown));
});

test('every attempt of a request carries the same session', async () => {
  await using over = await proxyOver({ answers: [[], [say('ok')]], provider });
  await over.send(requestBody(), { headers: clients });
  const sessions = over.emulator.requests.map(({ headers }) => headers['x-opencode-session']);
  assert.equal(sessions.length, 2);
  assert.equal(new Set(sessions).size, 1);
});
