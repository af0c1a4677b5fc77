/** The types of doctor's checks: what a check needs, how long it may take, and what it found. */
import type { LoadedSettings } from '../config/load.ts';
import type { ModelEntry, Provider, Settings } from '../config/settings.ts';
import type { Emulator } from '../emulator/server.ts';
import { OccError } from '../errors.ts';
import type { Upstream } from '../proxy/upstream.ts';
import type { RecordedExchange } from './bench/recorded-exchange.ts';

export type Level = 'ok' | 'warn' | 'fail' | 'skipped';

/** Who is at fault: the client side (this machine, its settings, the user), occ itself, or the provider. */
export type Side = 'client' | 'occ' | 'provider';

/** The next step after a failure or a warning. */
export interface Remedy {
  text: string;
  /** Shell commands, ready to run. None of them contains a secret, because a shell keeps a history. */
  commands: readonly [string, ...string[]];
}

/**
 * Why a check was skipped.
 * - `need`: the check that it needs did not succeed.
 * - `time`: the time limit of the whole run was reached.
 * - `busy`: other programs used the processors for so long that the result would say nothing about occ.
 * - `not_applicable`: this machine or provider has nothing to check.
 * - `not_observed`: the provider or model did not do what the check judges.
 */
export type Skip =
  | { because: 'need'; check: string }
  | { because: 'time' | 'busy' | 'interrupted' | 'not_applicable' | 'not_observed' };

interface Judged {
  /** One line. */
  summary: string;
  detail?: string;
  /** What both sides of each exchange sent. Saved as evidence for a failure or a warning. */
  exchanges?: readonly RecordedExchange[];
}

export interface Passed extends Judged {
  level: 'ok';
}

/** Every problem has a next step. */
export interface Problem extends Judged {
  level: 'fail' | 'warn';
  fault: Side;
  remedy: Remedy;
}

export interface Skipped extends Judged {
  level: 'skipped';
  skipped: Skip;
}

/** The result of one check. */
export type CheckResult = Passed | Problem | Skipped;

export interface Finding {
  level: Level;
  summary: string;
  detail?: string;
  fault?: Side;
  remedy?: Remedy;
  skipped?: Skip;
  code: string;
  /** The provider or model that was checked: `opencode-go`, `opencode-go/glm-5.3`. Absent for this machine. */
  subject?: string;
  /** The file with the transcript. */
  evidence?: string;
  /** Milliseconds the check took. */
  ms: number;
}

/** What a check applies to. This machine has an empty name. */
export interface Subject {
  name: string;
  provider?: Provider;
  model?: ModelEntry;
  /** For a provider: its models that are checked. */
  models?: readonly Subject[];
}

export interface Check {
  /** Its name on the command line and in `needs`. */
  code: string;
  /** What it verifies, in a few words. */
  title: string;
  kind: 'offline' | 'live';
  /** Run once, for each provider in use, or for each configured model. */
  scope: 'machine' | 'provider' | 'model';
  /** Codes of checks that must not fail or be skipped; for the same provider and model, if they have several subjects. */
  needs: readonly string[];
  /** Why the checks that need this one cannot run after it failed, in a few words: `no key`. */
  unmet?: string;
  /** Milliseconds. Time in which other programs kept this process from running does not count. */
  limitMs: number;
  /** Uses the processor all the time, so that several at once would only delay each other. */
  heavy?: boolean;
  /** The time limit with `--quick`, in milliseconds, if `limitMs` is too long for that. */
  quickLimitMs?: number;
  /** Takes longer than ten seconds by design: excluded by `--quick`, and live only with `--long`. */
  long?: boolean;
  /** Runs the real Claude Code: only with `--claude` or by its name, and live only with `--live`, on one model. */
  client?: boolean;
  /** The number of requests to the provider for one subject. */
  requests?: number | ((subject: Subject) => number);
  run(context: Context, subject: Subject): CheckResult | Promise<CheckResult>;
  /** What it means that the time limit, in seconds, was reached; by default the provider or occ is at fault. */
  late?(context: Omit<Context, 'signal'>, subject: Subject, seconds: number): Problem;
}

/** The environment that is checked. */
export interface Machine {
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  cwd: string;
  platform: NodeJS.Platform;
  /** The file of `--config`, which an invalid configuration does not name. */
  configOption?: string;
}

/** What every check can use. */
export interface Context {
  machine: Machine;
  /** The configuration, or the reason why it could not be loaded. */
  loaded: LoadedSettings | OccError;
  /** `--offline`: a missing key is only a warning. */
  offline: boolean;
  /** True while other programs use the processors so much that delays say nothing about occ or a provider. */
  isBusy: () => boolean;
  /** Aborts when the time limit of this check is reached and when the whole run ends. */
  signal: AbortSignal;
  /** The duration of the two-minute stream, in seconds. */
  streamSeconds: number;
  /** The embedded upstream, started on first use. */
  emulator(): Promise<Emulator>;
  /** The HTTP client for providers, shared by all checks. */
  upstream(): Promise<Upstream>;
  /** Runs `make` once for all checks that use `name`. Its signal aborts with the run, not with the first check. */
  once<T>(name: string, make: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** The current settings. Throws the reason if the configuration could not be loaded. */
export function settingsOf({ loaded }: Pick<Context, 'loaded'>): Settings {
  return loadedIn({ loaded }).settings;
}

/** The configuration with the origins of its values. Throws the reason if it could not be loaded. */
export function loadedIn({ loaded }: Pick<Context, 'loaded'>): LoadedSettings {
  if (loaded instanceof OccError) throw loaded;
  return loaded;
}

export function skip(because: Exclude<Skip['because'], 'need'>, summary: string): Skipped {
  return { level: 'skipped', summary, skipped: { because } };
}
