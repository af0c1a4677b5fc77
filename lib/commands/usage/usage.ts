/** `occ usage`: shows the used part of the quotas, and the totals of the running proxy since its start. */
import type { Command } from 'commander';
import { outputFor, type CommandContext } from '../../terminal/command-context.ts';
import { withHelp, type HelpPage } from '../../terminal/help-page.ts';
import type { UsageOptions } from './run.ts';

const page: HelpPage = {
  notes: [
    'OpenCode Go reports how much of its quotas for five hours, a week and a month is used; other providers report nothing. Requests and tokens are those of the proxy that occ start runs.',
  ],
  exitCodes: { '0': 'success', '1': 'no provider answered' },
};

export function defineUsage(program: Command, { system, globals, end }: CommandContext): void {
  const command = program
    .command('usage')
    .summary('show used quotas and the totals of the proxy')
    .description('Shows the used part of the quotas and the totals of the running proxy.')
    .option('-c, --config <file>', 'use another configuration file')
    .option('--json', 'print the result as JSON')
    .action(async (options: UsageOptions) => {
      const { runUsage } = await import('./run.ts');
      end(await runUsage(options, system, await outputFor(system, globals(options))));
    });
  withHelp(command, page);
}
