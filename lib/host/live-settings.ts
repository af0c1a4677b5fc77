/**
 * The settings of a running proxy. Each request uses one snapshot, which is replaced when the configuration has changed
 * and is valid. An invalid configuration changes nothing and is reported in the log, in `occ status` and on the terminal.
 */
import { isLoopback, urlHost } from '../loopback.ts';
import type { Settings } from '../config/settings.ts';
import { watchConfig, type ConfigWatch } from '../config/watch.ts';
import { OccError } from '../errors.ts';
import type { Log } from '../log/log.ts';

/** Where settings come from while the proxy runs. */
export interface ReloadSource {
  /** Loads the configuration again. Rejects if it is invalid, and when `signal` aborts. */
  load: (signal: AbortSignal) => Promise<Settings>;
  /** Absolute paths of the files to watch. */
  files: readonly string[];
  /** A time, in milliseconds since 1970, not after the first load; files that changed since then are read again. */
  since?: number;
  /** Prints a line for the user; does nothing while the terminal belongs to a client. */
  report: (line: string) => void;
  /** The configured address on which the proxy listens; absent if it listens elsewhere. */
  bound?: { host: string; port: number };
}

export interface LiveSettings {
  /** The snapshot for a new request. */
  current(): Settings;
  /** Why the configuration on disk is not in force. */
  error(): ConfigError | undefined;
  /** What takes effect only after a restart, as a message. */
  pending(): string | undefined;
  /** Reads the configuration now, also with `hot_reload: false`. Never rejects. */
  reload(): Promise<void>;
  close(): void;
}

export interface ConfigError {
  at: string;
  message: string;
}

export interface LiveOptions {
  /** The first settings as loaded. */
  given: Settings;
  /** The first settings as the proxy uses them. */
  first: Settings;
  /** Turns loaded settings into those that the proxy uses. */
  apply: (settings: Settings) => Promise<Settings>;
  /** Without it the first settings stay. */
  reloadSource: ReloadSource | undefined;
  log: Log;
  /** Called each time new settings take effect. */
  onChange: (settings: Settings) => void;
}

export function liveSettings({
  given,
  first,
  apply,
  reloadSource,
  log,
  onChange,
}: LiveOptions): LiveSettings {
  const closing = new AbortController();
  let current = first;
  let lastError: ConfigError | undefined;
  let pending: string | undefined;
  let watching: ConfigWatch | undefined;
  let reloading: Promise<void> | undefined;
  let again = false;

  function watch(): void {
    if (given.hotReload && reloadSource) {
      watching ??= watchConfig({
        files: reloadSource.files,
        since: reloadSource.since,
        onChange: () => void reload(),
      });
    } else {
      watching?.close();
      watching = undefined;
    }
  }

  /** Reloads one at a time; a change during a reload causes another one. */
  function reload(): Promise<void> {
    again = true;
    return (reloading ??= (async () => {
      while (again && !closing.signal.aborted) {
        again = false;
        if (reloadSource) await renew(reloadSource);
      }
      reloading = undefined;
    })());
  }

  async function renew(reloadSource: ReloadSource): Promise<void> {
    try {
      const next = await reloadSource.load(closing.signal);
      rejectUnsafe(next, given, reloadSource);
      const applied = await apply(next);
      if (closing.signal.aborted) return;
      given = next;
      current = applied;
    } catch (error) {
      if (!closing.signal.aborted) reportFailure(error, reloadSource);
      return;
    }
    lastError = undefined;
    onChange(given);
    watch();
    pending = waitingForRestart(given, reloadSource.bound);
    log({ level: 'info', event: 'reload', config: given.file, ...(pending !== undefined && { pending }) });
    reloadSource.report('occ: the configuration was read again and is in force');
    if (pending !== undefined) reloadSource.report(`occ: ${pending}`);
  }

  function reportFailure(error: unknown, reloadSource: ReloadSource): void {
    const message = error instanceof OccError ? error.message : String(error);
    lastError = { at: new Date().toISOString(), message };
    log({ level: 'warn', event: 'reload', error: message });
    reloadSource.report(`occ: ${message}`);
    if (error instanceof OccError)
      for (const line of error.remedy.split('\n')) reloadSource.report(`  ${line}`);
    reloadSource.report('  the previous settings stay in force');
  }

  watch();
  return {
    current: () => current,
    error: () => lastError,
    pending: () => pending,
    reload,
    close() {
      closing.abort();
      watching?.close();
    },
  };
}

/** Throws for settings that are valid, but not for a running proxy. */
function rejectUnsafe(next: Settings, given: Settings, { bound }: ReloadSource): void {
  if (given.file !== undefined && next.file === undefined) {
    throw new OccError('config_gone', `${given.file} is gone`, {
      remedy: 'put it back, or run occ restart to continue without it',
    });
  }
  if (bound && !isLoopback(bound.host) && next.authToken === undefined) {
    throw new OccError(
      'config_dangerous',
      `${next.file ?? 'the configuration'} has no auth_token any more, but the proxy listens on ${bound.host} until it is restarted`,
      { remedy: 'set one: occ config set auth_token --stdin' },
    );
  }
}

function waitingForRestart({ host, port }: Settings, bound: ReloadSource['bound']): string | undefined {
  if (!bound || (bound.host === host && bound.port === port)) return undefined;
  return `the proxy still listens on its old address; occ restart moves it to ${urlHost(host)}:${port}`;
}
