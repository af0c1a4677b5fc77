/** Opens the log, the emulator if needed, and the proxy; closes them in reverse order, also after an error. */
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { exitCodes, OccError, type ExitCode } from '../errors.ts';
import { openBudgets } from '../ledger/budgets.ts';
import { openLedger, type Ledger } from '../ledger/ledger.ts';
import type { BudgetUse } from '../proxy/policy/budget.ts';
import { budgetWatch } from './budget-watch.ts';
import type { Log, LogEntry } from '../log/log.ts';
import type { Control } from '../proxy/control.ts';
import { remedyFor } from '../config/remedies.ts';
import type { EndedRequest } from '../proxy/recent.ts';
import type { Traces } from '../traces/traces.ts';
import { namesCollector } from '../traces/variables.ts';
import type { Proxy, ProxyOptions, Received } from '../proxy/proxy.ts';
import type { SilenceListener, Waiting } from '../proxy/waiting.ts';
import { sessionFiles } from '../statusline/session-files.ts';
import { captured, type Captured } from './captured.ts';
import { liveSettings, type LiveSettings, type ReloadSource } from './live-settings.ts';
import { lazyEmulator } from './emulator.ts';
import { listenRemedy } from '../proxy/listen.ts';

export interface HostOptions extends Pick<ProxyOptions, 'recorder'> {
  settings: Settings;
  /** `--emulator`: all requests go to the emulator. */
  trial: boolean;
  host: string;
  /** 0 for any free port. */
  port: number;
  /** The token that clients must present; that of the settings if absent. */
  token?: string;
  stateDir: string;
  /** The endpoints below /occ/. */
  control?: Control;
  /** Receives the record of each request that has ended. */
  onEnded?: (record: EndedRequest, received: Received) => void;
  /** Called for upstreams that send nothing for a while. */
  onWaiting?: (waiting: Waiting) => void;
  /** Where the status line of each session is kept; none is if absent. */
  sessionFolder?: string;
  /** Changes the settings before the proxy uses them. */
  adjust?: (settings: Settings) => Settings;
  /** Where changed settings come from; without it the first settings stay. */
  reloadSource?: ReloadSource;
  /** The exit code of the error if the proxy cannot listen. */
  listenFailure: ExitCode;
  /** The folder in which the client was started, if this proxy serves only one. */
  project?: string;
  /** Called once, when the log cannot be written. */
  onLogFailure: (reason: string) => void;
  /** Where sums of the ledger are kept; below the state directory if absent. */
  cacheDir?: string;
  /** Called when a budget reaches 80, 90 and 100 %, once each in its period. */
  onBudget?: (budget: BudgetUse) => void;
  /** The environment, which may name a collector of traces; without it none are sent. */
  env?: NodeJS.ProcessEnv;
  /** Called with the reason why no traces are sent, or why some are lost; once for each. */
  onTraceWarning?: (sentence: string) => void;
  /** Called once, when what requests use cannot be recorded. */
  onLedgerFailure?: (reason: string) => void;
}

export interface Host {
  proxy: Proxy;
  settings: LiveSettings;
  log: Log;
  logPath: string;
  /** Why the log cannot be written now. */
  logFailure: () => string | undefined;
  ledger: Pick<Ledger, 'dir' | 'failure'>;
  /** How much of the budgets is used, as of the latest request. */
  budgets: () => readonly BudgetUse[];
  captured: Pick<Captured, 'isOn' | 'switch' | 'failure'>;
  /** Lets live requests finish for `drainMs`, then cuts them; resolves to the number cut. May be called twice. */
  close(drainMs: number): Promise<number>;
}

