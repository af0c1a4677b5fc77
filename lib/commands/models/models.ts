/** `occ models`: every model there is to choose from, and what is known of it. */
import { InvalidArgumentError, type Command } from 'commander';
import { outputFor, type CommandContext } from '../../terminal/command-context.ts';
import type { ModelsOptions } from './run.ts';

const help = `
Configured models come first, with their names in the configuration. --refresh
asks every provider that has a key, or needs none, for its own list and keeps
the answer; nothing else ever waits for it.

Examples:
  occ models              configured and known models
  occ models --refresh    what the providers have today
  occ models --json | jq -r '.models[] | select(.images) | .model'

Exit codes: 0 done; with --refresh also 69 a provider could not be reached,
77 one refused the key.
`;

export function defineModels(program: Command, { system, globals, end }: CommandContext): void {
  program
    .command('models')
    .summary('which models there are to choose from')
    .description('Lists the configured and the known models.')
    .option('--refresh', 'ask the providers for their lists first')
    .option('-c, --config <file>', 'use another configuration file', notEmpty)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', help)
    .action(async (options: ModelsOptions) => {
      const { runModels } = await import('./run.ts');
      end(await runModels(options, system, await outputFor(system, globals(options))));
    });
}

function notEmpty(word: string): string {
  if (word.trim() === '') throw new InvalidArgumentError('expected a name.');
  return word;
}
