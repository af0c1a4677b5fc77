/** What doctor looks for, as data: a check says what it needs and how long it may take, and its look gives a finding. */
import type { LoadedSettings } from '../config/load.ts';
import type { ModelEntry, Provider, Settings } from '../config/settings.ts';
import type { Emulator } from '../emulator/server.ts';
import { OccError } from '../errors.ts';
import type { Upstream } from '../proxy/upstream.ts';
import type { Exchange } from './bench/recorded-exchange.ts';

export type Level = 'ok' | 'warn' | 'fail' | 'skipped';

/** Who is at fault: the client's side (this machine, its settings, its person), occ itself, or the provider. */
export type Side = 'client' | 'occ' | 'provider';

export interface Remedy {
  text: string;
  /** What to type, ready to be run. */
  commands: readonly string[];
}

/** What a look sees. */
export interface Look {
  level: Level;
  /** One line. */
  summary: string;
  detail?: string;
  fault?: Side;
  remedy?: Remedy;
  /** What both sides of each exchange sent; kept where the look did not end well. */
  exchanges?: readonly Exchange[];
}

export interface Finding extends Omit<Look, 'exchanges'> {
  code: string;
  /** What was looked at, where there are several: `opencode-go`, `opencode-go/glm-5.3`. */
  subject?: string;
  /** The file that holds the transcript. */
  evidence?: string;
  /** Milliseconds the look took. */
  ms: number;
}

/** What one look is about; the machine has the empty name. */
export interface Subject {
  name: string;
  provider?: Provider;
  model?: ModelEntry;
  /** Of a provider: its models that are looked at. */
  models?: readonly Subject[];
}

export interface Check {
  /** What a person types, and what other checks need. */
  code: string;
  /** What it proves, in a few words. */
  title: string;
  kind: 'offline' | 'live';
  /** How often it is made: once, for each provider that is used, for each model that is configured. */
  scope: 'machine' | 'provider' | 'model';
  /** Codes that must not have failed; of the same provider and model where there are several. */
  needs: readonly string[];
  /** Milliseconds. */
  limitMs: number;
  /** Takes longer than ten seconds by its nature: not under --quick, and live only under --long. */
  long?: boolean;
  /** Requests it sends to a provider for each look. */
  requests?: number | ((subject: Subject) => number);
  look(context: Context, subject: Subject): Look | Promise<Look>;
}

/** The machine that is looked at. */
export interface Machine {
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  cwd: string;
  platform: NodeJS.Platform;
}

/** What every look may use. */
export interface Context {
  machine: Machine;
  /** The configuration, or why there is none. */
  loaded: LoadedSettings | OccError;
  /** `--offline`: a missing key is a warning. */
  offline: boolean;
  /** Aborts when this look has had its time, and when the whole run ends. */
  gone: AbortSignal;
  /** How long the two-minute stream goes on, in seconds. */
  streamSeconds: number;
  /** The embedded upstream, started for the first who asks. */
  emulator(): Promise<Emulator>;
  /** The way to the providers, one for all looks. */
  upstream(): Promise<Upstream>;
  /** What several looks share is made once, and ends with the run instead of with the look that came first. */
  once<T>(name: string, make: (gone: AbortSignal) => Promise<T>): Promise<T>;
}

/** The settings in force; throws the reason where the configuration could not be loaded. */
export function settingsOf({ loaded }: Pick<Context, 'loaded'>): Settings {
  return loadedIn({ loaded }).settings;
}

/** The configuration with its origins; throws the reason where it could not be loaded. */
export function loadedIn({ loaded }: Pick<Context, 'loaded'>): LoadedSettings {
  if (loaded instanceof OccError) throw loaded;
  return loaded;
}
