/** `GET /metrics`: who may read it, in which formats, and what it looks up at that moment. */
import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { failing, refuse } from '../../../lib/emulator/answer.ts';
import { say, usage, wait } from '../../../lib/emulator/script.ts';
import { eventLoopDelay, resolutionMs } from '../../../lib/proxy/metrics/event-loop.ts';
import { version } from '../../../lib/version.ts';
import { manualClock } from '../../support/clock.ts';
import { readExposition, total, type Exposed } from '../../support/exposition.ts';
import {
  proxyOver,
  readUntil,
  requestBody,
  token,
  waitUntil,
  type ProxyUnderTest,
} from '../../support/proxy.ts';

/** Some words, and then nothing more. */
const unending = failing([say('some words that are sent one after the other')], {
  breaks: { at: { deltas: 3 }, how: 'silence' },
});

const bearer = { authorization: `Bearer ${token}` };

async function page({ url }: ProxyUnderTest, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(`${url}/metrics`, { headers: { ...bearer, ...headers } });
  assert.equal(response.status, 200);
  return response.text();
}

async function scrape(over: ProxyUnderTest): Promise<Map<string, Exposed>> {
  return readExposition(await page(over));
}

test('it needs the token of the proxy, and takes GET and HEAD', async () => {
  await using over = await proxyOver();
  const ask = (method: string, headers: Record<string, string> = bearer) =>
    fetch(`${over.url}/metrics`, { method, headers });
  assert.equal((await ask('GET', {})).status, 401);
  assert.equal((await ask('GET', { authorization: 'Bearer other' })).status, 401);
  assert.equal((await ask('GET', { 'x-api-key': token })).status, 200);
  const head = await ask('HEAD');
  assert.equal(head.status, 200);
  assert(Number(head.headers.get('content-length')) > 0);
  assert.equal(await head.text(), '');
  const post = await ask('POST');
  assert.equal(post.status, 405);
  assert.equal(post.headers.get('allow'), 'GET');
});

test('without a token set, it needs none', async () => {
  await using over = await proxyOver({ token: undefined });
  assert.equal((await fetch(`${over.url}/metrics`)).status, 200);
});

test('a scrape is no request in flight, and is answered while the proxy drains', async () => {
  await using over = await proxyOver([unending]);
  const { reader } = await readUntil(await over.post(), 'text_delta');
  const drained = over.proxy.drain(60_000);
  const families = await scrape(over);
  assert.equal(total(families, 'occ_requests_in_flight', { stream: 'true' }), 1);
  assert.equal(total(families, 'occ_requests_in_flight', { stream: 'false' }), 0);
  await reader.cancel();
  assert.equal(await drained, 0);
  assert.equal(total(await scrape(over), 'occ_requests_in_flight'), 0);
});

