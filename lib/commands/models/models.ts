/** `occ models`: lists the available models and what is known about them. */
import { InvalidArgumentError, type Command } from 'commander';
import { outputFor, type CommandContext } from '../../terminal/command-context.ts';
import type { ModelsOptions } from './run.ts';

const help = `
Configured models come first, with their names in the configuration. --refresh
requests the model list of every provider that has a key or needs none, and
stores it. No other command waits for these requests.

Examples:
  occ models              list configured and known models
  occ models --refresh    update the lists of the providers first
  occ models --json | jq -r '.models[] | select(.images) | .model'

Exit codes: 0 success; with --refresh also 69 a provider could not be reached,
77 a provider rejected the key.
`;

export function defineModels(program: Command, { system, globals, end }: CommandContext): void {
  program
    .command('models')
    .summary('list the available models')
    .description('Lists configured and known models.')
    .option('--refresh', 'request the lists of the providers first')
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
