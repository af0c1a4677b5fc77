/** One run of doctor: settings in, findings out, and everything that was started for it is stopped. */
import type { LoadedSettings } from '../config/load.ts';
import { findPlaces } from '../config/paths.ts';
import { startEmulator, type Emulator } from '../emulator/server.ts';
import { OccError } from '../errors.ts';
import { openUpstream, type Upstream } from '../proxy/upstream.ts';
import type { Context, Finding, Machine } from './check.ts';
import { cleaner, keepEvidence } from './evidence.ts';
import { examine, type Examination } from './examine.ts';
import type { Instance } from './select.ts';

export interface RunOptions {
  instances: readonly Instance[];
  machine: Machine;
  loaded: LoadedSettings | OccError;
  offline: boolean;
  /** Milliseconds for all of it. */
  limitMs?: number;
  /** Seconds of the two-minute stream; tests have less time. */
  streamSeconds?: number;
  gone: AbortSignal;
  watch?: Examination['watch'];
}

/** More than two minutes, and a piece in the last of its seconds. */
const streamSeconds = 126;

/** Rejects when `gone` aborts. Nothing that was started for it is left then either. */
export async function runDoctor(options: RunOptions): Promise<Finding[]> {
  const { instances, machine, loaded, offline, gone, limitMs, watch } = options;
  const shared = new Map<string, Promise<unknown>>();
  const once = <T>(name: string, make: () => Promise<T>): Promise<T> => {
    const made = (shared.get(name) as Promise<T> | undefined) ?? make();
    shared.set(name, made);
    // Whoever asked hears of a failure; that nobody waits for it any more is no fault.
    made.catch(() => {});
    return made;
  };
  const ended = new AbortController();
  const running = AbortSignal.any([gone, ended.signal]);
  const context: Omit<Context, 'gone'> = {
    machine,
    loaded,
    offline,
    streamSeconds: options.streamSeconds ?? streamSeconds,
    emulator: () => once('emulator', () => startEmulator({ keep: 1 })),
    upstream: () => once('upstream', () => openUpstream(machine.env)),
    once: (name, make) => once(name, () => make(running)),
  };
  const { stateDir } = findPlaces(machine);
  const clean = loaded instanceof OccError ? (text: string) => text : cleaner(loaded.settings);
  try {
    return await examine({
      instances,
      context,
      gone,
      clean,
      keep: (finding, { exchanges = [] }) => keepEvidence(stateDir, finding, exchanges, clean),
      ...(limitMs !== undefined && { limitMs }),
      ...(watch !== undefined && { watch }),
    });
  } finally {
    ended.abort();
    await Promise.allSettled(shared.values());
    const emulator = (await shared.get('emulator')?.catch(() => undefined)) as Emulator | undefined;
    const upstream = (await shared.get('upstream')?.catch(() => undefined)) as Upstream | undefined;
    await Promise.allSettled([emulator?.close(), upstream?.close()]);
  }
}
