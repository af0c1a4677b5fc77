/** What the proxy remembers from one request to the next, as the client and the upstream see it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failing, refuse, type Answer } from '../../lib/emulator/answer.ts';
import { say, type Script } from '../../lib/emulator/script.ts';
import type { Settings } from '../../lib/config/settings.ts';
import { manualClock } from '../support/clock.ts';
import {
  modelOf,
  proxyOver,
  requestBody,
  readUntil,
  waitUntil,
  type ProxyUnderTest,
} from '../support/proxy.ts';

const ok = [say('ok')];
const outage = refuse(503);
const many = (answer: Answer | Script, count: number) => Array.from({ length: count }, () => answer);
const breaker =
  (failures: number, resetMs = 60_000) =>
  (settings: Settings): Settings => ({ ...settings, circuitBreaker: { failures, resetMs } });
const only = [modelOf('first')];

/** The logged memories as `who: what`; each must have a time. */
const remembered = ({ log }: ProxyUnderTest): string[] =>
  log
    .filter(({ event }) => event === 'remembered')
    .map(({ who, what, until }) => {
      assert(Date.parse(String(until)) > Date.now());
      return `${String(who)}: ${String(what)}`;
    });
const stateOf = ({ proxy }: ProxyUnderTest, key = 'emulator/first chat') =>
  proxy.stats().remembered.breakers[key]?.state ?? 'closed';

for (const stream of [true, false]) {
  const way = stream ? 'streamed' : 'whole';

  test(`a model is skipped after several failures in a row, and the next one answers: ${way}`, async () => {
    await using over = await proxyOver({
      answers: [outage, ok, outage, ok, ok, ok],
      change: breaker(2),
    });
    for (let i = 0; i < 4; i++) {
      const response = await over.send(requestBody({ stream }));
      assert.equal(response.text, 'ok');
      assert.equal(response.headers.get('x-occ-attempts'), i < 2 ? '2' : '1');
    }
    assert.deepEqual(over.requestedModels(), ['first', 'second', 'first', 'second', 'second', 'second']);
    assert.equal(stateOf(over), 'open');
    const passed = over.log.filter(({ event }) => event === 'passed_over');
    assert.deepEqual(
      passed.map(({ model, kind }) => [model, kind]),
      [
        ['emulator/first', 'breaker'],
        ['emulator/first', 'breaker'],
      ],
    );
  });

  test(`with every breaker open, the client gets a 503 with retry-after and no model is tried: ${way}`, async () => {
    await using over = await proxyOver({
      answers: many(outage, 9),
      models: only,
      change: breaker(2, 30_000),
    });
    for (let i = 0; i < 2; i++) assert.equal((await over.send(requestBody({ stream }))).status, 503);
    const response = await over.send(requestBody({ stream }));
    assert.deepEqual([response.status, response.error?.type], [503, 'overloaded_error']);
    assert.equal(response.headers.get('x-should-retry'), null);
    const after = Number(response.headers.get('retry-after'));
    assert(after > 0 && after <= 30, String(after));
    assert.match(
      response.error?.message ?? '',
      /^emulator\/first was not tried: 503 emulated 503 \(2 failures in a row\); tried again in \d+ s\nNext: occ why req_\w+$/,
    );
    assert.deepEqual(over.requestedModels(), ['first', 'first']);
    assert.equal(over.proxy.stats().failures, 3);
    assert.equal(over.log.filter(({ event }) => event === 'passed_over').length, 1);
  });
}

test('after resetMs one probe at a time is admitted', async () => {
  const clock = manualClock();
  const slow = failing(ok, { headersAfterMs: 5000 });
  await using over = await proxyOver({
    clock,
    answers: [outage, slow, ok],
    models: only,
    change: breaker(1),
  });
  await over.send();
  assert.equal(stateOf(over), 'open');
  clock.advance(60_000);
  const probe = over.send();
  await over.emulator.received(2);
  const refused = await over.send();
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '1']);
  await clock.reach(5000);
  assert.equal((await probe).text, 'ok');
  await over.attemptsLogged(2);
  assert.equal(stateOf(over), 'closed');
  assert.equal((await over.send()).text, 'ok');
});

