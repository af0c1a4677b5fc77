/** `occ route`: shows which model would serve a request, and why, without sending it. */
import { InvalidArgumentError, type Command } from 'commander';
import { outputFor, type CommandContext } from '../../terminal/command-context.ts';
import { withHelp, type HelpPage } from '../../terminal/help-page.ts';
import type { RouteOptions } from './run.ts';

const page: HelpPage = {
  notes: [
    'The request file contains the body of a Messages request, or a recorded exchange with its headers; - reads stdin. The default is a short plain question. Nothing is sent, and no key is needed. The result does not include what a running proxy has learned (breakers, used-up quotas); see occ status for that.',
  ],
  examples: [
    ['occ route', 'a plain question'],
    ['occ route --model opus', 'a request of the opus tier'],
    ['occ route --model kimi-k3', 'a request as with occ launch -m kimi-k3'],
    ['occ route --request body.json --json', 'the request in a file'],
  ],
  seeAlso: ['routing'],
};

export function defineRoute(program: Command, { system, globals, end }: CommandContext): void {
  const command = program
    .command('route')
    .summary('show which model would serve a request, and why')
    .description('Shows which model would serve a request, and why, without sending it.')
    .option('-r, --request <file>', 'the request; - reads stdin', notEmpty)
    .option('-m, --model <ref>', 'the model that the client requests', notEmpty)
    .option('-c, --config <file>', 'use another configuration file', notEmpty)
    .option('--json', 'print the result as JSON')
    .action(async (options: RouteOptions) => {
      const { runRoute } = await import('./run.ts');
      end(await runRoute(options, system, await outputFor(system, globals(options))));
    });
  withHelp(command, page);
}

function notEmpty(word: string): string {
  if (word.trim() === '') throw new InvalidArgumentError('expected a name.');
  return word;
}
