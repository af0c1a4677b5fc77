/** `occ doctor`: looks for what might be wrong, and says who is at fault and what to do. It reads and never repairs. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { outputFor, type CommandContext } from '../../terminal/command-context.ts';
import type { DoctorOptions } from './run.ts';

const help = `
Without a switch: everything on this machine, and the short live checks where
there is a key; it says beforehand how many requests those make.

Examples:
  occ doctor                          look at everything
  occ doctor --offline                no request to any provider
  occ doctor --quick                  done within ten seconds
  occ doctor keys config              these two alone
  occ doctor --live --model glm-5.3   one model, for real
  occ doctor two-minute --live --long a live stream of two minutes
  occ doctor --json | jq '.findings[] | select(.level == "fail")'

Exit codes: 0 nothing failed, 1 something did, 2 wrong usage.
`;

export function defineDoctor(program: Command, { system, globals, end }: CommandContext): void {
  program
    .command('doctor')
    .summary('look for what might be wrong')
    .description('Looks for what might be wrong, and says what to do. It changes nothing.')
    .argument('[check...]', 'the checks to make; all of them unless given')
    .option('-l, --list', 'name every check')
    .addOption(new Option('--offline', 'ask no provider').conflicts('live'))
    .addOption(new Option('--live', 'ask the providers, and nothing else').conflicts('offline'))
    .addOption(new Option('--quick', 'no check over ten seconds').conflicts('long'))
    .option('--long', 'live streams of two minutes, too')
    .option('--provider <name>', 'live: this provider alone', notEmpty)
    .option('--model <ref>', 'live: this model alone', notEmpty)
    .option('-c, --config <file>', 'use another configuration file')
    .addOption(new Option('--junit', 'answer in JUnit XML').conflicts('json'))
    .option('--json', 'print the result as JSON')
    .addHelpText('after', help)
    .action(async (codes: string[], options: DoctorOptions) => {
      const { examineMachine } = await import('./run.ts');
      end(await examineMachine(codes, options, system, await outputFor(system, globals(options))));
    });
}

function notEmpty(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('It is empty.');
  return value;
}