test('a probe whose client disconnects counts as neutral, and the next probe is admitted', async () => {
  const clock = manualClock();
  const silent = failing(ok, { headersAfterMs: 60_000 });
  await using over = await proxyOver({
    clock,
    answers: [outage, silent, ok],
    models: only,
    change: breaker(1),
  });
  await over.send();
  clock.advance(60_000);
  const controller = new AbortController();
  over.post(requestBody(), { signal: controller.signal }).catch(() => {});
  await over.emulator.received(2);
  assert.equal(stateOf(over), 'half_open');
  controller.abort();
  await over.attemptsLogged(2);
  assert.equal((await over.send()).text, 'ok');
  await waitUntil(() => stateOf(over) === 'closed', 'the breaker to close');
});

test('content from a probe closes the breaker before the answer ends', async () => {
  const long = failing([say(['first', ' second'])], { breaks: { at: { deltas: 1 }, how: 'silence' } });
  const clock = manualClock();
  await using over = await proxyOver({
    clock,
    answers: [outage, long, ok],
    models: only,
    change: breaker(1),
  });
  await over.send();
  clock.advance(60_000);
  await readUntil(await over.post(), '"first"');
  assert.equal((await over.send()).text, 'ok');
});

test('client disconnects and client errors do not open a breaker', async () => {
  const silent = failing(ok, { headersAfterMs: 60_000 });
  await using over = await proxyOver({
    answers: [...many(silent, 3), ...many(refuse(400), 3), ok],
    models: only,
    change: breaker(1),
  });
  for (let i = 1; i <= 3; i++) {
    const controller = new AbortController();
    over.post(requestBody(), { signal: controller.signal }).catch(() => {});
    await over.emulator.received(i);
    controller.abort();
    await over.attemptsLogged(i);
  }
  for (let i = 0; i < 3; i++) assert.equal((await over.send()).status, 400);
  assert.equal((await over.send()).text, 'ok');
  assert.equal(stateOf(over), 'closed');
});

test('the client’s timeout does not count as a failure of the model, the configured one does', async () => {
  const late = failing(ok, { headersAfterMs: 60_000 });
  const clientTimeout = { headers: { 'x-stainless-timeout': '6' } };
  for (const [ofClient, state] of [
    [true, 'closed'],
    [false, 'open'],
  ] as const) {
    const clock = manualClock();
    await using over = await proxyOver({
      clock,
      answers: [late, ok],
      timeouts: ofClient ? {} : { headersMs: 50 },
      change: breaker(1),
    });
    const answer = over.send(requestBody({ stream: false }), clientTimeout);
    await over.emulator.received(1);
    clock.advance(Math.min(...clock.due()));
    const response = await answer;
    assert.equal(response.text, 'ok');
    assert.deepEqual(over.requestedModels(), ['first', 'second']);
    assert.equal(stateOf(over), state);
  }
});

const spentQuota = (retryAfterSeconds: number) =>
  refuse(429, {
    type: 'GoUsageLimitError',
    message: '5-hour usage limit reached. Resets in 7hr 29min.',
    metadata: { limitName: '5 hour' },
    retryAfterSeconds,
  });

test('a provider with a spent quota is not tried before its reset', async () => {
  await using over = await proxyOver({ answers: [spentQuota(26_940), ok, ok, ok] });
  for (let i = 0; i < 3; i++) assert.equal((await over.send()).text, 'ok');
  assert.deepEqual(over.requestedModels(), ['first', 'second', 'second', 'second']);
  assert.deepEqual(remembered(over), ['emulator: its 5-hour limit is reached, resets in 7 h 29 min']);
  assert.deepEqual(
    over.proxy.stats().remembered.spent.map(({ who, limit }) => [who, limit]),
    [['emulator', '5-hour limit']],
  );
});

