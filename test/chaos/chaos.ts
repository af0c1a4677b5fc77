/**
 * Runs the real proxy between a faulty upstream and unreliable clients while its settings change. One seed determines all
 * random choices; only the interleaving depends on the machine.
 */
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '../../lib/config/settings.ts';
import type { Proxy } from '../../lib/proxy/proxy.ts';
import { startProxy } from '../../lib/proxy/server.ts';
import type { WireFormat } from '../../lib/wire/formats.ts';
import { hangMs, stretched } from '../support/limits.ts';
import { modelOf, settingsFor, token } from '../support/proxy.ts';
import { checkResult, type ResultKind } from './check-result.ts';
import type { FromPeers, ToPeers } from './peers.ts';
import { plannedAnswer } from './plan.ts';
import { randomFrom } from './random.ts';
import { resources, settledHeap, type Resources } from './resources.ts';

export interface ChaosOptions {
  requests: number;
  /** Requests that run at the same time. */
  concurrent: number;
  seed: number;
  /** Requests between two samples of sockets, timers and memory. No request runs while a sample is taken. */
  sampleEvery: number;
  /** Called after each sample. */
  onSample?: (done: number, sample: Sample) => void;
}

export interface Sample extends Resources {
  /** Bytes, after a full garbage collection. */
  heap: number;
}

export interface ChaosReport {
  results: Record<ResultKind, number>;
  /** Wrong results, each with the seed and request that reproduce it. */
  violations: string[];
  /** Warnings and unhandled rejections of the process. */
  processWarnings: string[];
  /** Internal errors in the proxy's log. */
  internalErrors: string[];
  samples: Sample[];
  before: Resources;
  after: Resources;
  /** Disconnected clients for which an attempt was made after the disconnect. */
  late: number;
  attempts: number;
  fallbacks: number;
  reloads: number;
}

const names = ['one', 'two', 'three'] as const;
const formats: readonly WireFormat[] = ['chat', 'messages', 'responses', 'gemini'];
/** Requests between two changes of the settings. */
const reloadEvery = 150;
/** Milliseconds a batch may take. */
const batchTimeoutMs = 5 * hangMs;

export async function chaos(options: ChaosOptions): Promise<ChaosReport> {
  const report: ChaosReport = {
    results: { answered: 0, empty: 0, 'broken off': 0, refused: 0, disconnected: 0 },
    violations: [],
    processWarnings: [],
    internalErrors: [],
    samples: [],
    before: resources(),
    after: resources(),
    late: 0,
    attempts: 0,
    fallbacks: 0,
    reloads: 0,
  };
  const addWarning = (error: unknown): void => void report.processWarnings.push(String(error));
  process.on('unhandledRejection', addWarning);
  process.on('warning', addWarning);
  const peers = fork(new URL('peers.ts', import.meta.url), {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  });
  try {
    await runWith(peers, options, report);
  } finally {
    peers.disconnect();
    await once(peers, 'exit');
  }
  for (const end = performance.now() + stretched(2000); performance.now() < end; await sleep(20))
    if (resources().sockets <= report.before.sockets) break;
  report.after = resources();
  process.off('unhandledRejection', addWarning);
  process.off('warning', addWarning);
  return report;
}

async function runWith(peers: ChildProcess, options: ChaosOptions, report: ChaosReport): Promise<void> {
  const { requests, concurrent, seed, sampleEvery, onSample } = options;
  const hello = await exchange(peers, { seed });
  assert('url' in hello);
  /** The requested model by request id, and the failed attempts by requested model. */
  const requestedModel = new Map<string, string>();
  const failures = new Map<string, string[]>();
  let settings = settingsOf(hello.url, seed, 0);
  let begun = 0;
  const proxy = await startProxy({
    settings: () => settings,
    token,
    host: '127.0.0.1',
    port: 0,
    log({ event, request, model, outcome, reason, error, stack }) {
      const id = String(request);
      if (event === 'fault') report.internalErrors.push(`${String(error)} ${String(stack)}`);
      if (event === 'request') {
        requestedModel.set(id, String(model));
        if (++begun % reloadEvery !== 0) return;
        settings = settingsOf(hello.url, seed, begun);
        report.reloads++;
      }
      if (event !== 'attempt') return;
      report.attempts++;
      if (outcome !== 'failed' && outcome !== 'refused') return;
      const requested = requestedModel.get(id) ?? '';
      failures.set(requested, [...(failures.get(requested) ?? []), `${String(model)}: ${String(reason)}`]);
    },
  });
  try {
    for (let from = 0; from < requests; from += sampleEvery) {
      const to = Math.min(requests, from + sampleEvery);
      const exchanges = await exchange(peers, { seed, from, to, concurrent, port: proxy.port, token });
      await untilIdle(proxy);
      assert(Array.isArray(exchanges));
      for (const { prompt, model, result, served } of exchanges) {
        const planned = (by: string) => plannedAnswer(seed, prompt, by);
        const { kind, violations, late } = checkResult(result, served, failures.get(model) ?? [], planned);
        report.results[kind]++;
        if (late) report.late++;
        for (const violation of violations)
          report.violations.push(
            `seed ${seed}, ${prompt}, ${JSON.stringify(result.behaviour)}: ${violation}`,
          );
      }
      // Released before the heap is measured.
      exchanges.length = 0;
      requestedModel.clear();
      failures.clear();
      const sample = { ...resources(), heap: await settledHeap() };
      report.samples.push(sample);
      onSample?.(to, sample);
    }
    if (proxy.stats().live > 0) report.violations.push(`${proxy.stats().live} requests never ended`);
    report.fallbacks = proxy.stats().fallbacks;
  } finally {
    await proxy.close(0);
  }
}

async function exchange(peers: ChildProcess, message: ToPeers): Promise<FromPeers> {
  const reply = once(peers, 'message', { signal: AbortSignal.timeout(batchTimeoutMs) });
  peers.send(message);
  return ((await reply) as [FromPeers])[0];
}

/** Waits until no request is live, for at most five seconds. */
async function untilIdle(proxy: Proxy): Promise<void> {
  for (const end = performance.now() + hangMs; proxy.stats().live > 0 && performance.now() < end;)
    await sleep(10);
}

/** Three models of different providers, in a random order and in random formats. */
function settingsOf(url: string, seed: number, number: number): Settings {
  const random = randomFrom(seed, 'settings', number);
  const order = names.map((name) => ({ name, at: random.next() })).toSorted((a, b) => a.at - b.at);
  return settingsFor(url, {
    models: order.map(({ name }) =>
      modelOf(name, {
        provider: name,
        wire_format: formats[random.between(0, formats.length - 1)] ?? 'chat',
      }),
    ),
    // Even on a busy machine only stalled answers reach these timeouts.
    timeouts: {
      headersMs: 10 * hangMs,
      firstEventMs: 14_000 + stretched(1000),
      idleMs: 5000 + stretched(1000),
    },
    retry: { attempts: 1, baseMs: 5, maxMs: 20, maxAttemptsTotal: 6 },
    heartbeatMs: random.between(5, 200),
    change: (settings) => {
      const { emulator } = settings.providers;
      const providers = Object.fromEntries(names.map((name) => [name, { ...emulator, name }]));
      return { ...settings, providers, circuitBreaker: { failures: 5, resetMs: 100 } } as Settings;
    },
  });
}
