/** Tests the record of a request that has ended: what it says for each ending, and the ring that keeps the latest. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failing, refuse } from '../../lib/emulator/answer.ts';
import { say, wait } from '../../lib/emulator/script.ts';
import { arrived, recentRequests, type EndedRequest } from '../../lib/proxy/recent.ts';
import { manualClock } from '../support/clock.ts';
import { modelOf, proxyOver, requestBody, waitUntil, type ProxyUnderTest } from '../support/proxy.ts';

async function latest({ proxy }: ProxyUnderTest): Promise<EndedRequest> {
  await waitUntil(() => proxy.recent.list().length > 0, 'a record');
  const [record] = proxy.recent.list();
  assert(record);
  return record;
}

test('an answer: who answered, for which session and tier, with what usage', async () => {
  await using over = await proxyOver([[say('ok')]]);
  const headers = {
    'x-claude-code-session-id': 'a-session',
    'x-claude-code-agent-id': 'an-agent',
    'x-claude-code-request-class': 'main',
  };
  const response = await over.send(requestBody({ model: 'claude-sonnet-5' }), { headers });
  const record = await latest(over);
  assert.equal(record.id, response.headers.get('request-id'));
  assert.deepEqual(
    {
      session: record.session,
      agent: record.agent,
      requestClass: record.requestClass,
      tier: record.tier,
      model: record.model,
      stream: record.stream,
      ending: record.ending,
      answered: record.answered,
      error: record.error,
      fallbackFrom: record.fallbackFrom,
    },
    {
      session: 'a-session',
      agent: 'an-agent',
      requestClass: 'main',
      tier: 'sonnet',
      model: 'claude-sonnet-5',
      stream: true,
      ending: 'answered',
      answered: { model: 'emulator/first', provider: 'emulator', format: 'chat' },
      error: undefined,
      fallbackFrom: undefined,
    },
  );
  assert.match(record.route, /default/);
  assert.ok((record.usage?.input ?? 0) > 0 && (record.usage?.output ?? 0) > 0);
  assert.ok((record.firstContentMs ?? -1) >= 0 && record.ms >= (record.firstContentMs ?? Infinity));
});

test('a fallback: what had happened to the first model, and what was changed in the request', async () => {
  await using over = await proxyOver([
    refuse(400, { message: 'temperature is not supported' }),
    refuse(429, { type: 'GoUsageLimitError', message: 'no more today', retryAfterSeconds: 7200 }),
    [say('ok')],
  ]);
  await over.send(requestBody({ temperature: 1 }));
  const record = await latest(over);
  assert.equal(record.answered?.model, 'other/second');
  assert.deepEqual(record.fallbackFrom, { model: 'emulator/first', class: 'allowance', status: 429 });
  assert.deepEqual(record.repairs, [{ model: 'emulator/first', what: 'takes no temperature' }]);
  assert.deepEqual(
    record.attempts.map(({ model, outcome, upstreamStatus }) => [model, outcome, upstreamStatus]),
    [
      ['emulator/first', 'refused', 400],
      ['emulator/first', 'refused', 429],
      ['other/second', 'answered', undefined],
    ],
  );
  assert.match(record.attempts[1]?.words ?? '', /no more today/);
  assert.ok((record.attempts[1]?.retryAfter ?? 0) > 7000);

  // The spent model is passed over by the next request.
  await over.send();
  await waitUntil(() => over.proxy.recent.list().length === 2, 'a second record');
  const [next] = over.proxy.recent.list();
  assert.equal(
    next?.fallbackFrom,
    undefined,
    'the second request was refused: the script has no more answers',
  );
  assert.deepEqual(
    next?.passedOver.map(({ model, kind }) => [model, kind]),
    [['emulator/first', 'quota']],
  );
});

test('a request that all models refused, and the listener that is called once', async () => {
  await using over = await proxyOver([refuse(503), refuse(401, { message: 'bad key' })]);
  const response = await over.send();
  const record = await latest(over);
  assert.deepEqual(
    [record.ending, record.answered, record.error?.status],
    ['refused', undefined, response.status],
  );
  assert.deepEqual(
    record.attempts.map((one) => one.class),
    ['transient', 'credentials'],
  );
});

test('a stream that broke after content', async () => {
  await using over = await proxyOver([
    failing([say('half of it'), say(' and the rest')], { breaks: { at: { deltas: 1 }, how: 'cut' } }),
    [say('never asked')],
  ]);
  await over.send();
  const record = await latest(over);
  assert.equal(record.ending, 'cut');
  assert.equal(record.answered?.model, 'emulator/first');
  assert.equal(record.attempts.at(-1)?.position, 'after_content');
  assert.deepEqual(over.requestedModels(), ['first']);
});

test('a client that left', async () => {
  await using over = await proxyOver([[wait(3_600_000), say('too late')]]);
  const leaving = new AbortController();
  const posted = over.post(requestBody(), { signal: leaving.signal });
  await waitUntil(() => over.requestedModels().length === 1, 'a request');
  leaving.abort();
  await assert.rejects(posted);
  const record = await latest(over);
  assert.deepEqual([record.ending, record.error], ['left', undefined]);
});

test('a request that occ itself refused has a record, too', async () => {
  await using over = await proxyOver();
  const response = await over.post('{');
  const record = await latest(over);
  assert.equal(record.id, response.headers.get('request-id'));
  assert.deepEqual([record.ending, record.error?.status, record.attempts], ['refused', 400, []]);
});

test('the ring keeps the latest and finds by id, by its start, and by failure', () => {
  const recent = recentRequests(3);
  for (const [i, ending] of (['refused', 'answered', 'cut', 'left'] as const).entries())
    recent.add({ ...arrived(`req_${i}a`, '2026-11-29T00:00:00Z'), ending });
  const ids = (filter?: Parameters<typeof recent.list>[0]): string[] =>
    recent.list(filter).map(({ id }) => id);
  assert.deepEqual(ids(), ['req_3a', 'req_2a', 'req_1a']);
  assert.deepEqual(ids({ failed: true }), ['req_2a']);
  assert.deepEqual(ids({ id: 'req_1' }), ['req_1a']);
  assert.deepEqual(ids({ limit: 1 }), ['req_3a']);
});

test('each attempt: when it began, where it went, its status and why its answer ended', async () => {
  const clock = manualClock();
  await using over = await proxyOver({
    clock,
    answers: [failing(refuse(503), { headers: { 'retry-after': '7' } }), [say('ok')]],
    models: [modelOf('only')],
    retry: { attempts: 1 },
  });
  const answer = over.send(requestBody({ stream: false }));
  await over.attemptsLogged(1);
  await clock.reach(7000);
  await answer;
  const { attempts } = await latest(over);
  const server = new URL(over.emulator.url).host;
  assert.deepEqual(
    attempts.map(({ startedMs, server, httpStatus, stopReason }) => [
      startedMs,
      server,
      httpStatus,
      stopReason,
    ]),
    [
      [0, server, 503, undefined],
      [7000, server, 200, 'end_turn'],
    ],
  );
});
