/** `occ start`: runs the proxy without a client, in the background unless --foreground is given. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { portOf, type StartOptions } from './options.ts';
import { startWith } from './start-with.ts';
import type { CommandContext, GlobalOptions } from '../../terminal/command-context.ts';
import { withHelp, type HelpPage } from '../../terminal/help-page.ts';

const page: HelpPage = {
  notes: [
    'On a terminal it prints the address and the next commands. Into a pipe it prints the commands that make a shell use the proxy; occ env prints them again.',
  ],
  examples: [
    ['occ start', 'run in the background, on the configured port'],
    ['eval "$(occ start)"', 'start it, and use it in this shell'],
    ['occ start -f -p 0 --emulator', 'run in this terminal, without a key or network'],
  ],
  exitCodes: {
    '0': 'the proxy answers',
    '1': 'it could not start, or one is running already',
    '78': 'the configuration is invalid, or the key of the default model is missing',
  },
};

export function defineStart(program: Command, { system, globals, end }: CommandContext): void {
  const command = program
    .command('start')
    .summary('run only the proxy, for any client')
    .description('Runs the proxy in the background, and returns when it answers.')
    .option('-f, --foreground', 'run in this terminal until Ctrl-C')
    .option('-p, --port <n>', 'port to listen on; 0 for any free port', toPort)
    .option('-H, --host <host>', 'address to listen on')
    .option('-c, --config <file>', 'use another configuration file')
    .option('--emulator', 'use the built-in emulator: no key, no network')
    .option('--json', 'print the result as JSON')
    .addOption(new Option('--background', 'run as the background process').hideHelp())
    .action(async (options: StartOptions & GlobalOptions) => {
      end(await startWith(options, system, globals(options)));
    });
  withHelp(command, page);
}

function toPort(text: string): number {
  const port = portOf(text);
  if (port !== undefined) return port;
  throw new InvalidArgumentError('expected a number from 0 to 65535.');
}
