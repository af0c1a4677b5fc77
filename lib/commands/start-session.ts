/** The proxy in the foreground: says where it is, waits for a signal, lets live streams finish, ends. */
import { exportLines } from '../clients/shell.ts';
import { variablesFor } from '../clients/claude.ts';
import { findPlaces } from '../config/paths.ts';
import { loadSettings } from '../config/settings.ts';
import { exitCodes } from '../errors.ts';
import type { Output } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';
import { openRoad, requireKey, type Road } from './road.ts';
import type { StartOptions } from './start.ts';
import type { World } from './world.ts';

/** How long live streams may go on after the first signal. */
const drainMs = 10_000;
/** 128 and the number of SIGINT: a second Ctrl-C ends at once, and says so. */
const interrupted = 130;

/** Resolves to the exit code once it has ended. */
export async function start(options: StartOptions, world: World, output: Output): Promise<number> {
  const { settings } = await loadSettings({
    configFile: options.config,
    env: world.env,
    flags: {
      ...(options.host !== undefined && { host: options.host }),
      ...(options.port !== undefined && { port: options.port }),
    },
  });
  for (const { path, message } of settings.warnings) output.warn(`occ: ${path}: ${message}`);
  if (options.emulator !== true) requireKey(settings, settings.models['default']?.provider, 'models.default');
  const road = await openRoad({
    settings,
    trial: options.emulator === true,
    host: settings.host,
    port: settings.port,
    stateDir: findPlaces({ env: world.env, home: world.home }).stateDir,
    listenFailure: exitCodes.failed,
    onSilentLog: (reason) => output.warn(`occ: no log is written (${reason})`),
  });
  announce(road, output);
  return untilTold(road, output);
}

function announce({ proxy, settings, logPath }: Road, output: Output): void {
  const token = settings.authToken?.reveal();
  const variables = variablesFor(settings, proxy.url, token);
  if (output.json) {
    // The token is printed by the plain form only: JSON ends up in files and logs.
    const { ANTHROPIC_AUTH_TOKEN: _token, ...env } = variables;
    output.answerJson({
      url: proxy.url,
      host: proxy.host,
      port: proxy.port,
      pid: process.pid,
      env,
      log: logPath,
    });
  } else {
    output.answer(`# occ listens on ${proxy.url} (pid ${process.pid})`);
    for (const line of exportLines(variables)) output.answer(line);
    output.answer('unset ANTHROPIC_API_KEY');
  }
  if (token === undefined) {
    output.warn('occ: no auth_token is configured, so every user of this machine may spend the key');
  }
  output.say(`occ: log in ${logPath}; Ctrl-C ends it`);
}

/** The first signal lets live streams finish; the second one does not. */
async function untilTold(road: Road, output: Output): Promise<number> {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  let onSignal: () => void = () => {};
  const handler = (): void => onSignal();
  for (const signal of signals) process.on(signal, handler);
  try {
    await new Promise<void>((resolve) => (onSignal = resolve));
    const again = new Promise<'again'>((resolve) => (onSignal = () => resolve('again')));
    const closed = road.close(drainMs);
    const { live } = road.proxy.stats();
    const waiting = `letting ${live} live ${live === 1 ? 'stream' : 'streams'} finish; Ctrl-C ends now`;
    const first = await Promise.race([live > 0 ? withProgress(output, waiting, closed) : closed, again]);
    if (first !== 'again') {
      if (first > 0)
        output.warn(
          `occ: ${first} live ${first === 1 ? 'stream was' : 'streams were'} cut after ${drainMs / 1000} s`,
        );
      return exitCodes.ok;
    }
    await road.close(0);
    return interrupted;
  } finally {
    for (const signal of signals) process.off(signal, handler);
  }
}
