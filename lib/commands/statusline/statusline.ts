/** `occ statusline` prints the status line of a session, for Claude Code settings that the user writes. */
import type { Command } from 'commander';
import type { CommandContext, GlobalOptions } from '../../terminal/command-context.ts';
import { withHelp, type HelpPage } from '../../terminal/help-page.ts';

const page: HelpPage = {
  notes: [
    'The line says which model answered last, its provider, the time to its first token, what the session has cost or how much of the plan is used, and from which model occ fell back. While a model has sent nothing for 20 seconds or more, the line says how long it has been waiting. In a narrow terminal, the model and the fallback stay.',
    'occ launch sets the status line of Claude Code, unless your settings have one. To set it yourself, for example to run claude with occ start, add this to ~/.claude/settings.json:',
    '"statusLine": {"type": "command", "command": "occ statusline"}',
    'The session is the one in the JSON that Claude Code writes to stdin; without it, the one that was answered last.',
  ],
  examples: [
    ['occ statusline', 'the latest answer of any session'],
    ['occ statusline --json', 'the same as JSON'],
  ],
};

export function defineStatusline(program: Command, { system, globals, end }: CommandContext): void {
  const command = program
    .command('statusline')
    .summary('print which model answered, for a status line')
    .description('Prints one line about the latest answer of a session.')
    .option('--json', 'print the result as JSON')
    .action(async (options: GlobalOptions) => {
      const { printStatusLine } = await import('./run.ts');
      end(await printStatusLine(system, globals(options)));
    });
  withHelp(command, page);
}
