/** The headers sent upstream: user agent, session and one key, and none of the client's own headers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { say } from '../../lib/emulator/script.ts';
import type { MessagesRequest } from '../../lib/anthropic/request.ts';
import { hintsFrom } from '../../lib/proxy/policy/client-hints.ts';
import { sessionOf } from '../../lib/proxy/session.ts';
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

const clientHeaders = {
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
  // The body goes on unchanged to a model of which nothing is known, and with it the header that its fields belong to.
  messages: {
    'x-api-key': key,
    'anthropic-version': '2023-06-01',
    'anthropic-beta': clientHeaders['anthropic-beta'],
  },
  responses: { authorization: `Bearer ${key}` },
  gemini: { 'x-goog-api-key': key },
};

for (const format of ['chat', 'messages', 'responses', 'gemini'] as const) {
  test(`an upstream receives exactly these headers: ${format}`, async () => {
    await using over = await proxyOver({ answers: [[say('ok')]], format, provider });
    await over.send(requestBody(), { headers: clientHeaders });
    const { headers } = await over.emulator.received(1);
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

test('in Responses, prompt_cache_key is the session of the conversation', async () => {
  await using over = await proxyOver({ answers: [[say('ok')], [say('ok')]], format: 'responses', provider });
  await over.send(requestBody(), { headers: clientHeaders });
  await over.send(requestBody({ messages: [{ role: 'user', content: 'more' }] }), { headers: clientHeaders });
  const keys = over.emulator.requests.map(({ body, headers }) => [
    toText(body['prompt_cache_key']),
    toText(headers['x-opencode-session']),
  ]);
  assert.match(keys[0]?.[0] ?? '', /^ses_[0-9a-f]{32}$/);
  assert.equal(new Set(keys.flat()).size, 1);
});

test('the client’s anthropic-beta goes to models with the betas quirk only', async () => {
  for (const betas of [true, false]) {
    await using over = await proxyOver({
      answers: [[say('ok')]],
      models: [modelOf('first', { wire_format: 'messages', quirks: { betas } })],
    });
    await over.send(requestBody(), { headers: clientHeaders });
    const { headers } = await over.emulator.received(1);
    assert.equal(headers['anthropic-beta'], betas ? clientHeaders['anthropic-beta'] : undefined);
  }
});

test('a configured header replaces the default one, whatever its case', async () => {
  await using over = await proxyOver({
    answers: [[say('ok')]],
    provider: {
      ...provider,
      headers: { 'User-Agent': 'mine/1', AUTHORIZATION: 'Bearer other', 'X-Title': 'occ' },
    },
  });
  await over.send();
  const { headers } = await over.emulator.received(1);
  assert.equal(headers['user-agent'], 'mine/1');
  assert.equal(headers.authorization, 'Bearer other');
  assert.equal(headers['x-title'], 'occ');
});

test('a provider without a session header receives no session', async () => {
  await using over = await proxyOver([[say('ok')]]);
  await over.send(requestBody(), { headers: clientHeaders });
  assert.equal((await over.emulator.received(1)).headers['x-opencode-session'], undefined);
});

const first = { role: 'user', content: 'the first question' } as const;
const idOf = (headers: Record<string, string>, request: MessagesRequest): string =>
  sessionOf(
    hintsFrom((name) => headers[name] ?? ''),
    request,
  ).id;
const requestWith = (more: object): MessagesRequest => requestBody(more) as unknown as MessagesRequest;
const grown = requestWith({
  messages: [first, { role: 'assistant', content: 'an answer' }, { role: 'user', content: 'another' }],
});

test('a conversation of one agent keeps its session as it grows and with any model', () => {
  const id = idOf(clientHeaders, requestWith({ messages: [first] }));
  assert.equal(idOf(clientHeaders, grown), id);
  assert.equal(idOf(clientHeaders, requestWith({ model: 'claude-haiku-5', max_tokens: 1 })), id);
  assert.notEqual(idOf({ ...clientHeaders, 'x-claude-code-agent-id': 'agent-8' }, grown), id);
  assert.notEqual(idOf({ ...clientHeaders, 'x-claude-code-session-id': 'another' }, grown), id);
  const { 'x-claude-code-agent-id': _, ...main } = clientHeaders;
  assert.notEqual(idOf(main, grown), id);
});

test('without the client’s header the session is derived from its metadata, else from the first message', () => {
  const user = (session: string) => ({
    metadata: { user_id: JSON.stringify({ device_id: 'd', session_id: session }) },
  });
  assert.equal(idOf({}, requestWith(user('a'))), idOf({}, { ...grown, ...user('a') }));
  assert.notEqual(idOf({}, requestWith(user('a'))), idOf({}, requestWith(user('b'))));
  assert.equal(idOf({}, requestWith({ messages: [first] })), idOf({}, grown));
  assert.equal(
    idOf({}, requestWith({ messages: [{ role: 'user', content: [{ type: 'text', text: first.content }] }] })),
    idOf({}, grown),
    'a string and a text block are the same message',
  );
  assert.notEqual(idOf({}, requestWith({})), idOf({}, grown));
});

test('a long first message is told apart by its start and its length', () => {
  const started = (text: string): string =>
    idOf({}, requestWith({ messages: [{ role: 'user', content: text }] }));
  const long = 'a page '.repeat(10_000);
  assert.equal(started(long), started(long));
  assert.notEqual(started(long), started(`${long}.`));
  assert.notEqual(started(long), started(`A${long.slice(1)}`));
});

test('every attempt of a request has the same session', async () => {
  await using over = await proxyOver({ answers: [[], [say('ok')]], provider });
  await over.send(requestBody(), { headers: clientHeaders });
  const sessions = over.emulator.requests.map(({ headers }) => headers['x-opencode-session']);
  assert.equal(sessions.length, 2);
  assert.equal(new Set(sessions).size, 1);
});