test('without another model a spent quota is a permanent error that includes the reset', async () => {
  await using over = await proxyOver({ answers: [spentQuota(26_940), ok], models: only });
  await over.send();
  const response = await over.send();
  assert.deepEqual([response.status, response.error?.type], [429, 'rate_limit_error']);
  assert.equal(response.headers.get('x-should-retry'), 'false');
  assert.equal(response.headers.get('retry-after'), null);
  assert.match(response.error?.message ?? '', /its 5-hour limit is reached, resets in 7 h 29 min/);
  assert.deepEqual(over.requestedModels(), ['first']);
});

test('a spent quota with a near reset has a retry-after', async () => {
  const clock = manualClock();
  await using over = await proxyOver({ clock, answers: [spentQuota(1), ok], models: only });
  const first = await over.send();
  assert.deepEqual([first.status, first.headers.get('retry-after')], [429, '1']);
  const second = await over.send();
  assert.deepEqual([second.headers.get('x-should-retry'), second.headers.get('retry-after')], [null, '1']);
  assert.deepEqual(over.requestedModels(), ['first']);
  clock.advance(1000);
  assert.equal((await over.send()).text, 'ok');
  assert.deepEqual(over.proxy.stats().remembered.spent, []);
});

test('an unavailable model is skipped, and tried when there is no other', async () => {
  const gone = refuse(410, { type: 'ModelDeprecated', message: 'removed' });
  await using over = await proxyOver({ answers: [gone, ok, ok] });
  assert.equal((await over.send()).text, 'ok');
  assert.equal((await over.send()).text, 'ok');
  assert.deepEqual(over.requestedModels(), ['first', 'second', 'second']);
  assert.deepEqual(remembered(over), ['emulator/first: not available']);
  await using alone = await proxyOver({ answers: [gone, ok], models: only });
  assert.equal((await alone.send()).status, 424);
  assert.equal((await alone.send()).text, 'ok');
  await alone.attemptsLogged(2);
  assert.deepEqual(alone.proxy.stats().remembered.learned, []);
});

test('a model that rejects a format is tried in the next one, which is remembered', async () => {
  const wrong = refuse(401, {
    type: 'ModelError',
    message: 'Model first is not supported for format oa-compat',
  });
  await using over = await proxyOver({ answers: [wrong, ok, ok], models: only });
  const response = await over.send();
  assert.deepEqual([response.text, response.headers.get('x-occ-attempts')], ['ok', '2']);
  assert.equal((await over.send()).headers.get('x-occ-attempts'), '1');
  assert.deepEqual(
    over.emulator.requests.map(({ format }) => format),
    ['chat', 'messages', 'messages'],
  );
  assert.deepEqual(remembered(over), ['emulator/first: not served as chat, requested as messages']);
});

test('a model that rejects every format counts as unavailable', async () => {
  const wrong = refuse(400, { type: 'ModelProtocolUnsupported', message: 'not this protocol' });
  await using over = await proxyOver({
    emulator: { script: ({ conversation }) => (conversation.model === 'first' ? wrong : { script: ok }) },
  });
  assert.equal((await over.send()).text, 'ok');
  const attempts = over.requestedModels().length;
  assert.equal(
    new Set(over.emulator.requests.map(({ format }) => format)).size,
    attempts - 1,
    'each format once',
  );
  assert.equal((await over.send()).text, 'ok');
  assert.equal(over.requestedModels().length, attempts + 1);
  assert.deepEqual(remembered(over), ['emulator/first: not available']);
});

test('a refused parameter is left out in the retry and in later requests', async () => {
  const wrong = refuse(400, { message: 'temperature is not supported' });
  await using over = await proxyOver({ answers: [wrong, ok, ok], models: only });
  for (let i = 0; i < 2; i++) assert.equal((await over.send(requestBody({ temperature: 0.5 }))).text, 'ok');
  assert.deepEqual(
    over.emulator.requests.map(({ body }) => body['temperature']),
    [0.5, undefined, undefined],
  );
  assert.deepEqual(remembered(over), ['emulator/first: takes no temperature']);
  assert.deepEqual(
    over.log.filter(({ event }) => event === 'repaired').map(({ model, what }) => [model, what]),
    [['emulator/first', 'takes no temperature']],
  );
  assert.equal(stateOf(over), 'closed');
});

