/** Traces of real proxies, as a collector on this machine receives them. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Settings } from '../../lib/config/settings.ts';
import { refuse } from '../../lib/emulator/answer.ts';
import { say, usage as tokens, wait } from '../../lib/emulator/script.ts';
import { startEmulator, type Emulator, type EmulatorOptions } from '../../lib/emulator/server.ts';
import { openHost, type Host } from '../../lib/host/host.ts';
import type { Span } from '../../lib/traces/otlp.ts';
import { version } from '../../lib/version.ts';
import { scratch } from '../ledger/scratch.ts';
import { freePort } from '../support/free-port.ts';
import { waitUntil } from '../support/limits.ts';
import { modelOf, requestBody, settingsFor } from '../support/proxy.ts';
import { startCollector } from './collector.ts';
import { attributesOf } from './read-spans.ts';
import { parent } from './sample.ts';

interface Setup {
  host: Host;
  emulator: Emulator;
  warnings: string[];
  ask: (
    headers?: Record<string, string>,
    body?: object,
    path?: string,
    gone?: AbortSignal,
  ) => Promise<string>;
}

const fallbacks: NonNullable<EmulatorOptions['script']> = ({ conversation }) =>
  conversation.model === 'first'
    ? refuse(529, { message: 'upstream words about: hello' })
    : [say('a secret answer'), tokens({ input: 1200, cached: 200, output: 30 })];

/** A proxy whose first model fails. */
async function setup(
  t: TestContext,
  env: Record<string, string>,
  { script = fallbacks }: { script?: typeof fallbacks } = {},
): Promise<Setup> {
  const emulator = await startEmulator({ script });
  t.after(() => emulator.close());
  const settings: Settings = settingsFor(emulator.url, {
    models: ['first', 'second'].map((id) => modelOf(id, { provider: 'other' })),
  });
  const warnings: string[] = [];
  // Before the folder goes: hooks run in the order of their registration.
  let opened: Host | undefined;
  t.after(() => opened?.close(0));
  const host = await openHost({
    settings,
    trial: false,
    host: '127.0.0.1',
    port: 0,
    token: 'a-token',
    stateDir: scratch(t),
    listenFailure: 1,
    onLogFailure: () => {},
    env,
    onTraceWarning: (sentence) => warnings.push(sentence),
  });
  opened = host;
  async function ask(
    headers: Record<string, string> = {},
    body: object = requestBody(),
    path = '/v1/messages',
    gone?: AbortSignal,
  ): Promise<string> {
    const response = await fetch(`${host.proxy.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': 'a-token', ...headers },
      body: JSON.stringify(body),
      ...(gone && { signal: gone }),
    });
    return response.text();
  }
  return { host, emulator, warnings, ask };
}

const traceparent = `00-${parent.traceId}-${parent.spanId}-01`;

test('the trace of the client goes on: a span of the request, and one of each attempt below it', async (t) => {
  const collector = await startCollector(t);
  const { host, emulator, warnings, ask } = await setup(t, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-secret=a%20secret%20header',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  });
  const sessionId = 'x-claude-code-session-id';
  const before = Date.now();
  await ask({ traceparent, tracestate: 'vendor=a1', [sessionId]: 'session-1' });
  await host.close(0);

  assert.equal(collector.requests.length, 1);
  const [sent] = collector.requests;
  assert.equal(sent?.path, '/v1/traces');
  assert.equal(sent.headers['content-type'], 'application/json');
  assert.equal(sent.headers['x-secret'], 'a secret header');
  const [resourceSpans] = sent.body.resourceSpans;
  assert.ok(resourceSpans);
  const { 'service.instance.id': instance, ...resource } = attributesOf(resourceSpans.resource);
  assert.match(String(instance), /^[\da-f-]{36}$/);
  assert.deepEqual(resource, {
    'service.name': 'occ',
    'service.version': version,
    'telemetry.sdk.name': 'occ',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.version': version,
    'deployment.environment.name': 'test',
  });

  const [request, first, second, ...others] = collector.spans();
  assert.ok(request && first && second);
  assert.deepEqual(others, []);
  for (const span of [request, first, second]) {
    assert.equal(span.traceId, parent.traceId);
    assert.equal(span.traceState, 'vendor=a1');
    assert.match(span.spanId, /^[\da-f]{16}$/);
  }
  assert.equal(new Set([request, first, second].map(({ spanId }) => spanId)).size, 3);
  assert.equal(request.parentSpanId, parent.spanId);
  assert.deepEqual([first.parentSpanId, second.parentSpanId], [request.spanId, request.spanId]);
  assert.equal(request.name, 'chat claude-sonnet-5');
  const said = attributesOf(request);
  assert.equal(said['gen_ai.response.model'], 'second');
  assert.equal(said['gen_ai.conversation.id'], 'session-1');
  assert.deepEqual(said['gen_ai.response.finish_reasons'], ['end_turn']);
  assert.equal(said['gen_ai.usage.input_tokens'], 1200);
  assert.equal(said['gen_ai.usage.cache_read.input_tokens'], 200);
  assert.equal(said['gen_ai.usage.output_tokens'], 30);
  assert.equal(said['http.response.status_code'], 200);
  assert.equal(said['occ.fallback.from'], 'other/first');
  assert.deepEqual(
    [first, second].map((span) => {
      const { 'http.response.status_code': status, 'server.port': port, ...rest } = attributesOf(span);
      return [rest['gen_ai.request.model'], status, rest['server.address'], String(port), span.status.code];
    }),
    [
      ['first', 529, '127.0.0.1', new URL(emulator.url).port, 2],
      ['second', 200, '127.0.0.1', new URL(emulator.url).port, undefined],
    ],
  );
  inOrder([request, first, second], before);

  // Nothing that was said, no key, no folder, and no header of the trace reaches anybody else.
  assert.doesNotMatch(sent.text, /hello|a secret answer|upstream words|a-token|a secret header/);
  assert.equal(emulator.requests.length, 2);
  for (const { headers } of emulator.requests) {
    assert.equal(headers['traceparent'], undefined);
    assert.equal(headers['tracestate'], undefined);
  }
  assert.deepEqual(warnings, []);
});

/** Attempts lie one after the other within the request. */
function inOrder([request, first, second]: [Span, Span, Span], before: number): void {
  const times = [
    BigInt(before) * 1_000_000n,
    request.startTimeUnixNano,
    first.startTimeUnixNano,
    second.startTimeUnixNano,
    second.endTimeUnixNano,
    request.endTimeUnixNano,
    BigInt(Date.now() + 1) * 1_000_000n,
  ].map(BigInt);
  for (const [at, time] of times.slice(1).entries()) assert.ok(time >= (times[at] ?? 0n), String(times));
}

test('every request has a trace, whatever became of it: nothing is lost or sent twice', async (t) => {
  const collector = await startCollector(t);
  const { host, ask } = await setup(t, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/mine` });
  const before = collector.requests.length;
  const count = 30;
  await Promise.all(Array.from({ length: count }, () => ask()));
  await ask({}, { model: 'm' });
  await ask({ 'x-api-key': 'wrong' });
  await host.close(0);
  assert.equal(before, 0);
  const spans = collector.spans();
  const requests = spans.filter(({ kind }) => kind === 2);
  const ids = new Set(spans.map(({ spanId }) => spanId));
  assert.equal(ids.size, spans.length);
  assert.equal(new Set(requests.map(({ traceId }) => traceId)).size, count + 2);
  const statuses = requests.map((span) => Number(attributesOf(span)['http.response.status_code']));
  assert.deepEqual(statuses.toSorted((a, b) => a - b).slice(-3), [200, 400, 401]);
  for (const request of requests) {
    const attempts = spans.filter(({ parentSpanId }) => parentSpanId === request.spanId);
    assert.equal(attempts.length, attributesOf(request)['occ.attempts']);
    assert.ok(attempts.every(({ traceId }) => traceId === request.traceId));
    assert.equal(request.parentSpanId, undefined);
  }
  const attempts = requests.map((span) => Number(attributesOf(span)['occ.attempts']));
  assert.equal(spans.length, requests.length + attempts.reduce((sum, one) => sum + one, 0));
  assert.ok(collector.requests.every(({ path }) => path === '/mine'));
});

