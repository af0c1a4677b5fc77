/**
 * The settings of a running proxy: one snapshot for each request, replaced by the next when the configuration has changed
 * and is right. One that is wrong changes nothing and is told: in the log, in `occ status`, and to whoever looks on.
 */
import { isLoopback } from '../loopback.ts';
import type { Settings } from '../config/settings.ts';
import { watchConfig, type ConfigWatch } from '../config/watch.ts';
import { OccError } from '../errors.ts';
import type { Log } from '../log/log.ts';

/** Where new settings come from while the proxy runs. */
export interface ReloadSource {
  /** Reads the configuration once more. Rejects with what is wrong with it; ends early when `signal` aborts. */
  load: (signal: AbortSignal) => Promise<Settings>;
  /** Absolute paths of the files it may be read from. */
  files: readonly string[];
  /** When the first settings were read, or before, in milliseconds since 1970; what has changed since is read again. */
  since?: number;
  /** A line for whoever looks on; not where a terminal belongs to a client. */
  report: (line: string) => void;
  /** Where the configuration had the proxy listen; absent where the configuration has no say in it. */
  bound?: { host: string; port: number };
}

export interface LiveSettings {
  /** The snapshot a new request sees. */
  current(): Settings;
  /** Why the configuration on disk is not the one in force. */
  fault(): ConfigError | undefined;
  /** What of it waits for a restart, in words. */
  pending(): string | undefined;
  /** Reads the configuration now, whatever `hot_reload` says. Never rejects. */
  reload(): Promise<void>;
  close(): void;
}

export interface ConfigError {
  at: string;
  message: string;
}

export interface LiveOptions {
  /** The first settings as the configuration has them, and as the proxy is to see them. */
  given: Settings;
  first: Settings;
  /** Makes the one of the other. */
  apply: (settings: Settings) => Promise<Settings>;
  /** Without it the first settings hold to the end. */
  reloadSource: ReloadSource | undefined;
  log: Log;
  /** Told each time other settings are in force. */
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
  let fault: ConfigError | undefined;
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

  /** One at a time; what changes meanwhile is read once more. */
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
      refuse(next, given, reloadSource);
      const applied = await apply(next);
      if (closing.signal.aborted) return;
      given = next;
      current = applied;
    } catch (error) {
      if (!closing.signal.aborted) complain(error, reloadSource);
      return;
    }
    fault = undefined;
    onChange(given);
    watch();
    pending = waitingForRestart(given, reloadSource.bound);
    log({ level: 'info', event: 'reload', config: given.file, ...(pending !== undefined && { pending }) });
    reloadSource.report('occ: the configuration was read again and is in force');
    if (pending !== undefined) reloadSource.report(`occ: ${pending}`);
  }

  function complain(error: unknown, reloadSource: ReloadSource): void {
    const message = error instanceof OccError ? error.message : String(error);
    fault = { at: new Date().toISOString(), message };
    log({ level: 'warn', event: 'reload', error: message });
    reloadSource.report(`occ: ${message}`);
    reloadSource.report('  the settings before it stay in force');
  }

  watch();
  return {
    current: () => current,
    fault: () => fault,
    pending: () => pending,
    reload,
    close() {
      closing.abort();
      watching?.close();
    },
  };
}

/** Throws for settings that are right by themselves, but not for a proxy that runs. */
function refuse(next: Settings, given: Settings, { bound }: ReloadSource): void {
  if (given.file !== undefined && next.file === undefined) {
    throw new OccError('config_gone', `${given.file} is gone`);
  }
  if (bound && !isLoopback(bound.host) && next.authToken === undefined) {
    throw new OccError(
      'config_dangerous',
      `${next.file ?? 'the configuration'} has no auth_token any more, but the proxy listens on ${bound.host} until it is restarted`,
    );
  }
}

function waitingForRestart({ host, port }: Settings, bound: ReloadSource['bound']): string | undefined {
  if (!bound || (bound.host === host && bound.port === port)) return undefined;
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return `it goes on listening where it does; occ restart moves it to ${place}`;
}
