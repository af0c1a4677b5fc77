/** Retries, breakers, quotas and timeouts over hours, on a clock that the test moves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failing, refuse, type Answer } from '../../lib/emulator/answer.ts';
import { say } from '../../lib/emulator/script.ts';
import { manualClock } from '../support/clock.ts';
import { modelOf, proxyOver, waitUntil } from '../support/proxy.ts';

const minute = 60_000;
const hour = 60 * minute;

test('a retry waits for the time in retry-after', async () => {
  const clock = manualClock();
  const arrivals: number[] = [];
  const outage = failing(refuse(503), { headers: { 'retry-after': '7' } });
  await using over = await proxyOver({
    clock,
    heartbeatMs: hour,
    emulator: {
      script: () => (arrivals.push(clock.monotonic()) === 1 ? outage : [say('second time')]),
    },
    models: [modelOf('only')],
    retry: { attempts: 1 },
  });
  const answer = over.send();
  await over.attemptsLogged(1);
  await waitUntil(() => clock.due().includes(7000), 'the wait of 7 s');
  clock.advance(7000);
  assert.equal((await answer).text, 'second time');
  assert.deepEqual(arrivals, [0, 7000]);
});

test('a breaker stays open for resetMs, then admits one probe', async () => {
  const clock = manualClock();
  await using over = await proxyOver({
    clock,
    answers: [refuse(503), [say('one')], [say('two')], [say('three')]],
    change: (settings) => ({ ...settings, circuitBreaker: { failures: 1, resetMs: 12 * hour } }),
  });
  await over.send();
  await over.send();
  assert.deepEqual(over.requestedModels(), ['first', 'second', 'second']);
  clock.advance(12 * hour);
  await over.send();
  assert.equal(over.requestedModels().at(-1), 'first');
});

test('a provider with a spent quota is skipped until its reset, five hours later, but for one try every 15 minutes', async () => {
  const clock = manualClock();
  const start = clock.now();
  const spent = (): Answer =>
    failing(refuse(429, { type: 'GoUsageLimitError', message: 'limit reached' }), {
      headers: { 'retry-after': String((start + 5 * hour - clock.now()) / 1000) },
    });
  await using over = await proxyOver({
    clock,
    emulator: {
      script: ({ conversation }) =>
        conversation.model === 'first' && clock.now() < start + 5 * hour ? spent() : [say('ok')],
    },
  });
  for (let minutes = 0; minutes < 5 * 60; minutes += 5) {
    assert.equal((await over.send()).text, 'ok');
    clock.advance(hour / 12);
  }
  const tries = over.requestedModels().filter((model) => model === 'first').length;
  assert.equal(tries, 1 + 4 * 5 - 1);
  for (let i = 0; i < 3; i++) await over.send();
  assert.deepEqual(over.requestedModels().slice(-3), ['first', 'first', 'first']);
});

test('an upstream that never answers ends at timeout_ms, and the log names the limit', async () => {
  const clock = manualClock();
  await using over = await proxyOver({
    clock,
    heartbeatMs: 100 * hour,
    answers: [failing([say('too late')], { headersAfterMs: 9 * hour }), [say('from second')]],
    timeouts: { headersMs: 3 * hour, firstEventMs: hour, idleMs: hour },
  });
  const answer = over.send();
  await waitUntil(() => over.requestedModels().length === 1, 'the first request');
  clock.advance(3 * hour - 1);
  assert.deepEqual(over.requestedModels(), ['first']);
  clock.advance(1);
  assert.equal((await answer).text, 'from second');
  const first = over.log.find(({ event }) => event === 'attempt');
  assert.equal(first?.['limit'], 'timeout_ms');
});
