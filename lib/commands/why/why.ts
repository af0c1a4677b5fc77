/** `occ why`: explains a request that failed, or any request by its id. */
import type { Command } from 'commander';
import { outputFor, type CommandContext, type GlobalOptions } from '../../terminal/command-context.ts';
import { withHelp, type HelpPage } from '../../terminal/help-page.ts';

const page: HelpPage = {
  notes: [
    'Asks the proxies of occ launch and occ start that run, and reads the log. A running proxy remembers its last 200 requests, with the words of the providers; the log has only what occ itself says.',
    'Inside Claude Code, ! occ why explains the last failure of that session.',
  ],
  examples: [
    ['occ why', 'explain the last failure'],
    ['occ why req_3f2a9c', 'explain this request; the start of its id is enough'],
  ],
};

export function defineWhy(program: Command, { system, globals, end }: CommandContext): void {
  const command = program
    .command('why')
    .summary('explain the last failure, or one request')
    .description('Explains who refused a request, what occ did about it, and what to do next.')
    .argument('[id]', 'the id of a request; the last failure unless given')
    .option('--json', 'print the result as JSON')
    .action(async (id: string | undefined, options: GlobalOptions) => {
      const { runWhy } = await import('./run.ts');
      end(await runWhy(id, system, await outputFor(system, globals(options))));
    });
  withHelp(command, page);
}
