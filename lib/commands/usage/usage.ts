/** `occ usage`: what is used of the plans, and what the running proxy has used since it started. */
import type { Command } from 'commander';
import { outputFor, type CommandContext } from '../../terminal/command-context.ts';
import type { UsageOptions } from './run.ts';

const help = `
OpenCode Go tells how much of its five hours, week and month is used; other
providers do not. The figures of requests and tokens are those of the proxy
that occ start runs.

Exit codes: 0 done, 1 no provider that was asked has told.
`;

export function defineUsage(program: Command, { system, globals, end }: CommandContext): void {
  program
    .command('usage')
    .summary('what is used of the plan, and by the proxy')
    .description('Shows what is used of the plan, and by the running proxy.')
    .option('-c, --config <file>', 'use another configuration file')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', help)
    .action(async (options: UsageOptions) => {
      const { runUsage } = await import('./run.ts');
      end(await runUsage(options, system, await outputFor(system, globals(options))));
    });
}
