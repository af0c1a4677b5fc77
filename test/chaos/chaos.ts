/**
 * The real proxy between a bad upstream and restless clients, with settings that change all the while. Everything is
 * drawn from one seed; only the order in which things happen is the machine's.
 */
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '../../lib/config/schema.ts';
import { startEmulator } from '../../lib/emulator/server.ts';
import { startProxy } from '../../lib/proxy/server.ts';
import type { WireFormat } from '../../lib/wire/codec.ts';
import { modelOf, settingsFor, token } from '../support/proxy.ts';
import { chanceOf } from './chance.ts';
import { get, mannerOf } from './client.ts';
import { judge, type Sort } from './judge.ts';
import { plannedAnswer } from './plan.ts';
import { resources, settledHeap, type Resources } from './resources.ts';
import { badUpstream } from './upstream.ts';

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
  attempts: number;
  fallbacks: number;
  reloads: number;
}

const names = ['one', 'two', 'three'] as const;
const formats: readonly WireFormat[] = ['chat', 'messages', 'responses', 'gemini'];
/** Requests between two settings. */
const reloadEvery = 150;

export async function chaos({
  requests,
  concurrent,
  seed,
  lookEvery,
  onLook,
}: ChaosOptions): Promise<ChaosReport> {
  const report: ChaosReport = {
    sorts: { answered: 0, empty: 0, 'broken off': 0, refused: 0, left: 0 },
    wrong: [],
    complaints: [],
    faults: [],
    looks: [],
    before: resources(),
    after: resources(),
    attempts: 0,
    fallbacks: 0,
    reloads: 0,
  };
  const complain = (error: unknown): void => void report.complaints.push(String(error));
  process.on('unhandledRejection', complain);
  process.on('warning', complain);

  const upstream = badUpstream(seed);
  const emulator = await startEmulator({ script: upstream.script, keep: 1 });
  let settings = settingsOf(emulator.url, seed, 0);
  /** The model a request asked for, which is another for each, by the request's id; and failed attempts by that model. */
  const asker = new Map<string, string>();
  const blamed = new Map<string, number>();
  const blame = (request: string): void => {
    const model = asker.get(request) ?? '';
    blamed.set(model, (blamed.get(model) ?? 0) + 1);
  };
  const proxy = await startProxy({
    settings: () => settings,
    token,
    host: '127.0.0.1',
    port: 0,
    log({ event, request, model, outcome, error, stack }) {
      if (event === 'request') asker.set(String(request), String(model));
      if (event === 'attempt') report.attempts++;
      if (event === 'attempt' && (outcome === 'failed' || outcome === 'refused')) blame(String(request));
      if (event === 'fault') report.faults.push(`${String(error)} ${String(stack)}`);
    },
  });
  const agent = new Agent({ keepAlive: true, maxSockets: concurrent });

  async function one(number: number): Promise<void> {
    if (number % reloadEvery === 0) {
      settings = settingsOf(emulator.url, seed, number);
      report.reloads++;
    }
    const prompt = `request-${number}`;
    const manner = mannerOf(chanceOf(seed, prompt, 'client'));
    const model = `claude-sonnet-5-${number}`;
    const got = await get(manner, { port: proxy.port, token, agent, model, prompt });
    // What a client that left may still have set going has this long to show itself.
    if (got.leftAt !== undefined) await sleep(100);
    const served = upstream.take(prompt);
    const failed = blamed.get(model) ?? 0;
    blamed.delete(model);
    const { sort, wrong } = judge(got, served, failed, (by) => plannedAnswer(seed, prompt, by));
    report.sorts[sort]++;
    if (wrong !== undefined)
      report.wrong.push(`seed ${seed}, ${prompt}, ${JSON.stringify(manner)}: ${wrong}`);
  }

  try {
    for (let done = 0; done < requests; done += lookEvery) {
      let next = done;
      const end = Math.min(requests, done + lookEvery);
      const work = async (): Promise<void> => {
        while (next < end) await one(next++);
      };
      await Promise.all(Array.from({ length: concurrent }, work));
      asker.clear();
      const live = async (): Promise<void> => {
        for (let i = 0; i < 500 && proxy.stats().live > 0; i++) await sleep(10);
      };
      await live();
      const look = { ...resources(), heap: await settledHeap() };
      report.looks.push(look);
      onLook?.(end, look);
    }
    if (proxy.stats().live > 0) report.wrong.push(`${proxy.stats().live} requests never ended`);
    report.fallbacks = proxy.stats().fallbacks;
  } finally {
    agent.destroy();
    await proxy.close(0);
    await emulator.close();
  }
  for (let i = 0; i < 100 && resources().sockets > report.before.sockets; i++) await sleep(20);
  report.after = resources();
  process.off('unhandledRejection', complain);
  process.off('warning', complain);
  return report;
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
    timeouts: { headersMs: 40_000, firstEventMs: 4000, idleMs: 1500 },
    retry: { attempts: 1, baseMs: 5, maxMs: 20, maxAttemptsTotal: 6 },
    heartbeatMs: chance.between(5, 200),
    change: (settings) => {
      const { emulator } = settings.providers;
      const providers = Object.fromEntries(names.map((name) => [name, { ...emulator, name }]));
      return { ...settings, providers, circuitBreaker: { failures: 5, resetMs: 100 } } as Settings;
    },
  });
}
