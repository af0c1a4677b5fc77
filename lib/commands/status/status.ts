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

interface StatusOptions extends GlobalOptions {
  watch?: boolean;
}

export function defineStatus(program: Command, { system, globals, end }: CommandContext): void {
  program
    .command('status')
    .summary('show the state of the proxy')
    .description('Shows requests, failures and models of the proxy that occ start runs.')
    .option('-w, --watch', 'update every two seconds until Ctrl-C')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExit codes: 0 running, 3 not running.\n')
    .action(async (options: StatusOptions) => {
      const output = await outputFor(system, globals(options));
      const { watch } = await import('./watch.ts');
      end(options.watch === true ? await watch(system, output, show) : await show(system, output));
    });
}

async function show(system: System, output: Output): Promise<number> {
  const { findProxy, queryProxy, reasonNotRunning } = await import('../../daemon/running.ts');
  const found = await findProxy(system);
  if (found?.state !== 'running') {
    if (output.json)
      output.printJson({ running: false, pid: null, url: null, reason: reasonNotRunning(found) });
    else output.print(reasonNotRunning(found));
    if (found?.state === 'silent') output.info('occ: stop it with occ stop');
    return exitCodes.notRunning;
  }
  const status = await queryProxy(found.record, '/occ/status');
  if (output.json) output.printJson({ running: true, ...status });
  else {
    const { renderStatus } = await import('./page.ts');
    for (const line of renderStatus(status, output.style, widthOf(system.stdout))) output.print(line);
  }
  return exitCodes.ok;
}
