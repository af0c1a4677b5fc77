/** `occ models`: lists the available models and what is known about them. */
import { InvalidArgumentError, type Command } from 'commander';
import { outputFor, type CommandContext } from '../../terminal/command-context.ts';
import { withHelp, type HelpPage } from '../../terminal/help-page.ts';
import type { ModelsOptions } from './run.ts';

const page: HelpPage = {
  notes: [
    'Configured models come first, with the scenarios that use them: "for think", or "after default" as a fallback. A terminal shows as many of the others as fit its height, and counts the rest. Words and --all show all, with retired models and those of providers that have no key; so does a pipe. --refresh requests the model list of every provider that has a key or needs none, and stores it. No other command waits for these requests. A limit with a ? is assumed: context_window and max_output_tokens of the model set it.',
  ],
  examples: [
    ['occ models', 'list configured and known models'],
    ['occ models glm', 'those with glm in the provider, id, name, family or format'],
    ['occ models zen responses', 'those of OpenCode Zen in the format responses'],
    ['occ models --all', 'every known model'],
    ['occ models --refresh', 'update the lists of the providers first'],
    ['occ models --json | jq .models', 'the list, for a program'],
  ],
  exitCodes: {
    '0': 'success',
    '69': 'with --refresh: a configured provider could not be reached',
    '77': 'with --refresh: a configured provider rejected the key',
  },
};

export function defineModels(program: Command, { system, globals, end }: CommandContext): void {
  const command = program
    .command('models')
    .summary('list the available models')
    .description('Lists configured and known models.')
    .argument('[words...]', 'show only models with all of these words')
    .option('--all', 'show every known model, also where a terminal has no room for all')
    .option('--refresh', 'request the lists of the providers first')
    .option('-c, --config <file>', 'use another configuration file', notEmpty)
    .option('--json', 'print the result as JSON')
    .action(async (words: string[], options: ModelsOptions) => {
      const { runModels } = await import('./run.ts');
      end(await runModels(words, options, system, await outputFor(system, globals(options))));
    });
  withHelp(command, page);
}

function notEmpty(word: string): string {
  if (word.trim() === '') throw new InvalidArgumentError('expected a name.');
  return word;
}
