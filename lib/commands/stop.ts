/** `occ stop`: lets live streams of the proxy finish, ends it, and reports how many were cut. */
import { InvalidArgumentError, type Command } from 'commander';
import type { Halted } from '../daemon/halt.ts';
import type { Found } from '../daemon/running.ts';
import { exitCodes } from '../errors.ts';
import type { Output } from '../terminal/output.ts';
import {
  outputFor,
  type CommandContext,
  type GlobalOptions,
  type System,
} from '../terminal/command-context.ts';

export interface StopOptions extends GlobalOptions {
  timeout: number;
}

export const defaultTimeoutS = 10;

export function defineStop(program: Command, { system, globals, end }: CommandContext): void {
  program
    .command('stop')
    .summary('stop the proxy that occ start runs')
    .description('Rejects new requests, lets live streams finish, then stops the proxy.')
    .option('--timeout <s>', 'seconds for live streams to finish', toSeconds, defaultTimeoutS)
    .option('--json', 'print the result as JSON')
    .action(async (options: StopOptions) => {
      end(await stop(options, system, await outputFor(system, globals(options))));
    });
}

/** Reads seconds from 0 to 86400, fractions allowed. Throws commander's InvalidArgumentError for anything else. */
export function toSeconds(text: string): number {
  const seconds = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && seconds <= 86_400) return seconds;
  throw new InvalidArgumentError('expected seconds, from 0 to 86400.');
}

/** Exits with 0 also if no proxy of this user runs. OccError `proxy_unrecorded` for one that cannot be stopped from here. */
export async function stop({ timeout }: StopOptions, system: System, output: Output): Promise<number> {
  const { findProxy, isRunning, reasonNotRunning } = await import('../daemon/running.ts');
  const { recordFolders } = await import('../daemon/record.ts');
  const { withProgress } = await import('../terminal/progress.ts');
  const found = await findProxy(system);
  if (
    found === undefined ||
    found.state === 'elsewhere' ||
    (found.state === 'unrecorded' && !isRunning(found))
  ) {
    if (output.json) output.printJson({ stopped: false, how: 'not_running', pid: null, cut: null });
    else output.print(reasonNotRunning(found));
    return exitCodes.ok;
  }
  const { serviceOf } = await import('../daemon/units/installed.ts');
  const service = await serviceOf(pidOf(found), system);
  const { halting, pid, url } = await begin(found, recordFolders(system), timeout * 1000);
  const { how, cut } = await withProgress(output, `waiting up to ${timeout} s for live streams`, halting);
  // To its supervisor a proxy that was killed has failed, so it would be started again.
  if (how === 'killed') await service?.stop();
  if (output.json)
    output.printJson({ stopped: how === 'stopped' || how === 'killed', how, pid, cut: cut ?? null });
  else if (how === 'stale')
    output.print(`no proxy is running; the stale record of pid ${pid} has been removed`);
  else output.print(`proxy on ${url} (pid ${pid}) ${outcome(how, cut, timeout)}`);
  if (service)
    output.info(
      'occ: the service starts it again with your next session, unless you run occ service uninstall',
    );
  return exitCodes.ok;
}

function pidOf(found: Found): number {
  return found.state === 'unrecorded' ? found.proxy.pid : found.record.pid;
}

/** Begins to stop it: by its endpoint for control or, without a record, by a signal. */
async function begin(
  found: Found,
  folders: readonly string[],
  drainMs: number,
): Promise<{ halting: Promise<Halted>; pid: number; url: string }> {
  if (found.state === 'unrecorded') {
    const { haltBySignal, requireOwn } = await import('../daemon/halt-by-signal.ts');
    const { pid, url } = requireOwn(found.proxy);
    return { halting: haltBySignal(found.proxy, drainMs), pid, url };
  }
  const { halt } = await import('../daemon/halt.ts');
  const { pid, url } = found.record;
  return { halting: halt(found.record, folders, drainMs), pid, url };
}

function outcome(how: Halted['how'], cut: number | undefined, timeout: number): string {
  if (how === 'killed') return 'did not answer and was killed';
  if (cut === undefined || cut === 0) return 'stopped';
  return `stopped; ${cut} live ${cut === 1 ? 'stream was' : 'streams were'} cut after ${timeout} s`;
}
