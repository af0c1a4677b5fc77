/** `occ status`: shows the state of the proxy. Exits with 3 if it is not running, as service managers do. */
import type { Command } from 'commander';
import type { CommandContext, GlobalOptions } from '../../terminal/command-context.ts';
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
      const { showStatus } = await import('./run.ts');
      end(await showStatus(system, globals(options), options.watch));
    });
  withHelp(command, { exitCodes: { '0': 'running', '3': 'not running' } });
}
