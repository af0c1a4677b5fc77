/** Runs the selected checks and then stops everything that was started for them. */
import type { LoadedSettings } from '../config/load.ts';
import { findPlaces } from '../config/paths.ts';
import { promptCache } from '../emulator/prompt/cache.ts';
import { startEmulator, type Emulator } from '../emulator/server.ts';
import { OccError } from '../errors.ts';
import { systemClock, wait } from '../proxy/clock.ts';
import { openUpstream, type Upstream } from '../proxy/upstream.ts';
import type { Context, Finding, Machine } from './check.ts';
import { redactorFor } from '../proxy/secrets.ts';
import { saveEvidence } from './evidence.ts';
import { examine, type Watch } from './examine.ts';
import { measureLostTime } from './lost-time.ts';
import type { Instance } from './select.ts';

export interface RunOptions {
  instances: readonly Instance[];
  machine: Machine;
  loaded: LoadedSettings | OccError;
  offline: boolean;
  /** Milliseconds for the whole run. */
  limitMs?: number;
  /** The duration of the two-minute stream, in seconds; shorter in tests. */
  streamSeconds?: number;
  signal: AbortSignal;
  watch?: Watch;
}

/** Seconds of the two-minute stream: a few more than two minutes, so that it still sends after two minutes. */
export const streamSeconds = 126;

/** Milliseconds to wait for what was started for the checks to stop. */
const stopLimitMs = 500;

/** Returns what is known when `signal` aborts or the time is over; all other findings are skipped. Stops what it started. */
export async function runDoctor(options: RunOptions): Promise<Finding[]> {
  const { instances, machine, loaded, offline, signal, limitMs, watch } = options;
  const shared = new Map<string, Promise<unknown>>();
  const once = <T>(name: string, make: () => Promise<T>): Promise<T> => {
    const made = (shared.get(name) as Promise<T> | undefined) ?? make();
    shared.set(name, made);
    // The caller handles a rejection, unless its check has ended by then.
    made.catch(() => {});
    return made;
  };
  const lostTime = measureLostTime();
  const ended = new AbortController();
  const running = AbortSignal.any([signal, ended.signal]);
  const context: Omit<Context, 'signal'> = {
    machine,
    loaded,
    offline,
    isBusy: () => lostTime.isBusy(),
    streamSeconds: options.streamSeconds ?? streamSeconds,
    emulator: () => once('emulator', () => startEmulator({ keep: 1, promptCache: promptCache() })),
    upstream: () => once('upstream', () => openUpstream(machine.env)),
    once: (name, make) => once(name, () => make(running)),
  };
  const { stateDir } = findPlaces(machine);
  const redact = loaded instanceof OccError ? (text: string) => text : redactorFor(loaded.settings);
  try {
    return await examine({
      instances,
      context,
      signal,
      clock: systemClock,
      lostMs: () => lostTime.lostMs(),
      redact,
      saveEvidence: (finding, { exchanges = [] }) => saveEvidence(stateDir, finding, exchanges, redact),
      ...(limitMs !== undefined && { limitMs }),
      ...(watch !== undefined && { watch }),
    });
  } finally {
    lostTime.stop();
    ended.abort();
    const stopped = new AbortController();
    await Promise.race([
      stop(shared).finally(() => stopped.abort()),
      wait(systemClock, stopLimitMs, stopped.signal),
    ]);
  }
}

async function stop(shared: ReadonlyMap<string, Promise<unknown>>): Promise<void> {
  const emulator = (await shared.get('emulator')?.catch(() => undefined)) as Emulator | undefined;
  const upstream = (await shared.get('upstream')?.catch(() => undefined)) as Upstream | undefined;
  await Promise.allSettled([...shared.values(), emulator?.close(), upstream?.close()]);
}
