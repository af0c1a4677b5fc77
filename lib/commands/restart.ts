/** `occ restart`: checks that the proxy can start again, stops it, and starts it with the same options. */
import type { Command } from 'commander';
import { pipeError } from '../config/pipe-error.ts';
import type { OccError } from '../errors.ts';
import { namesDescriptor } from '../given-pipe.ts';
import type { Output } from '../terminal/output.ts';
import { defaultTimeoutS, toSeconds, type StopOptions } from './stop.ts';
import { outputFor, type CommandContext, type System } from '../terminal/command-context.ts';

export function defineRestart(program: Command, { system, globals, end }: CommandContext): void {
  program
    .command('restart')
    .summary('stop the proxy and start it with the same options')
    .description('Stops the proxy and starts it with the same options.')
    .option('--timeout <s>', 'seconds for live streams to finish', toSeconds, defaultTimeoutS)
    .option('--json', 'print the result as JSON')
    .action(async (options: StopOptions) => {
      end(await restart(options, system, await outputFor(system, globals(options))));
    });
}

async function restart({ timeout }: StopOptions, system: System, output: Output): Promise<number> {
  const { runtimeDirOf, findProxy } = await import('../daemon/running.ts');
  const { halt } = await import('../daemon/halt.ts');
  const { startAndWait } = await import('./start/background.ts');
  const { readySettings } = await import('./start/run.ts');
  const { withProgress } = await import('../terminal/progress.ts');
  const found = await findProxy(system);
  if (found === undefined) {
    output.info('occ: no proxy was running');
    return startAndWait({}, system, output);
  }
  const { record } = found;
  const { options } = record;
  if (options.config !== undefined && namesDescriptor(options.config)) throw readOnce(record.url);
  // Report what would prevent a start while the old proxy still runs.
  await readySettings(options, system, withoutWarnings(output));
  const halting = halt(record, runtimeDirOf(system), timeout * 1000);
  const { cut } = await withProgress(output, `waiting up to ${timeout} s for live streams`, halting);
  if (cut !== undefined && cut > 0)
    output.warn(`occ: ${cut} live ${cut === 1 ? 'stream was' : 'streams were'} cut`);
  // With --port 0, keep the port that was chosen: shells already use it.
  return startAndWait(options.port === 0 ? { ...options, port: record.port } : options, system, output);
}

/** Its pipe has ended; the same name means something else here. */
function readOnce(url: string): OccError {
  return pipeError(
    `the proxy on ${url} got its configuration from a pipe, which cannot be read again`,
    'end it with occ stop, and start it again as it was started, or from a file',
  );
}

/** The start that follows prints the same warnings. */
function withoutWarnings(output: Output): Output {
  return { ...output, warn: () => {} };
}
