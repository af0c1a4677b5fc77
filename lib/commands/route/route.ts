/** `occ route`: shows which model would serve a request, and why, without sending it. */
import { InvalidArgumentError, type Command } from 'commander';
import { outputFor, type CommandContext } from '../../terminal/command-context.ts';
import { withHelp, type HelpPage } from '../../terminal/help-page.ts';
import { readShare } from '../../quota-share.ts';
import type { RouteOptions } from './run.ts';

const page: HelpPage = {
  notes: [
    'The request file contains the body of a Messages request, or a recorded exchange with its headers; - reads stdin. The default is a short plain question. Nothing is sent, and no key is needed. The result includes budgets, and what running proxies have read on the usage pages of plans. It does not include what they have learned (breakers, used-up keys); see occ status for that.',
  ],
  examples: [
    ['occ route', 'a plain question'],
    ['occ route --model opus', 'a request of the opus tier'],
    ['occ route --model kimi-k3', 'a request as with occ launch -m kimi-k3'],
    ['occ route --model haiku --quota 85', 'background work once 85 % of the plan is used'],
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
    .option('--quota <percent>', 'assume that so much of every plan is used', toShare)
    .option('-c, --config <file>', 'use another configuration file', notEmpty)
    .option('--json', 'print the result as JSON')
    .action(async (options: RouteOptions) => {
      const { runRoute } = await import('./run.ts');
      end(await runRoute(options, system, await outputFor(system, globals(options))));
    });
  withHelp(command, page);
}

function toShare(word: string): number {
  const share = readShare(word);
  if (share === undefined) throw new InvalidArgumentError('expected a percentage from 1 to 100.');
  return share;
}

function notEmpty(word: string): string {
  if (word.trim() === '') throw new InvalidArgumentError('expected a name.');
  return word;
}