test('refused stop sequences are left out of the request, because no quirk of a route does that', async () => {
  const wrong = refuse(400, { message: "'stop' is not supported with this model" });
  await using over = await proxyOver({ answers: [wrong, ok, ok], models: only });
  for (let i = 0; i < 2; i++)
    assert.equal((await over.send(requestBody({ stop_sequences: ['x'] }))).text, 'ok');
  assert.deepEqual(
    over.emulator.requests.map(({ body }) => 'stop' in body),
    [true, false, false],
  );
});

test('a repair that does not help is not remembered, and the client gets the upstream’s message', async () => {
  const wrong = refuse(400, { message: 'temperature is not supported' });
  await using over = await proxyOver({ answers: [wrong, wrong, wrong, wrong], models: only });
  for (let i = 0; i < 2; i++) {
    const response = await over.send(requestBody({ temperature: 0.5 }));
    assert.deepEqual([response.status, response.error?.message], [400, 'temperature is not supported']);
  }
  assert.equal(over.requestedModels().length, 4);
  assert.deepEqual(remembered(over), []);
});

test('a repair for the content of one conversation does not apply to others', async () => {
  const wrong = refuse(400, { message: 'messages.0.content: no temperature with this' });
  await using over = await proxyOver({ answers: [wrong, ok, ok, ok], models: only });
  const say = (content: string) =>
    over.send(requestBody({ temperature: 0.5, messages: [{ role: 'user', content }] }));
  for (const first of ['one', 'one', 'another']) assert.equal((await say(first)).text, 'ok');
  assert.deepEqual(
    over.emulator.requests.map(({ body }) => body['temperature']),
    [0.5, undefined, undefined, 0.5],
  );
  assert.deepEqual(remembered(over), ['emulator/first: takes no temperature (for one conversation)']);
});

test('repairs count as attempts', async () => {
  const wrong = refuse(400, { message: 'temperature is not supported' });
  await using over = await proxyOver({ answers: [wrong, ok], models: only, retry: { maxAttemptsTotal: 1 } });
  const response = await over.send(requestBody({ temperature: 0.5 }));
  assert.deepEqual([response.status, response.error?.message], [400, 'temperature is not supported']);
  assert.deepEqual(over.requestedModels(), ['first']);
});

test('after a context window was learned, longer requests go to another model', async () => {
  const long = refuse(400, {
    message: 'maximum context length is 4096 tokens, however you requested 9000 tokens',
  });
  await using over = await proxyOver({ answers: [long, ok, ok] });
  const body = requestBody({ messages: [{ role: 'user', content: 'word '.repeat(6000) }] });
  const response = await over.send(body);
  assert.equal(response.error?.message, 'prompt is too long: 9000 tokens > 4096 maximum');
  assert.equal((await over.send(body)).text, 'ok');
  assert.equal((await over.send()).text, 'ok');
  assert.deepEqual(over.requestedModels(), ['first', 'second', 'first']);
  assert.deepEqual(remembered(over), ['emulator/first: takes 4096 tokens at most']);
});

test('max_tokens above the model’s limit is reduced in the retry and in later requests', async () => {
  const most = refuse(400, { message: 'Range of max_tokens should be [1, 8192]' });
  await using over = await proxyOver({ answers: [most, ok, ok], models: only });
  const body = requestBody({ max_tokens: 32_000 });
  assert.equal((await over.send(body)).text, 'ok');
  assert.equal((await over.send(body)).text, 'ok');
  assert.deepEqual(
    over.emulator.requests.map(({ body: sent }) => sent['max_tokens']),
    [32_000, 8192, 8192],
  );
  assert.deepEqual(remembered(over), ['emulator/first: answers with 8192 tokens at most']);
});

