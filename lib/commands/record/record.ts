/** `occ record`: switches captures of the running proxies on or off, without a change of the configuration. */
import type { Command } from 'commander';
import { outputFor, type CommandContext, type GlobalOptions } from '../../terminal/command-context.ts';
import { withHelp, type HelpPage } from '../../terminal/help-page.ts';

const page: HelpPage = {
  notes: [
    'While it is on, every request and answer of the running proxies is written to the folder captures of the state directory, with its text but without keys. Off until a proxy ends, or until you switch it off. logging.captures.enabled does the same for every proxy, and its limits apply.',
  ],
  examples: [
    ['occ record on', 'begin to write captures'],
    ['occ record', 'is it on?'],
    ['occ replay', 'run the latest one again'],
  ],
  exitCodes: { '0': 'success', '3': 'no proxy is running' },
};

export function defineRecord(program: Command, { system, globals, end }: CommandContext): void {
  const command = program
    .command('record')
    .summary('write requests and answers to disk, to replay them')
    .description('Switches captures of the running proxies on or off.')
    .argument('[on|off]', 'what to do; without it the command tells what is so')
    .option('--json', 'print the result as JSON')
    .action(async (word: string | undefined, options: GlobalOptions) => {
      const { runRecord } = await import('./run.ts');
      end(await runRecord(word, system, await outputFor(system, globals(options))));
    });
  withHelp(command, page);
}
