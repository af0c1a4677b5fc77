/**
 * The real proxy between a bad upstream and restless clients, with settings that change all the while. Everything is
 * drawn from one seed; only the order in which things happen is the machine's.
 */
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '../../lib/config/settings.ts';
import { startProxy, type Proxy } from '../../lib/proxy/server.ts';
import type { WireFormat } from '../../lib/wire/codec.ts';
import { modelOf, settingsFor, token } from '../support/proxy.ts';
import { chanceOf } from './random.ts';
import { judge, type Sort } from './check-result.ts';
import { plannedAnswer } from './plan.ts';
import { resources, settledHeap, type Resources } from './resources.ts';
import type { FromWorld, ToWorld } from './peers.ts';

export interface ChaosOptions {
  requests: number;
  /** How many are under way at once. */
  concurrent: number;
  seed: number;
  /** Requests between two looks at sockets, timers and memory, for which everybody stops for a moment. */
  lookEvery: number;
  /** Told at each look. */
  onLook?: (done: number, look: Look) => void;
}

export interface Look extends Resources {
  /** Bytes, after a full collection. */
  heap: number;
}

export interface ChaosReport {
  sorts: Record<Sort, number>;
  /** What was wrong, each with what draws it again. */
  wrong: string[];
  /** Complaints of the process: unhandled rejections, listeners without end. */
  complaints: string[];
  /** Faults of occ's own that its log tells of. */
  faults: string[];
  looks: Look[];
  /** Before anything ran, and when everything had ended. */
  before: Resources;
  after: Resources;
  /** Clients that had left, and for whom somebody was asked all the same. */
  late: number;
  attempts: number;
  fallbacks: number;
  reloads: number;
}

const names = ['one', 'two', 'three'] as const;
const formats: readonly WireFormat[] = ['chat', 'messages', 'responses', 'gemini'];
/** Requests between two settings. */
const reloadEvery = 150;
/** Milliseconds a batch may take. */
const patienceMs = 300_000;

export async function chaos(options: ChaosOptions): Promise<ChaosReport> {
  const report: ChaosReport = {
    sorts: { answered: 0, empty: 0, 'broken off': 0, refused: 0, left: 0 },
    wrong: [],
    complaints: [],
    faults: [],
    looks: [],
    before: resources(),
    after: resources(),
    late: 0,
    attempts: 0,
    fallbacks: 0,
    reloads: 0,
  };
  const complain = (error: unknown): void => void report.complaints.push(String(error));
  process.on('unhandledRejection', complain);
  process.on('warning', complain);
  const world = fork(new URL('peers.ts', import.meta.url), {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  });
  try {
    await runIn(world, options, report);
  } finally {
    world.disconnect();
    await once(world, 'exit');
  }
  for (let i = 0; i < 100 && resources().sockets > report.before.sockets; i++) await sleep(20);
  report.after = resources();
  process.off('unhandledRejection', complain);
  process.off('warning', complain);
  return report;
}

async function runIn(world: ChildProcess, options: ChaosOptions, report: ChaosReport): Promise<void> {
  const { requests, concurrent, seed, lookEvery, onLook } = options;
  const hello = await tell(world, { seed });
  assert('url' in hello);
  /** The model a request asked for, by the request's id; and why attempts failed, by that model. */
  const asker = new Map<string, string>();
  const blamed = new Map<string, string[]>();
  let settings = settingsOf(hello.url, seed, 0);
  let begun = 0;
  const proxy = await startProxy({
    settings: () => settings,
    token,
    host: '127.0.0.1',
    port: 0,
    log({ event, request, model, outcome, reason, error, stack }) {
      const id = String(request);
      if (event === 'fault') report.faults.push(`${String(error)} ${String(stack)}`);
      if (event === 'request') {
        asker.set(id, String(model));
        if (++begun % reloadEvery !== 0) return;
        settings = settingsOf(hello.url, seed, begun);
        report.reloads++;
      }
      if (event !== 'attempt') return;
      report.attempts++;
      if (outcome !== 'failed' && outcome !== 'refused') return;
      const by = asker.get(id) ?? '';
      blamed.set(by, [...(blamed.get(by) ?? []), `${String(model)}: ${String(reason)}`]);
    },
  });
  try {
    for (let from = 0; from < requests; from += lookEvery) {
      const to = Math.min(requests, from + lookEvery);
      const seen = await tell(world, { seed, from, to, concurrent, port: proxy.port, token });
      await quiet(proxy);
      assert(Array.isArray(seen));
      for (const { prompt, model, got, served } of seen) {
        const planned = (by: string) => plannedAnswer(seed, prompt, by);
        const { sort, wrong, late } = judge(got, served, blamed.get(model) ?? [], planned);
        report.sorts[sort]++;
        if (late) report.late++;
        for (const words of wrong)
          report.wrong.push(`seed ${seed}, ${prompt}, ${JSON.stringify(got.manner)}: ${words}`);
      }
      seen.length = 0;
      asker.clear();
      blamed.clear();
      const look = { ...resources(), heap: await settledHeap() };
      report.looks.push(look);
      onLook?.(to, look);
    }
    if (proxy.stats().live > 0) report.wrong.push(`${proxy.stats().live} requests never ended`);
    report.fallbacks = proxy.stats().fallbacks;
  } finally {
    await proxy.close(0);
  }
}

async function tell(world: ChildProcess, said: ToWorld): Promise<FromWorld> {
  const answer = once(world, 'message', { signal: AbortSignal.timeout(patienceMs) });
  world.send(said);
  return ((await answer) as [FromWorld])[0];
}

/** Every request has ended, or never will. */
async function quiet(proxy: Proxy): Promise<void> {
  for (let i = 0; i < 500 && proxy.stats().live > 0; i++) await sleep(10);
}

/** Three models, each of its own provider, in an order and in formats that change. */
function settingsOf(url: string, seed: number, number: number): Settings {
  const chance = chanceOf(seed, 'settings', number);
  const order = names.map((name) => ({ name, at: chance.next() })).toSorted((a, b) => a.at - b.at);
  return settingsFor(url, {
    models: order.map(({ name }) =>
      modelOf(name, {
        provider: name,
        wire_format: formats[chance.between(0, formats.length - 1)] ?? 'chat',
      }),
    ),
    // No honest answer takes as long, also on a busy machine; a stall is no honest answer.
    timeouts: { headersMs: 300_000, firstEventMs: 15_000, idleMs: 6000 },
    retry: { attempts: 1, baseMs: 5, maxMs: 20, maxAttemptsTotal: 6 },
    heartbeatMs: chance.between(5, 200),
    change: (settings) => {
      const { emulator } = settings.providers;
      const providers = Object.fromEntries(names.map((name) => [name, { ...emulator, name }]));
      return { ...settings, providers, circuitBreaker: { failures: 5, resetMs: 100 } } as Settings;
    },
  });
}
