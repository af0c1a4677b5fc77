/** Runs the proxy until it is stopped: checks that none is running, listens, writes the record, drains live streams. */
import { listCacheFile } from '../../catalog/list-cache.ts';
import { loadSettings } from '../../config/load.ts';
import { pipeNote } from '../../config/pipe-error.ts';
import { findPlaces, possibleConfigFiles } from '../../config/paths.ts';
import type { ReadyMessage } from '../../daemon/background.ts';
import { withClaim } from '../../daemon/claim.ts';
import { recordFolders, removeRecord, type ProxyRecord } from '../../daemon/record.ts';
import type { Settings } from '../../config/settings.ts';
import { exitCodes } from '../../errors.ts';
import type { Output } from '../../terminal/output.ts';
import { count } from '../../terminal/figures.ts';
import { withProgress } from '../../terminal/progress.ts';
import { widthOf } from '../../terminal/width.ts';
import { printStarted } from './page.ts';
import { freshSettings } from '../../catalog/fresh-settings.ts';
import type { ReloadSource } from '../../host/live-settings.ts';
import type { ControlEndpoints } from '../../host/control-endpoints.ts';
import { requireNotRunning } from './not-running.ts';
import { openRecorded } from './recorded.ts';
import { requireKey, type Host } from '../../host/host.ts';
import { listenForSignals, type Signals } from '../../terminal/signals.ts';
import type { StartOptions } from './options.ts';
import type { System } from '../../terminal/command-context.ts';

/** Resolves to the exit code after the proxy has stopped. */
export async function serve(options: StartOptions, system: System, output: Output): Promise<number> {
  await requireNotRunning(system);
  const settings = await readySettings(options, system, output);
  const folders = recordFolders(system);
  // Listen early: a signal may arrive as soon as the proxy listens. A SIGHUP before that has nothing to reload.
  let reload = (): void => {};
  const signals = listenForSignals(options.background === true ? () => reload() : undefined);
  try {
    const { host, endpoints, record } = await withClaim(folders, async () => {
      // Another start may have passed the first check at the same time.
      await requireNotRunning(system, output, options.port !== undefined || options.host !== undefined);
      return openRecorded(
        options,
        settings,
        system,
        output,
        reloadSourceFor(options, settings, system, output),
      );
    });
    reload = () => void host.settings.reload();
    try {
      if (options.background !== true) {
        const width = widthOf(system.stdout);
        printStarted({
          record,
          variables: endpoints.variables(),
          output,
          width,
          stays: false,
          home: system.home,
        });
        const note = pipeNote(settings.file);
        if (note !== undefined) output.warn(`occ: ${note}`);
      } else if (!notifyParent(record)) {
        // The parent is gone, so its user does not know that a proxy runs.
        await host.close(0);
        return exitCodes.failed;
      }
      return await waitForStop(host, endpoints, output, signals);
    } finally {
      removeRecord(folders, record.instance);
    }
  } finally {
    signals.stop();
  }
}

/** Loads the settings, prints their warnings, and throws before anything listens if they cannot be served. */
export async function readySettings(
  options: StartOptions,
  system: System,
  output: Output,
  signal?: AbortSignal,
): Promise<Settings> {
  const { settings } = await loadSettings({
    configFile: options.config,
    env: system.env,
    signal,
    flags: {
      ...(options.host !== undefined && { host: options.host }),
      ...(options.port !== undefined && { port: options.port }),
    },
  });
  for (const { path, message } of settings.warnings) output.warn(`occ: ${path}: ${message}`);
  if (options.emulator !== true) requireKey(settings, settings.models['default']?.provider, 'models.default');
  return freshSettings(settings, system);
}

/** A proxy in the background reports reloads in its log only. */
function reloadSourceFor(
  options: StartOptions,
  settings: Settings,
  system: System,
  output: Output,
): ReloadSource {
  return {
    load: (signal) => readySettings(options, system, output, signal),
    files: [
      ...possibleConfigFiles({ env: system.env, home: system.home, configFile: options.config }),
      listCacheFile(findPlaces({ env: system.env, home: system.home }).cacheDir),
    ],
    since: performance.timeOrigin,
    report: options.background === true ? () => {} : (line) => output.warn(line),
    bound: { host: settings.host, port: settings.port },
  };
}

/** Tells the starting process that the proxy answers; false if that process has ended. */
function notifyParent(record: ProxyRecord): boolean {
  if (!process.connected) return false;
  process.send?.({ ready: record } satisfies ReadyMessage);
  process.disconnect();
  return true;
}

/** The first signal lets live streams finish, the second cuts them. A stop request has drained them already. */
async function waitForStop(
  host: Host,
  endpoints: ControlEndpoints,
  output: Output,
  signals: Signals,
): Promise<number> {
  const reason = await Promise.race([signals.nth(1), endpoints.stopRequested]);
  if (reason === 'stop') {
    await host.close(0);
    return exitCodes.ok;
  }
  const { drainMs } = host.settings.current();
  const closed = host.close(drainMs);
  const { live } = host.proxy.stats();
  const waiting = `letting ${count(live, 'live stream')} finish; Ctrl-C ends now`;
  const cut = await Promise.race([live > 0 ? withProgress(output, waiting, closed) : closed, signals.nth(2)]);
  if (cut === 'signal') {
    await host.close(0);
    return exitCodes.interrupted;
  }
  if (cut > 0)
    output.warn(
      `occ: ${count(cut, 'live stream')} cut after ${drainMs / 1000} s; drain_ms in the configuration allows more`,
    );
  return exitCodes.ok;
}