test('OpenMetrics is sent to those who prefer it', async () => {
  await using over = await proxyOver([[say('hello')]]);
  await over.send();
  for (const accept of [
    // What Prometheus 2 and 3 send.
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
  ]) {
    const response = await fetch(`${over.url}/metrics`, { headers: { ...bearer, accept } });
    assert.equal(
      response.headers.get('content-type'),
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    );
    const text = await response.text();
    assert(text.endsWith('\n# EOF\n'));
    assert.match(text, /^# TYPE occ_requests counter\nocc_requests_total\{ending="answered"\} 1$/m);
  }
  for (const accept of [
    '*/*',
    'text/plain',
    'application/openmetrics-text;q=0, */*',
    'text/plain, application/openmetrics-text;q=0.4',
    'nonsense;;q=x,',
  ]) {
    const text = await page(over, { accept });
    assert.doesNotMatch(text, /EOF/, accept);
    readExposition(text);
  }
});

test('the breaker of each model that was asked has its state', async () => {
  await using over = await proxyOver({
    answers: [refuse(500), [say('hello')]],
    change: (settings) => ({ ...settings, circuitBreaker: { failures: 1, resetMs: 60_000 } }),
  });
  await over.send();
  const families = await scrape(over);
  const state = (model: string) =>
    families
      .get('occ_breaker_state')
      ?.samples.filter(({ labels }) => labels['gen_ai_request_model'] === model)
      .map(({ labels: { gen_ai_provider_name, wire_format }, value }) => [
        gen_ai_provider_name,
        wire_format,
        value,
      ]);
  assert.deepEqual(state('first'), [['emulator', 'chat', 2]]);
  assert.deepEqual(state('second'), [['other', 'chat', 0]]);
  assert.equal(total(families, 'occ_fallbacks_total', { reason: 'transient' }), 1);
});

test('times are measured from the arrival, from the request to the upstream, and per token after the first', async () => {
  const clock = manualClock();
  await using over = await proxyOver({
    clock,
    heartbeatMs: 3_600_000,
    answers: [
      failing(refuse(500), { headersAfterMs: 4000 }),
      [wait(2000), say(['one ']), wait(9000), say(['two']), usage({ input: 5, output: 10 })],
    ],
  });
  const sending = over.send();
  for (const ms of [4000, 2000, 9000]) await clock.reach(ms);
  assert.equal((await sending).text, 'one two');
  await waitUntil(
    async () => total(await scrape(over), 'occ_requests_total') === 1,
    'the end of the request',
  );
  const families = await scrape(over);
  const second = {
    gen_ai_operation_name: 'chat',
    gen_ai_provider_name: 'other',
    gen_ai_request_model: 'second',
  };
  const sum = (name: string, labels: Record<string, string> = second) =>
    total(families, `${name}_sum`, labels);
  assert.equal(sum('gen_ai_server_time_to_first_token_seconds'), 6);
  assert.equal(sum('gen_ai_server_time_per_output_token_seconds'), 1);
  assert.equal(sum('gen_ai_client_operation_time_to_first_chunk_seconds'), 2);
  assert.equal(sum('gen_ai_client_operation_duration_seconds'), 11);
  assert.equal(sum('gen_ai_server_request_duration_seconds'), 15);
  const failed = { gen_ai_request_model: 'first', error_type: 'transient' };
  assert.equal(sum('gen_ai_client_operation_duration_seconds', failed), 4);
  const upTo = (le: string) =>
    total(families, 'gen_ai_server_time_to_first_token_seconds_bucket', { ...second, le });
  assert.deepEqual([upTo('5.0'), upTo('7.5'), upTo('+Inf')], [0, 1, 1]);
});

test('a whole answer has no first token, and a request that its client leaves is no failure', async () => {
  await using over = await proxyOver([[say('hello')], unending]);
  await over.send(requestBody({ stream: false }));
  const { reader } = await readUntil(await over.post(), 'text_delta');
  await reader.cancel();
  await waitUntil(async () => total(await scrape(over), 'occ_requests_total') === 2, 'both requests to end');
  const families = await scrape(over);
  assert.equal(families.has('gen_ai_server_time_to_first_token_seconds'), false);
  assert.equal(total(families, 'gen_ai_client_operation_time_to_first_chunk_seconds_count'), 1);
  assert.equal(total(families, 'occ_requests_total', { ending: 'left' }), 1);
  assert.equal(total(families, 'occ_attempts_total', { outcome: 'abandoned' }), 1);
  assert.equal(families.has('occ_request_failures_total'), false);
  assert.equal(families.has('occ_attempt_failures_total'), false);
  const cancelled = { error_type: 'cancelled' };
  assert.equal(total(families, 'gen_ai_server_request_duration_seconds_count', cancelled), 1);
  assert.equal(total(families, 'gen_ai_client_operation_duration_seconds_count', cancelled), 1);
});

test('the process is described', async () => {
  await using over = await proxyOver();
  const families = await scrape(over);
  const value = (name: string) => total(families, name);
  const build = families.get('occ_build_info')?.samples;
  assert.deepEqual(build, [
    { name: 'occ_build_info', labels: { version, node: process.versions.node }, value: 1 },
  ]);
  const started = value('process_start_time_seconds');
  assert(started > 1_600_000_000 && started <= Date.now() / 1000);
  const bytes = value('process_resident_memory_bytes');
  assert(bytes > value('nodejs_heap_size_used_bytes') && bytes < 1e11);
  const cpu = value('process_cpu_seconds_total');
  assert(cpu > 0 && cpu <= process.uptime() * 64);
  assert(value('occ_uptime_seconds') >= 0);
  assert(total(families, 'nodejs_eventloop_time_seconds_total', { nodejs_eventloop_state: 'active' }) > 0);
});

test('the event-loop delay is measured from the first scrape until none comes for five minutes', async () => {
  const clock = manualClock();
  await using over = await proxyOver({ clock });
  const names = ['min', 'mean', 'max', 'p50', 'p90', 'p99'].map(
    (one) => `nodejs_eventloop_delay_${one}_seconds`,
  );
  /** A scrape begins a new measurement, which needs two ticks of Node's timer. */
  const shown = async (): Promise<string[]> => {
    await sleep(3 * resolutionMs);
    const families = await scrape(over);
    return names.filter((name) => families.has(name));
  };
  assert.deepEqual(await shown(), []);
  await waitUntil(async () => (await shown()).length > 0, 'a measurement');
  assert(clock.due().includes(300_000));
  clock.advance(300_000);
  assert.deepEqual(await shown(), []);
  await waitUntil(async () => (await shown()).length === names.length, 'a second measurement');
  await over.proxy.close(0);
  assert.equal(clock.due().includes(300_000), false);
});

test('nothing is measured before the first scrape and after the last one', () => {
  const clock = manualClock();
  const calls: string[] = [];
  const note = (call: string) => () => calls.push(call) > 0;
  const monitored = Object.assign(monitorEventLoopDelay(), {
    enable: note('enable'),
    disable: note('disable'),
  });
  const delay = eventLoopDelay(clock, monitored);
  assert.deepEqual(calls, []);
  delay.read();
  clock.advance(299_000);
  delay.read();
  clock.advance(299_000);
  assert.deepEqual(calls, ['enable', 'enable']);
  clock.advance(1000);
  assert.deepEqual(calls, ['enable', 'enable', 'disable']);
  delay.read();
  delay.close();
  assert.deepEqual(calls.slice(3), ['enable', 'disable']);
  assert.equal(clock.pending(), 0);
});
