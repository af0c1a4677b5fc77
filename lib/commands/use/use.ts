/** `occ use`: sets the model or a fallback of a scenario in the configuration. */
import { InvalidArgumentError, type Command } from 'commander';
import { outputFor, type CommandContext } from '../../terminal/command-context.ts';
import { withHelp, type HelpPage } from '../../terminal/help-page.ts';
import type { UseOptions } from './run.ts';

const page: HelpPage = {
  notes: [
    'The model is an id, or provider/id. It is looked up in the catalogue, in your configuration, and in the lists that occ models --refresh has stored. Comments in the file are kept. A running proxy uses the model from the next request on.',
    'The tiers of Claude Code share scenarios: opus and fable are complex, sonnet is default, haiku is background. Without --tier the default model is set, which also serves every scenario that has none of its own.',
    'With --fallback the model is tried after the others if they fail. occ config unset "fallbacks.default[0]" removes the first fallback.',
  ],
  examples: [
    ['occ use glm-5.3', 'the default model'],
    ['occ use kimi-k3.1-pro --tier opus', 'the model for the largest tier'],
    ['occ use glm-5.3 --fallback', 'try it if the default model fails'],
    ['occ use ollama/qwen3-coder:30b --tier background', 'a local model for titles and summaries'],
  ],
  exitCodes: {
    '0': 'done, even if nothing had to change',
    '1': 'not written',
    '2': 'no such model or tier',
    '78': 'the configuration is invalid',
  },
  seeAlso: ['models', 'route', 'routing'],
};

export function defineUse(program: Command, { system, globals, end }: CommandContext): void {
  const command = program
    .command('use')
    .summary('choose the model of a scenario or tier')
    .description('Sets the model or a fallback of a scenario or tier in the configuration.')
    .argument('<model>', 'an id, or provider/id', notEmpty)
    .option('-t, --tier <name>', 'opus, sonnet, haiku, fable, or a scenario', notEmpty)
    .option('--fallback', 'append the model to the fallbacks instead')
    .option('-c, --config <file>', 'use another configuration file', notEmpty)
    .option('--json', 'print the result as JSON')
    .action(async (model: string, options: UseOptions) => {
      const { runUse } = await import('./run.ts');
      end(await runUse(model, options, system, await outputFor(system, globals(options))));
    });
  withHelp(command, page);
}

function notEmpty(word: string): string {
  if (word.trim() === '') throw new InvalidArgumentError('expected a name.');
  return word.trim();
}
