/** Repairs of refused requests from client to upstream: what is sent, what is remembered for whom, and what the log says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldMessage } from '../../lib/anthropic/fold.ts';
import { refuse, type Answer } from '../../lib/emulator/answer.ts';
import { call, say, think } from '../../lib/emulator/script.ts';
import type { Settings } from '../../lib/config/settings.ts';
import { learnedMs } from '../../lib/proxy/rejections/learned.ts';
import { manualClock } from '../support/clock.ts';
import { modelOf, proxyOver, requestBody, type ProxyUnderTest } from '../support/proxy.ts';

const ok = [say('ok')];
const only = [modelOf('first')];
const refusal = (message: string): Answer => refuse(400, { message });
const inSession = (id: string) => ({ headers: { 'x-claude-code-session-id': id } });
const warm = requestBody({ temperature: 0.5, top_p: 0.9 });
const valuesOf = ({ emulator }: ProxyUnderTest, field: string) =>
  emulator.requests.map(({ body }) => body[field]);
const remembered = ({ log }: ProxyUnderTest) =>
  log.filter(({ event }) => event === 'remembered').map(({ who, what }) => `${String(who)}: ${String(what)}`);

test('a change that the model needs is made for every conversation, for an hour', async () => {
  const clock = manualClock();
  const refused = refusal('temperature is not supported');
  await using over = await proxyOver({ clock, answers: [refused, ok, ok, ok, refused, ok], models: only });
  await over.send(warm, inSession('one'));
  await over.send(warm, inSession('two'));
  clock.advance(learnedMs - 1);
  await over.send(warm, inSession('three'));
  clock.advance(1);
  await over.send(warm, inSession('one'));
  await over.attemptsLogged(6);
  assert.deepEqual(valuesOf(over, 'temperature'), [0.5, undefined, undefined, undefined, 0.5, undefined]);
  assert.deepEqual(
    over.proxy.stats().remembered.learned.map(({ model, what, words }) => [model, what, words]),
    [['emulator/first', 'parameter', 'takes no temperature']],
  );
});

test('stale seals are left out of their conversation only, and the log has none of the upstream’s words', async () => {
  const secret = 'The encrypted content of the walrus could not be verified.';
  const thoughtful = [think('I think.', 'c2VhbGVk'), say('I look.'), call('Read', {}, 'call_1')];
  await using over = await proxyOver({
    answers: [thoughtful, refuse(400, { type: 'invalid_encrypted_content', message: secret }), ok, ok, ok],
    models: [modelOf('first', { wire_format: 'responses' })],
    emulator: { flavour: 'plain' },
  });
  const { events } = await over.send(requestBody(), inSession('one'));
  const next = requestBody({
    tools: [{ name: 'Read', input_schema: { type: 'object', properties: {} } }],
    messages: [
      { role: 'user', content: 'hello' },
      { role: 'assistant', content: foldMessage(events)?.content },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', content: 'a file' }] },
    ],
  });
  for (const session of ['one', 'one', 'two'])
    assert.equal((await over.send(next, inSession(session))).text, 'ok');
  const sealed = over.emulator.requests.map(({ body }) => JSON.stringify(body).includes('c2VhbGVk'));
  assert.deepEqual(sealed, [false, true, false, false, true]);
  for (const { body } of over.emulator.requests.slice(1)) assert.match(JSON.stringify(body), /a file/);
  assert.deepEqual(remembered(over), [
    'emulator/first: takes no signatures of earlier turns (for one conversation)',
  ]);
  assert.doesNotMatch(JSON.stringify(over.log), /walrus|c2VhbGVk/);
  assert.deepEqual(over.proxy.stats().remembered.learned, []);
});

test('changes for one conversation that are about different fields are kept together', async () => {
  const answers = [
    refusal('messages.0.content: no temperature with this'),
    refusal('messages.0.content: no top_p with this'),
    ok,
    ok,
  ];
  await using over = await proxyOver({ answers, models: only });
  for (let turn = 0; turn < 2; turn++) assert.equal((await over.send(warm, inSession('one'))).text, 'ok');
  const last = over.emulator.requests.at(-1)?.body ?? {};
  assert.deepEqual([last['temperature'], last['top_p']], [undefined, undefined]);
});

test('new settings forget the changes for conversations, because addresses may have changed', async () => {
  let settings: Settings | undefined;
  const refused = refusal('messages.0.content: no temperature with this');
  await using over = await proxyOver({
    answers: [refused, ok, ok],
    models: only,
    settings: () => settings ?? assert.fail(),
    change: (given) => (settings = given),
  });
  await over.send(warm, inSession('one'));
  assert(settings);
  settings = { ...settings };
  await over.send(warm, inSession('one'));
  assert.deepEqual(valuesOf(over, 'temperature'), [0.5, undefined, 0.5]);
});

test('a prompt cache key that is refused is left out, although only the proxy sets it', async () => {
  for (const format of ['responses', 'chat'] as const) {
    const models = [modelOf('first', { wire_format: format, quirks: { promptCacheKey: true } })];
    const answers = [refusal("Unknown parameter: 'prompt_cache_key'."), ok, ok];
    await using over = await proxyOver({ answers, models });
    for (const session of ['one', 'two'])
      assert.equal((await over.send(warm, inSession(session))).text, 'ok');
    const keys = valuesOf(over, 'prompt_cache_key');
    assert.deepEqual([typeof keys[0], keys.slice(1)], ['string', [undefined, undefined]]);
  }
});

test('repairs count towards max_attempts_total, and the last refusal reaches the client', async () => {
  const answers = [
    refusal('temperature is not supported'),
    refusal('top_p is not supported'),
    refusal('stream_options is not supported'),
    ok,
  ];
  await using over = await proxyOver({ answers, models: only, retry: { maxAttemptsTotal: 3 } });
  const response = await over.send(warm);
  assert.deepEqual([response.status, response.error?.message], [400, 'stream_options is not supported']);
  assert.equal(over.emulator.requests.length, 3);
  assert.deepEqual(remembered(over), []);
});

for (const stream of [true, false])
  test(`a refusal that no repair answers reaches the client with its status: ${stream ? 'streamed' : 'whole'}`, async () => {
    for (const [status, message] of [
      [400, 'Unknown parameter: frequency_penalty'],
      [422, 'The request is not valid'],
      [400, "Unsupported parameter: 'messages'"],
    ] as const) {
      await using over = await proxyOver({
        answers: [refuse(status, { type: 'invalid_request_error', message })],
        models: only,
      });
      const response = await over.send({ ...warm, stream });
      assert.deepEqual(
        [response.status, response.error?.type, response.error?.message],
        [status, 'invalid_request_error', message],
      );
      assert.equal(over.emulator.requests.length, 1);
    }
  });

test('a repaired request that then fails falls back to the next model, which gets what the client asked for', async () => {
  const answers = [refusal('temperature is not supported'), refuse(503), ok];
  await using over = await proxyOver({ answers });
  assert.equal((await over.send(warm)).text, 'ok');
  assert.deepEqual(over.requestedModels(), ['first', 'first', 'second']);
  assert.deepEqual(valuesOf(over, 'temperature'), [0.5, undefined, 0.5]);
  // Whether the change helps is not known.
  assert.deepEqual(remembered(over), []);
});

test('of two repairs, only the one that helped is remembered', async () => {
  const refused = refusal('max_tokens and temperature: unsupported');
  await using over = await proxyOver({ answers: [refused, refused, ok, ok], models: only });
  for (const session of ['one', 'two']) assert.equal((await over.send(warm, inSession(session))).text, 'ok');
  const sent = over.emulator.requests.map(({ body }) => body);
  assert.deepEqual(Object.keys(sent[2] ?? {}).toSorted(), Object.keys(sent[3] ?? {}).toSorted());
  assert.equal(remembered(over).length, 1);
});