test('clients of other formats have traces, too', async (t) => {
  const collector = await startCollector(t);
  const { host, ask } = await setup(t, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  const body = { model: 'claude-sonnet-5', messages: [{ role: 'user', content: 'hello' }] };
  assert.match(await ask({ traceparent }, body, '/v1/chat/completions'), /a secret answer/);
  await host.close(0);
  const [request, ...attempts] = collector.spans();
  assert.equal(request && attributesOf(request)['http.route'], '/v1/chat/completions');
  assert.equal(request?.traceId, parent.traceId);
  assert.equal(attempts.length, 2);
  assert.doesNotMatch(collector.requests.map(({ text }) => text).join(''), /hello|a secret answer/);
});

test('a client that leaves is not an error', async (t) => {
  const collector = await startCollector(t);
  const { host, emulator, ask } = await setup(
    t,
    { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
    { script: () => [wait(3_600_000), say('never')] },
  );
  const leaving = new AbortController();
  const asked = ask({}, requestBody(), '/v1/messages', leaving.signal);
  await waitUntil(
    () => emulator.requests.length > 0,
    () => 'a request to the upstream',
  );
  leaving.abort();
  await assert.rejects(asked);
  await waitUntil(
    () => host.proxy.recent.list().length > 0,
    () => 'the end of the request',
  );
  await host.close(0);
  const [request, attempt, ...others] = collector.spans();
  assert.deepEqual(others, []);
  assert.equal(request && attributesOf(request)['occ.ending'], 'left');
  assert.equal(attempt && attributesOf(attempt)['occ.attempt.outcome'], 'abandoned');
  assert.deepEqual([request?.status, attempt?.status], [{}, {}]);
});

test('a client that does not record its trace, and a sampler that takes none: nothing is sent', async (t) => {
  const collector = await startCollector(t);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  const { host, ask } = await setup(t, env);
  await ask({ traceparent: traceparent.replace(/1$/, '0') });
  await host.close(0);
  const none = await setup(t, { ...env, OTEL_TRACES_SAMPLER: 'always_off' });
  await none.ask({ traceparent });
  await none.host.close(0);
  const off = await setup(t, { ...env, OTEL_SDK_DISABLED: 'true' });
  await off.ask({ traceparent });
  await off.host.close(0);
  assert.equal(collector.requests.length, 0);
});

test('without tracecontext among the propagators, or with an invalid header, a new trace begins', async (t) => {
  const collector = await startCollector(t);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  const { host, ask } = await setup(t, { ...env, OTEL_PROPAGATORS: 'none' });
  await ask({ traceparent });
  await host.close(0);
  const other = await setup(t, env);
  await other.ask({ traceparent: 'not a trace' });
  await other.host.close(0);
  const traces = new Set(collector.spans().map(({ traceId }) => traceId));
  assert.equal(traces.size, 2);
  assert.ok(!traces.has(parent.traceId));
});

test('a collector that is not running delays no request, and is reported once', async (t) => {
  const secret = 'a-long-secret-header';
  const port = await freePort();
  const { host, warnings, ask } = await setup(t, {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${secret}`,
  });
  for (let request = 0; request < 3; request++) assert.match(await ask(), /message_stop/);
  await host.close(0);
  assert.equal(warnings.length, 1);
  assert.match(
    warnings[0] ?? '',
    new RegExp(`^traces are incomplete: 127.0.0.1:${port} refused the connection`),
  );
  assert.ok(!warnings.join('').includes(secret));
});

test('a collector that refuses what it is sent is reported once', async (t) => {
  const collector = await startCollector(t, { status: 401 });
  const { host, warnings, ask } = await setup(t, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  await ask();
  await host.close(0);
  assert.equal(collector.requests.length, 1);
  assert.match(warnings.join('\n'), /^traces are incomplete: \S+ answered with status 401$/);
});

test('a collector that never answers delays the end for a bounded time only', async (t) => {
  const collector = await startCollector(t, { silent: true });
  const { host, warnings, ask } = await setup(t, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  await ask();
  await host.close(0);
  assert.match(warnings.join('\n'), /has not answered before occ ended$/);
});

test('wrong variables are reported when the proxy starts', async (t) => {
  const { warnings } = await setup(t, {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
  });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /no traces are sent/);
});

test('a collector on this machine is reached without the proxy of the environment', async (t) => {
  const collector = await startCollector(t);
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  const { host, warnings, ask } = await setup(t, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    HTTP_PROXY: nowhere,
    ALL_PROXY: nowhere,
  });
  await ask();
  await host.close(0);
  assert.deepEqual(warnings, []);
  assert.equal(collector.spans().length, 3);
});

test('a collector elsewhere is reached through it', async (t) => {
  const proxy = await startCollector(t);
  const { host, warnings, ask } = await setup(t, {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example:4318',
    HTTP_PROXY: proxy.url,
  });
  await ask();
  await host.close(0);
  assert.deepEqual(warnings, []);
  assert.equal(proxy.requests[0]?.path, 'http://collector.example:4318/v1/traces');
});
