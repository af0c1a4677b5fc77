/** Runs the selected checks and then stops everything that was started for them. */
import type { LoadedSettings } from '../config/load.ts';
import { findPlaces } from '../config/paths.ts';
import { startEmulator, type Emulator } from '../emulator/server.ts';
import { OccError } from '../errors.ts';
import { openUpstream, type Upstream } from '../proxy/upstream.ts';
import type { Context, Finding, Machine } from './check.ts';
import { redactorFor, saveEvidence } from './evidence.ts';
import { examine, type Examination } from './examine.ts';
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
  onProgress?: Examination['onProgress'];
}

/** A few seconds more than two minutes, so that the stream still sends after two minutes. */
const streamSeconds = 126;

/** Rejects when `signal` aborts, after it has stopped everything it started. */
export async function runDoctor(options: RunOptions): Promise<Finding[]> {
  const { instances, machine, loaded, offline, signal, limitMs, onProgress } = options;
  const shared = new Map<string, Promise<unknown>>();
  const once = <T>(name: string, make: () => Promise<T>): Promise<T> => {
    const made = (shared.get(name) as Promise<T> | undefined) ?? make();
    shared.set(name, made);
    // The caller handles a rejection, unless its check has ended by then.
    made.catch(() => {});
    return made;
  };
  const ended = new AbortController();
  const running = AbortSignal.any([signal, ended.signal]);
  const context: Omit<Context, 'signal'> = {
    machine,
    loaded,
    offline,
    streamSeconds: options.streamSeconds ?? streamSeconds,
    emulator: () => once('emulator', () => startEmulator({ keep: 1 })),
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
      redact,
      saveEvidence: (finding, { exchanges = [] }) => saveEvidence(stateDir, finding, exchanges, redact),
      ...(limitMs !== undefined && { limitMs }),
      ...(onProgress !== undefined && { onProgress }),
    });
  } finally {
    ended.abort();
    await Promise.allSettled(shared.values());
    const emulator = (await shared.get('emulator')?.catch(() => undefined)) as Emulator | undefined;
    const upstream = (await shared.get('upstream')?.catch(() => undefined)) as Upstream | undefined;
    await Promise.allSettled([emulator?.close(), upstream?.close()]);
  }
}
