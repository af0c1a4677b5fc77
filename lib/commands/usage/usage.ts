/** `occ usage`: shows the used part of the quotas, and the totals of the running proxy since its start. */
import { Option, type Command } from 'commander';
import { groupings } from '../../ledger/groups.ts';
import { outputFor, type CommandContext } from '../../terminal/command-context.ts';
import { withHelp, type HelpPage } from '../../terminal/help-page.ts';
import type { UsageOptions } from './run.ts';

const page: HelpPage = {
  notes: [
    'Without options: how much of the plan is used, which OpenCode Go reports for five hours, a week and a month, the totals of the proxy that occ start runs, and what all proxies and launches have used today, in the last seven days and this month.',
    'With --by, a range or --csv, a table of the ledger, without asking the network. occ keeps one line a request, without its text, for ledger.days days. Days are those of the local time zone; a request belongs to the day on which it ended.',
    'The cost is what the provider says it has billed. Where it says nothing, ~ marks the list price, from the price of the model in the configuration or from the catalogue. + and ? mark models of which no price is known. The column "plan" is what a plan has paid, at list price.',
  ],
  examples: [
    ['occ usage --by model', 'which models used what in the last 30 days'],
    ['occ usage --by day --month 2026-11', 'each day of a month'],
    ['occ usage --by project --days 7 --csv', 'a table for a spreadsheet'],
  ],
  exitCodes: { '0': 'success', '1': 'no provider answered' },
};

export function defineUsage(program: Command, { system, globals, end }: CommandContext): void {
  const command = program
    .command('usage')
    .summary('show used quotas, tokens and cost')
    .description('Shows the used part of the quotas, and what requests have used and cost.')
    .option('-c, --config <file>', 'use another configuration file')
    .addOption(new Option('--by <what>', 'group what was used').choices(groupings))
    .option('--since <day>', 'from this day on, such as 2026-11-01')
    .option('--until <day>', 'up to this day')
    .option('--days <n>', 'the last days, today included')
    .option('--month [month]', 'this month, or another one such as 2026-11')
    .addOption(new Option('--csv', 'print comma-separated values').conflicts('json'))
    .option('--json', 'print the result as JSON')
    .action(async (options: UsageOptions) => {
      const { runUsage } = await import('./run.ts');
      end(await runUsage(options, system, await outputFor(system, globals(options))));
    });
  withHelp(command, page);
}
