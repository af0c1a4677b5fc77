/** The proxy in the foreground: says where it is, waits for a signal, lets live streams finish, ends. */
import { exportLines } from '../clients/shell.ts';
import { variablesFor } from '../clients/claude.ts';
import { findPlaces } from '../config/paths.ts';
import { loadSettings } from '../config/settings.ts';
import { exitCodes } from '../errors.ts';
import type { Output } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';
import { openRoad, requireFormat, requireKey, type Road } from './road.ts';
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
  if (options.emulator !== true) {
    requireKey(settings, settings.models['default']?.provider, 'models.default');
    await requireFormat(settings);
  }
  const road = await openRoad({
    settings,
    trial: options.emulator === true,
    host: settings.host,
    port: settings.port,
    stateDir: findPlaces({ env: world.env, home: world.home }).stateDir,
    listenFailure: exitCodes.failed,
    onSilentLog: (reason) => output.warn(`occ: no log is written (${reason})`),
  });
  // Whoever has read that it listens may end it at once.
  const signals = hearSignals();
  try {
    announce(road, output, options.emulator === true);
    return await untilTold(road, output, signals);
  } finally {
    signals.stop();
  }
}

function announce({ proxy, settings, logPath }: Road, output: Output, trial: boolean): void {
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
  if (token === undefined && !trial) {
    output.warn('occ: no auth_token is configured, so every user of this machine may spend the key');
  }
  output.say(`occ: log in ${logPath}; Ctrl-C ends it`);
}

interface Signals {
  /** Resolves with the nth SIGINT or SIGTERM, from 1. */
  nth(number: number): Promise<'told'>;
  stop(): void;
}

function hearSignals(): Signals {
  const names = ['SIGINT', 'SIGTERM'] as const;
  let count = 0;
  let waiting: { number: number; resolve: (told: 'told') => void }[] = [];
  const hear = (): void => {
    count++;
    for (const { number, resolve } of waiting) if (number <= count) resolve('told');
    waiting = waiting.filter(({ number }) => number > count);
  };
  for (const name of names) process.on(name, hear);
  return {
    nth: (number) =>
      new Promise((resolve) => {
        if (number <= count) resolve('told');
        else waiting.push({ number, resolve });
      }),
    stop() {
      for (const name of names) process.off(name, hear);
    },
  };
}

/** The first signal lets live streams finish; the second one does not. */
async function untilTold(road: Road, output: Output, signals: Signals): Promise<number> {
  await signals.nth(1);
  const closed = road.close(drainMs);
  const { live } = road.proxy.stats();
  const waiting = `letting ${streams(live)} finish; Ctrl-C ends now`;
  const cut = await Promise.race([live > 0 ? withProgress(output, waiting, closed) : closed, signals.nth(2)]);
  if (cut === 'told') {
    await road.close(0);
    return interrupted;
  }
  if (cut > 0) output.warn(`occ: ${streams(cut)} cut after ${drainMs / 1000} s`);
  return exitCodes.ok;
}

function streams(number: number): string {
  return `${number} live ${number === 1 ? 'stream' : 'streams'}`;
}
