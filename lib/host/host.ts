/** Opens what a command needs to answer requests (log, emulator, proxy) and closes all of it, in order, whatever happens. */
import type { Settings } from '../config/settings.ts';
import { exitCodes, OccError, type ExitCode } from '../errors.ts';
import type { Log, LogEntry } from '../log/log.ts';
import type { Control } from '../proxy/control.ts';
import type { Proxy } from '../proxy/server.ts';
import { liveSettings, type LiveSettings, type ReloadSource } from './live-settings.ts';
import { lazyEmulator } from './emulator.ts';

export interface HostOptions {
  settings: Settings;
  /** `--emulator`: nothing but the emulator is asked. */
  trial: boolean;
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** What clients must present; the settings' own otherwise. */
  token?: string;
  stateDir: string;
  /** What the proxy's owner may ask it. */
  control?: Control;
  /** Last changes before the proxy sees the settings. */
  adjust?: (settings: Settings) => Settings;
  /** How the settings are kept up to date; without it the first ones hold to the end. */
  reloadSource?: ReloadSource;
  /** The exit code when the proxy cannot listen. */
  listenFailure: ExitCode;
  /** Told once when the log cannot be written. */
  onLogFailure: (reason: string) => void;
}

export interface Host {
  proxy: Proxy;
  settings: LiveSettings;
  log: Log;
  logPath: string;
  /** Lets live requests finish for `drainMs`, then cuts them; resolves to how many were cut. May be called twice. */
  close(drainMs: number): Promise<number>;
}

/** OccError when it cannot listen; nothing stays open then. */
export async function openHost(options: HostOptions): Promise<Host> {
  const { openLog } = await import('../log/log-file.ts');
  const logFile = openLog({
    ...options.settings.logging,
    dir: options.stateDir,
    name: 'occ',
    onFailure: options.onLogFailure,
  });
  const emulator = lazyEmulator(options.trial, logFile.log);
  const apply = async (settings: Settings): Promise<Settings> => {
    const emulated = await emulator.apply(settings);
    return options.adjust?.(emulated) ?? emulated;
  };
  let live: LiveSettings | undefined;
  const closeRest = async (): Promise<void> => {
    live?.close();
    await emulator.close();
    await logFile.close();
  };
  try {
    const first = await apply(options.settings).catch((error: unknown) => {
      throw noEmulator(error, options);
    });
    const settings = (live = liveSettings({
      given: options.settings,
      first,
      apply,
      reloadSource: options.reloadSource,
      log: logFile.log,
      onChange: ({ logging }) => logFile.setLimits(logging),
    }));
    const log: Log = (entry) => {
      if (settings.current().logging.requests || !isRequestLine(entry)) logFile.log(entry);
    };
    const proxy = await listen(() => settings.current(), options, log);
    const close = async (drainMs: number): Promise<number> => {
      settings.close();
      try {
        return await proxy.close(drainMs);
      } finally {
        await closeRest();
      }
    };
    return { proxy, settings, log: logFile.log, logPath: logFile.path, close };
  } catch (error) {
    await closeRest();
    throw error;
  }
}

/** A line that every request leaves, whatever happens; `logging.requests: false` drops it. A failed attempt is a warning. */
function isRequestLine({ level, event }: LogEntry): boolean {
  return level === 'info' && (event === 'request' || event === 'attempt');
}

async function listen(settings: () => Settings, options: HostOptions, log: Log): Promise<Proxy> {
  const { host, port, token, control } = options;
  const { startProxy } = await import('../proxy/server.ts');
  try {
    return await startProxy({
      settings,
      host,
      port,
      log,
      watchesQuotas: true,
      ...(token !== undefined && { token }),
      ...(control !== undefined && { control }),
    });
  } catch (error) {
    throw cannotListen(error, options);
  }
}

/** A machine that lends no port to the emulator would lend none to the proxy. */
function noEmulator(cause: unknown, { listenFailure }: HostOptions): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (cause instanceof OccError || code === undefined) return cause;
  return new OccError('cannot_listen', `the emulator cannot listen on 127.0.0.1 (${code})`, {
    exitCode: listenFailure,
    cause,
  });
}

function cannotListen(error: unknown, { host, port, listenFailure }: HostOptions): unknown {
  if (!(error instanceof OccError)) return error;
  const inUse = error.code === 'port_in_use';
  return new OccError(error.code, inUse ? `port ${port} on ${host} is in use` : error.message, {
    exitCode: listenFailure,
    cause: error,
    ...(inUse
      ? { remedy: 'occ start --port 0 takes any free port; or end what listens there' }
      : error.remedy !== undefined && { remedy: error.remedy }),
  });
}

/**
 * OccError `key_missing` (exit 78) when nobody could answer for want of a key. Models that only stand by may lack
 * theirs: they are passed over.
 */
export function requireKey(settings: Settings, provider: string | undefined, what: string): void {
  const { missingKey, keyRemedy } = (provider === undefined ? undefined : settings.providers[provider]) ?? {};
  if (missingKey === undefined) return;
  throw new OccError('key_missing', `${what} (${provider}) has no key: ${missingKey}`, {
    exitCode: exitCodes.config,
    remedy: `${keyRemedy ?? 'give it one'}\nocc launch --emulator needs no key`,
  });
}
