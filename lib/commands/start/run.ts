/** The proxy by itself, until it is told to end: looks whether one runs, listens, leaves a record, lets streams finish. */
import { listCacheFile } from '../../catalog/list-cache.ts';
import { loadSettings } from '../../config/load.ts';
import { findPlaces, possibleConfigFiles } from '../../config/paths.ts';
import { readyMessage } from '../../daemon/background.ts';
import { withClaim } from '../../daemon/claim.ts';
import { removeRecord } from '../../daemon/record.ts';
import type { Settings } from '../../config/settings.ts';
import { exitCodes } from '../../errors.ts';
import type { Output } from '../../terminal/output.ts';
import { count } from '../../terminal/figures.ts';
import { withProgress } from '../../terminal/progress.ts';
import { announce } from './page.ts';
import { freshSettings } from '../../catalog/fresh-settings.ts';
import type { Renewal } from '../../host/live-settings.ts';
import type { Owner } from '../../host/owner.ts';
import { openRecorded, refuseSecond } from './recorded.ts';
import { requireKey, type Host } from '../../host/host.ts';
import { hearSignals, type Signals } from '../../terminal/signals.ts';
import type { StartOptions } from './options.ts';
import type { World } from '../../terminal/world.ts';

/** How long live streams may go on after the first signal. */
const drainMs = 10_000;

/** Resolves to the exit code once it has ended. */
export async function serve(options: StartOptions, world: World, output: Output): Promise<number> {
  await refuseSecond(world);
  const settings = await readySettings(options, world, output);
  const { runtimeDir } = findPlaces({ env: world.env, home: world.home });
  // Whoever has read that it listens may end it at once; one that does not listen yet has just read its configuration.
  let reload = (): void => {};
  const signals = hearSignals(options.background === true ? () => reload() : undefined);
  try {
    const { host, owner, record } = await withClaim(runtimeDir, async () => {
      // Of two starts at once, both have come this far.
      await refuseSecond(world, output);
      return openRecorded(options, settings, world, output, renewalFor(options, settings, world, output));
    });
    reload = () => void host.settings.reload();
    try {
      if (options.background !== true) announce(record, owner.variables(), output);
      else if (!tellStarter()) return await giveUp(host);
      return await untilTold(host, owner, output, signals);
    } finally {
      removeRecord(runtimeDir, record.instance);
    }
  } finally {
    signals.stop();
  }
}

/** Throws what keeps these options from being served, before anything listens; warnings are said. */
export async function readySettings(
  options: StartOptions,
  world: World,
  output: Output,
  signal?: AbortSignal,
): Promise<Settings> {
  const { settings } = await loadSettings({
    configFile: options.config,
    env: world.env,
    signal,
    flags: {
      ...(options.host !== undefined && { host: options.host }),
      ...(options.port !== undefined && { port: options.port }),
    },
  });
  for (const { path, message } of settings.warnings) output.warn(`occ: ${path}: ${message}`);
  if (options.emulator !== true) requireKey(settings, settings.models['default']?.provider, 'models.default');
  return freshSettings(settings, world);
}

/** How the proxy goes on reading what it was started with. In the background nobody looks on: there is the log. */
function renewalFor(options: StartOptions, settings: Settings, world: World, output: Output): Renewal {
  return {
    load: (signal) => readySettings(options, world, output, signal),
    files: [
      ...possibleConfigFiles({ env: world.env, home: world.home, configFile: options.config }),
      listCacheFile(findPlaces({ env: world.env, home: world.home }).cacheDir),
    ],
    since: performance.timeOrigin,
    say: options.background === true ? () => {} : (line) => output.warn(line),
    bound: { host: settings.host, port: settings.port },
  };
}

/** A background process has a starter that waits; false when it has left without an answer. */
function tellStarter(): boolean {
  if (!process.connected) return false;
  process.send?.(readyMessage);
  process.disconnect();
  return true;
}

/** Whoever started it has gone and would not know that it runs. */
async function giveUp(host: Host): Promise<number> {
  await host.close(0);
  return exitCodes.failed;
}

/** The first signal lets live streams finish; the second one does not. The owner's word says how long. */
async function untilTold(host: Host, owner: Owner, output: Output, signals: Signals): Promise<number> {
  const first = await Promise.race([signals.nth(1), owner.stopAsked]);
  if (first === 'asked') {
    await host.close(0);
    return exitCodes.ok;
  }
  const closed = host.close(drainMs);
  const { live } = host.proxy.stats();
  const waiting = `letting ${count(live, 'live stream')} finish; Ctrl-C ends now`;
  const cut = await Promise.race([live > 0 ? withProgress(output, waiting, closed) : closed, signals.nth(2)]);
  if (cut === 'told') {
    await host.close(0);
    return exitCodes.interrupted; // a second Ctrl-C ends at once, and says so
  }
  if (cut > 0) output.warn(`occ: ${count(cut, 'live stream')} cut after ${drainMs / 1000} s`);
  return exitCodes.ok;
}
