/** `occ restart`: stop, then start with the same options; nothing is stopped that could not be started again. */
import type { Command } from 'commander';
import type { Output } from '../terminal/output.ts';
import { defaultTimeoutS, toSeconds, type StopOptions } from './stop.ts';
import { outputFor, type CommandContext, type System } from '../terminal/command-context.ts';

export function defineRestart(program: Command, { system, globals, end }: CommandContext): void {
  program
    .command('restart')
    .summary('stop it, then start it with the same options')
    .description('Stops the proxy and starts it with the options it was started with.')
    .option('--timeout <s>', 'seconds that live streams have to finish', toSeconds, defaultTimeoutS)
    .option('--json', 'answer in JSON')
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
  // Whatever would keep it from starting is said while it still runs.
  await readySettings(options, system, withoutWarnings(output));
  const halting = halt(record, runtimeDirOf(system), timeout * 1000);
  const { cut } = await withProgress(output, `waiting up to ${timeout} s for live streams`, halting);
  if (cut !== undefined && cut > 0)
    output.warn(`occ: ${cut} live ${cut === 1 ? 'stream was' : 'streams were'} cut`);
  // Shells that use it keep the address they know, where any free one was taken.
  return startAndWait(options.port === 0 ? { ...options, port: record.port } : options, system, output);
}

/** The start that follows says the warnings again. */
function withoutWarnings(output: Output): Output {
  return { ...output, warn: () => {} };
}
