/** `occ doctor`: finds problems, names who is at fault and suggests remedies. It changes nothing. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { outputFor, type CommandContext } from '../../terminal/command-context.ts';
import { withHelp, type HelpPage } from '../../terminal/help-page.ts';
import type { DoctorOptions } from './run.ts';
import { defineVerify } from './verify/verify.ts';

const page: HelpPage = {
  notes: [
    'By default, this runs all offline checks, and the short live checks of providers with a key. It first prints how many requests those send.',
    'Findings are printed when they are known. Ctrl-C ends the run and keeps what is known. --json and --junit print the whole report at the end.',
  ],
  examples: [
    ['occ doctor', 'run the default checks'],
    ['occ doctor --offline', 'no request to any provider'],
    ['occ doctor --quick', 'finish within ten seconds'],
    ['occ doctor keys config', 'only these two checks'],
    ['occ doctor --live --model glm-5.3', 'the live checks of one model'],
    ['occ doctor two-minute --live --long', 'a live stream of two minutes'],
    ['occ doctor --claude', 'one turn of the real Claude Code, offline'],
    ['occ doctor --json | jq .findings', 'what it found, for a program'],
    ['occ doctor verify', 'find out whether a provider is honest'],
  ],
  exitCodes: {
    '0': 'no check failed',
    '1': 'a check failed',
    '2': 'wrong usage, or nothing could be checked',
    '130': 'interrupted',
  },
};

export function defineDoctor(program: Command, context: CommandContext): void {
  const { system, globals, end } = context;
  const command = program
    .command('doctor')
    .summary('find problems')
    .description('Finds problems and suggests remedies. It changes nothing.')
    .argument('[check...]', 'the checks to run (default: all)')
    .option('-l, --list', 'list all checks')
    .addOption(new Option('--offline', 'send no request to a provider').conflicts('live'))
    .addOption(new Option('--live', 'run only the live checks').conflicts('offline'))
    .addOption(new Option('--quick', 'finish within ten seconds').conflicts('long'))
    .option('--long', 'include live streams of two minutes')
    .option('--claude', 'run turns of Claude Code on the emulator, with --live on a model')
    .option('--provider <name>', 'live: check only this provider', notEmpty)
    .option('--model <ref>', 'live: check only this model', notEmpty)
    .option('-c, --config <file>', 'use another configuration file')
    .addOption(new Option('--junit', 'print the result as JUnit XML').conflicts('json'))
    .option('--json', 'print the result as JSON')
    .action(async (codes: string[], options: DoctorOptions) => {
      const { examineMachine } = await import('./run.ts');
      end(await examineMachine(codes, options, system, await outputFor(system, globals(options))));
    });
  withHelp(command.helpCommand(false), page);
  defineVerify(command, context);
}

function notEmpty(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('It is empty.');
  return value;
}
