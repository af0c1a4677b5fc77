/** `occ replay`: has a recorded request answered again, and shows the first difference. */
import type { Command } from 'commander';
import { outputFor, type CommandContext } from '../../terminal/command-context.ts';
import { withHelp, type HelpPage } from '../../terminal/help-page.ts';
import type { ReplayOptions } from './result.ts';

const page: HelpPage = {
  notes: [
    'A running proxy remembers its latest requests with all that was sent. After it has ended, a request is known if it was captured: set logging.captures.enabled, or occ record on. Captures hold the text of the conversation, but no keys.',
    'Without --against nothing is sent: the recorded answers go through this version of occ, at the recorded times. No time passes unless --pace is given.',
  ],
  examples: [
    ['occ replay req_3f2a9c', 'what would the client receive today?'],
    ['occ replay failure.json --pace', 'watch it in real time'],
    ['occ replay req_3f2a9c --against opencode-go/kimi-k3.1-pro', 'ask this model instead'],
  ],
  exitCodes: {
    '0': 'the client would receive the same, or the model has answered',
    '1': 'there is a difference, or the model has failed',
    '69': '--against: the provider cannot be reached',
    '77': '--against: the provider refuses the key',
  },
};

export function defineReplay(program: Command, { system, globals, end }: CommandContext): void {
  const command = program
    .command('replay')
    .summary('have a recorded request answered again')
    .description('Has a recorded request answered again, and shows the first difference.')
    .argument('[capture]', 'the id of a request, a file, or - for stdin; the last request unless given')
    .option('--against <provider/model>', 'ask this model, which costs what a request costs')
    .option('--pace', 'take as long as the recorded request took')
    .option('-c, --config <file>', 'the configuration file, for --against')
    .option('--json', 'print the result as JSON')
    .action(async (capture: string | undefined, options: ReplayOptions) => {
      const { runReplay } = await import('./run.ts');
      end(await runReplay(capture, options, system, await outputFor(system, globals(options))));
    });
  withHelp(command, page);
}
