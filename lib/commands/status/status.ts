/** `occ status`: shows the state of the proxy. Exits with 3 if it is not running, as service managers do. */
import type { Command } from 'commander';
import { exitCodes } from '../../errors.ts';
import type { Output } from '../../terminal/output.ts';
import { widthOf } from '../../terminal/width.ts';
import {
  outputFor,
  type CommandContext,
  type GlobalOptions,
  type System,
} from '../../terminal/command-context.ts';
import { withHelp } from '../../terminal/help-page.ts';

interface StatusOptions extends GlobalOptions {
  watch?: boolean;
}

export function defineStatus(program: Command, { system, globals, end }: CommandContext): void {
  const command = program
    .command('status')
    .summary('show the state of the proxy')
    .description(
      'Shows requests, failures and models of the proxy that occ start runs, and the running launches.',
    )
    .option('-w, --watch', 'update every two seconds until Ctrl-C')
    .option('--json', 'print the result as JSON')
    .action(async (options: StatusOptions) => {
      const output = await outputFor(system, globals(options));
      const { watch } = await import('./watch.ts');
      end(options.watch === true ? await watch(system, output, show) : await show(system, output));
    });
  withHelp(command, { exitCodes: { '0': 'running', '3': 'not running' } });
}

async function show(system: System, output: Output): Promise<number> {
  const { findProxy, queryProxy, reasonNotRunning, runtimeDirOf } = await import('../../daemon/running.ts');
  const { readLaunches, renderLaunches } = await import('./launches.ts');
  const [found, launches] = await Promise.all([findProxy(system), readLaunches(runtimeDirOf(system))]);
  const printLaunches = (): void => {
    if (launches.length === 0) return;
    for (const line of ['', ...renderLaunches(launches, system.home, output.style, widthOf(system.stdout))])
      output.print(line);
  };
  if (found?.state !== 'running') {
    const none = found === undefined && launches.length > 0;
    const reason = none ? 'occ start runs no proxy; a launch has one of its own' : reasonNotRunning(found);
    if (output.json) output.printJson({ running: false, pid: null, url: null, reason, launches });
    else output.print(reason);
    if (!output.json) printLaunches();
    if (found?.state === 'silent') output.info('occ: stop it with occ stop');
    return exitCodes.notRunning;
  }
  const status = await queryProxy(found.record, '/occ/status');
  if (output.json) output.printJson({ running: true, ...status, launches });
  else {
    const { renderStatus } = await import('./page.ts');
    for (const line of renderStatus(status, system.home, output.style, widthOf(system.stdout)))
      output.print(line);
    printLaunches();
  }
  return exitCodes.ok;
}
