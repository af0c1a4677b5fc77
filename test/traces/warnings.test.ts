/** What is said of lost spans: once, and the count at the end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogEntry } from '../../lib/log/log.ts';
import type { Upstream } from '../../lib/proxy/upstream.ts';
import { delayMs } from '../../lib/traces/exporter.ts';
import { openTraces } from '../../lib/traces/traces.ts';
import { manualClock } from '../support/clock.ts';
import { waitUntil } from '../support/limits.ts';
import { received, sample } from './sample.ts';

/** Traces to a collector that answers every request with 401. */
function refused(env: Record<string, string> = {}) {
  const clock = manualClock();
  const log: LogEntry[] = [];
  const warnings: string[] = [];
  const posts: string[] = [];
  let closed = 0;
  const upstream: Upstream = {
    async post(_url, _headers, body) {
      posts.push(body);
      return { status: 401, headers: {}, body: { read: async () => {} } };
    },
    get: () => Promise.reject(new Error('not used')),
    close: async () => void closed++,
  };
  const traces = openTraces({
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317', ...env },
    log: (entry) => log.push(entry),
    onWarning: (sentence) => warnings.push(sentence),
    clock,
    upstream: async () => upstream,
    random: () => 0,
  });
  assert(traces);
  const send = async (): Promise<void> => {
    const before = posts.length;
    traces.ended(sample, { ...received, headers: {} });
    clock.advance(delayMs);
    await waitUntil(() => posts.length > before, 'a request to the collector');
    // The end of that request.
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  };
  return { traces, send, clock, log, warnings, posts, closed: () => closed };
}

test('a collector that refuses every batch is reported once, with a hint, and counted at the end', async () => {
  const { traces, send, log, warnings, clock, closed } = refused();
  for (let batch = 0; batch < 3; batch++) await send();
  const said =
    'traces are incomplete: 127.0.0.1:4317 answered with status 401; port 4317 is usually that of OTLP over gRPC, and 4318 that of OTLP over HTTP';
  assert.deepEqual(warnings, [said]);
  await traces.close();
  assert.deepEqual(warnings, [said]);
  assert.deepEqual(log, [
    { level: 'warn', event: 'traces', reason: said },
    { level: 'warn', event: 'traces', reason: '9 spans were lost', lost: 9 },
  ]);
  assert.equal(closed(), 1);
  traces.ended(sample, { ...received, headers: {} });
  assert.equal(clock.pending(), 0);
});

test('without a span, nothing is opened, reported or waited for', async () => {
  const { traces, log, posts, clock, closed } = refused({ OTEL_TRACES_SAMPLER: 'always_off' });
  traces.ended(sample, { ...received, headers: {} });
  assert.equal(clock.pending(), 0);
  await traces.close();
  assert.deepEqual([log, posts, closed(), clock.pending()], [[], [], 0, 0]);
});