test('if only a model with a smaller window is left, the error names that window, so that the client compacts', async () => {
  const models = [modelOf('first'), modelOf('second', { provider: 'other', context_window: 20_000 })];
  const long = requestBody({ messages: [{ role: 'user', content: 'word '.repeat(30_000) }] });
  for (const gone of [
    refuse(410, { type: 'ModelError', message: 'disabled' }),
    refuse(401),
    spentQuota(26_940),
  ]) {
    await using over = await proxyOver({
      emulator: { script: ({ conversation: { model } }) => (model === 'first' ? gone : ok) },
      models,
    });
    for (const how of ['tried', 'remembered'] as const) {
      const response = await over.send(long);
      assert.deepEqual([response.status, response.error?.type], [400, 'invalid_request_error'], how);
      assert.match(response.error?.message ?? '', /^prompt is too long: \d+ tokens > 20000 maximum\n- /, how);
      assert.equal(response.headers.get('x-should-retry'), null);
    }
    // After compaction the smaller model answers.
    assert.equal((await over.send()).text, 'ok');
    assert.equal(over.requestedModels().at(-1), 'second');
  }
});

test('during a temporary outage of the larger model the client retries instead of compacting', async () => {
  const models = [modelOf('first'), modelOf('second', { provider: 'other', context_window: 20_000 })];
  const long = requestBody({ messages: [{ role: 'user', content: 'word '.repeat(30_000) }] });
  await using over = await proxyOver({ answers: [outage, ok], models });
  const response = await over.send(long);
  assert.equal(response.status, 503);
  assert.equal((await over.send(long)).text, 'ok');
  assert.deepEqual(over.requestedModels(), ['first', 'first']);
});

test('if no model has a larger window than the learned one, the model is tried every time', async () => {
  const tooLong = refuse(400, {
    message: 'maximum context length is 4096 tokens, however you requested 9000 tokens',
  });
  await using over = await proxyOver({ answers: [tooLong, tooLong], models: only });
  for (let i = 0; i < 2; i++) {
    const response = await over.send(
      requestBody({ messages: [{ role: 'user', content: 'word '.repeat(6000) }] }),
    );
    assert.equal(response.error?.message, 'prompt is too long: 9000 tokens > 4096 maximum');
  }
});

test('new settings clear spent quotas, because keys may have changed', async () => {
  let settings: Settings | undefined;
  await using over = await proxyOver({
    answers: [spentQuota(26_940), ok],
    models: only,
    settings: () => settings ?? assert.fail(),
    change: (given) => (settings = given),
  });
  await over.send();
  assert.equal((await over.send()).status, 429);
  assert.deepEqual(over.requestedModels(), ['first']);
  assert(settings);
  settings = { ...settings };
  assert.equal((await over.send()).text, 'ok');
});

test('new settings close open breakers, because addresses may have changed', async () => {
  let settings: Settings | undefined;
  await using over = await proxyOver({
    answers: [outage, ok],
    models: only,
    settings: () => settings ?? assert.fail(),
    change: (given) => (settings = breaker(1)(given)),
  });
  await over.send();
  assert.equal(stateOf(over), 'open');
  assert(settings);
  settings = { ...settings };
  assert.equal((await over.send()).text, 'ok');
});

test('when the retry budget is spent the next model is tried at once', async () => {
  await using over = await proxyOver({
    emulator: { script: ({ conversation }) => (conversation.model === 'first' ? outage : { script: ok }) },
    retry: { attempts: 1 },
    change: breaker(1000),
  });
  for (let i = 0; i < 30; i++) assert.equal((await over.send()).text, 'ok');
  const attempts = over.requestedModels().filter((model) => model === 'first').length;
  assert.equal(attempts, 30 + 10);
});

test('a conversation, identified by session and agent, keeps its model', async () => {
  await using over = await proxyOver({
    answers: many(ok, 9),
    models: only,
    change: (settings) => ({ ...settings, models: { ...settings.models, think: modelOf('thinker') } }),
  });
  const hard = requestBody({ output_config: { effort: 'max' } });
  const inSession = (session: string, agent = '') => ({
    headers: { 'x-claude-code-session-id': session, 'x-claude-code-agent-id': agent },
  });
  await over.send(requestBody(), inSession('one'));
  await over.send(hard, inSession('one'));
  await over.send(hard, inSession('one', 'agent'));
  await over.send(hard, inSession('two'));
  await over.send(hard);
  await over.send(requestBody());
  assert.deepEqual(over.requestedModels(), ['first', 'first', 'thinker', 'thinker', 'thinker', 'first']);
});
