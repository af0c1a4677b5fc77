/** `occ doctor verify`: asks whether a provider is honest. */
import type { Command } from 'commander';
import { amountOption } from './budget.ts';
import { outputFor, type CommandContext } from '../../../terminal/command-context.ts';
import { withHelp, type HelpPage } from '../../../terminal/help-page.ts';
import type { VerifyOptions } from './run.ts';

const page: HelpPage = {
  notes: [
    'Asks each model some 18 questions through the real proxy and compares what the provider sends and reports with what was asked: tool calls with hard schemas, stop sequences, limits, the whole of a long text, token counts, the prompt cache, streaming, thinking, pictures and errors. Before it begins, it prints the number of requests and the likely cost.',
    'A lie is an answer that contradicts the request or other answers. What a weak model could miss as well is only a doubt. The score is the share of what is honest in what could be judged, from 0 to 100; a doubt counts half. The emulator answers the same questions, for comparison.',
    'Scores are kept, without any text, so that the next run can show what has changed.',
  ],
  examples: [
    ['occ doctor verify', 'the default model'],
    ['occ doctor verify --model opencode-go/glm-5.3 --yes', 'this model, without a question'],
    ['occ doctor verify --budget 10', 'at most ten requests'],
  ],
  exitCodes: {
    '0': 'no lie was found',
    '1': 'a lie was found',
    '2': 'wrong usage, or nothing could be judged',
    '130': 'interrupted',
  },
};

export function defineVerify(doctor: Command, { system, globals, end }: CommandContext): void {
  const command = doctor
    .command('verify')
    .summary('is a provider honest?')
    .description(
      'Asks real models questions and finds out whether their provider is honest. This costs money.',
    )
    .option('--model <ref>', 'a model to verify; can be repeated (default: the default model)', collect)
    .option('--budget <requests>', 'the most requests to send, for all models together', amountOption)
    .option('--yes', 'begin without a question')
    .option('-c, --config <file>', 'use another configuration file')
    .option('--json', 'print the result as JSON')
    .action(async (options: VerifyOptions) => {
      const { runVerify } = await import('./run.ts');
      // Options of doctor itself may precede the verb.
      const given = doctor.options.filter(
        (option) => doctor.getOptionValueSource(option.attributeName()) === 'cli',
      );
      const json = options.json === true || given.some(({ long }) => long === '--json');
      const all = { ...options, json };
      const misplaced = given.find(({ long }) => !shared.has(long ?? ''))?.long;
      end(await runVerify(all, misplaced ?? undefined, system, await outputFor(system, globals(all))));
    });
  withHelp(command, page);
}

/** Options of doctor that are meant for any of its commands. */
const shared: ReadonlySet<string> = new Set(['--json', '--quiet', '--verbose', '--no-color']);

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
