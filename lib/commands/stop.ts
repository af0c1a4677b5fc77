/** `occ stop`: lets live streams of the proxy finish, ends it, and reports how many were cut. */
import { InvalidArgumentError, type Command } from 'commander';
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

export function toSeconds(text: string): number {
  const seconds = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && seconds <= 86_400) return seconds;
  throw new InvalidArgumentError('expected seconds, from 0 to 86400.');
}

/** Exits with 0 also if no proxy runs. */
export async function stop({ timeout }: StopOptions, system: System, output: Output): Promise<number> {
  const { runtimeDirOf } = await import('../daemon/running.ts');
  const { readRecord } = await import('../daemon/record.ts');
  const { halt } = await import('../daemon/halt.ts');
  const { withProgress } = await import('../terminal/progress.ts');
  const runtimeDir = runtimeDirOf(system);
  const record = readRecord(runtimeDir);
  if (record === undefined) {
    if (output.json) output.printJson({ stopped: false, how: 'not_running', pid: null, cut: null });
    else output.print('no proxy is running');
    return exitCodes.ok;
  }
  const waiting = `waiting up to ${timeout} s for live streams`;
  const { how, cut } = await withProgress(output, waiting, halt(record, runtimeDir, timeout * 1000));
  const { pid, url } = record;
  if (output.json) output.printJson({ stopped: how !== 'stale', how, pid, cut: cut ?? null });
  else if (how === 'stale')
    output.print(`no proxy is running; the stale record of pid ${pid} has been removed`);
  else output.print(`proxy on ${url} (pid ${pid}) ${outcome(how, cut, timeout)}`);
  return exitCodes.ok;
}

function outcome(how: 'stopped' | 'killed', cut: number | undefined, timeout: number): string {
  if (how === 'killed') return 'did not answer and was killed';
  if (cut === undefined || cut === 0) return 'stopped';
  return `stopped; ${cut} live ${cut === 1 ? 'stream was' : 'streams were'} cut after ${timeout} s`;
}