/** OccError if it cannot listen; nothing stays open then. */
export async function openHost(options: HostOptions): Promise<Host> {
  const { openLog } = await import('../log/log-file.ts');
  const logFile = openLog({
    ...options.settings.logging,
    dir: options.stateDir,
    name: 'occ',
    onFailure: options.onLogFailure,
  });
  const ledger = openLedger({
    ...options.settings.ledger,
    stateDir: options.stateDir,
    project: options.project,
    log: logFile.log,
    onFailure: options.onLedgerFailure,
  });
  const cacheDir = options.cacheDir ?? join(options.stateDir, 'cache');
  const watch = budgetWatch({
    budgets: openBudgets({ dir: ledger.dir, cacheDir, by: ledger.by }),
    log: logFile.log,
    onStage: options.onBudget,
  });
  const emulator = lazyEmulator(options.trial, logFile.log);
  const apply = async (settings: Settings): Promise<Settings> => {
    const emulated = await emulator.apply(settings);
    return options.adjust?.(emulated) ?? emulated;
  };
  const traces = await tracesFor(options, logFile.log);
  let live: LiveSettings | undefined;
  const sessions = options.sessionFolder === undefined ? undefined : sessionFiles(options.sessionFolder);
  const closeRest = async (): Promise<void> => {
    await sessions?.close();
    live?.close();
    await Promise.all([emulator.close(), traces?.close()]);
    await ledger.close();
    await logFile.close();
  };
  try {
    const first = await apply(options.settings).catch((error: unknown) => {
      throw emulatorCannotListen(error, options);
    });
    const settings = (live = liveSettings({
      given: options.settings,
      first,
      apply,
      reloadSource: options.reloadSource,
      log: logFile.log,
      onChange({ logging, ledger: limits }) {
        logFile.setLimits(logging);
        ledger.setLimits(limits);
      },
    }));
    const log: Log = (entry) => {
      if (settings.current().logging.requests || !isRequestLine(entry)) logFile.log(entry);
    };
    const files = captured({
      stateDir: options.stateDir,
      settings: () => settings.current(),
      recordings: () => proxy.recordings,
      onFailure: (reason) => log({ level: 'warn', event: 'captures_failed', reason }),
    });
    const onEnded = (record: EndedRequest, received: Received): void => {
      ledger.note(record);
      watch.ended(record, settings.current());
      files.ended(record);
      sessions?.note(record, proxy.quotas(), watch.latest());
      traces?.ended(record, received);
      options.onEnded?.(record, received);
    };
    const silences: SilenceListener = {
      waiting(waiting) {
        sessions?.waiting(waiting);
        options.onWaiting?.(waiting);
      },
      waited: (record) => sessions?.waited(record),
    };
    const proxy: Proxy = await listen(
      () => settings.current(),
      { ...options, onEnded },
      { silences, budgets: watch.use },
      log,
    );
    const close = async (drainMs: number): Promise<number> => {
      settings.close();
      try {
        return await proxy.close(drainMs);
      } finally {
        await files.close();
        await closeRest();
      }
    };
    return {
      proxy,
      settings,
      log: logFile.log,
      logPath: logFile.path,
      logFailure: logFile.failure,
      ledger,
      budgets: watch.latest,
      captured: files,
      close,
    };
  } catch (error) {
    await closeRest();
    throw error;
  }
}

/** Undefined if the environment names no collector: most have none, and then nothing of this is loaded. */
async function tracesFor({ env = {}, onTraceWarning }: HostOptions, log: Log): Promise<Traces | undefined> {
  if (!namesCollector(env)) return undefined;
  const { openTraces } = await import('../traces/traces.ts');
  return openTraces({ env, log, onWarning: onTraceWarning });
}

/** A log line of a successful request, which `logging.requests: false` drops. Failed attempts are logged as warnings. */
function isRequestLine({ level, event }: LogEntry): boolean {
  return level === 'info' && (event === 'request' || event === 'attempt');
}

async function listen(
  settings: () => Settings,
  options: HostOptions,
  parts: Pick<ProxyOptions, 'silences' | 'budgets'>,
  log: Log,
): Promise<Proxy> {
  const { host, port, token, control, recorder, onEnded } = options;
  const { startProxy } = await import('../proxy/server.ts');
  try {
    return await startProxy({
      settings,
      host,
      port,
      log,
      watchesQuotas: true,
      ...parts,
      ...(token !== undefined && { token }),
      ...(control !== undefined && { control }),
      ...(recorder !== undefined && { recorder }),
      ...(onEnded !== undefined && { onEnded }),
    });
  } catch (error) {
    throw cannotListen(error, options);
  }
}

/** If the emulator cannot listen, the proxy could not either, so both report the same error. */
function emulatorCannotListen(cause: unknown, { listenFailure }: HostOptions): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (cause instanceof OccError || code === undefined) return cause;
  return new OccError('cannot_listen', `the emulator cannot listen on 127.0.0.1 (${code})`, {
    exitCode: listenFailure,
    remedy: listenRemedy(code),
    cause,
  });
}

function cannotListen(error: unknown, { host, port, listenFailure }: HostOptions): unknown {
  if (!(error instanceof OccError)) return error;
  const inUse = error.code === 'port_in_use';
  return new OccError(error.code, inUse ? `port ${port} on ${host} is in use` : error.message, {
    exitCode: listenFailure,
    cause: error,
    remedy: inUse
      ? 'use any free port with occ start --port 0, or stop the program that listens there'
      : error.remedy,
  });
}

/**
 * OccError `key_missing` (exit 78) if the provider has no key. Called only for the default model and the one of -m;
 * fallbacks without a key are skipped.
 */
export function requireKey(settings: Settings, provider: string | undefined, what: string): void {
  const { missingKey, keyRemedy } = (provider === undefined ? undefined : settings.providers[provider]) ?? {};
  if (missingKey === undefined) return;
  throw new OccError('key_missing', `${what} (${provider}) has no key: ${missingKey}`, {
    exitCode: exitCodes.config,
    remedy: `${remedyFor(keyRemedy ?? 'configure a key', settings.configOption)}\nocc launch --emulator needs no key`,
  });
}
