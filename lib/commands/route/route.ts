/** `occ route`: which model would answer a request, and why, without sending anything. */
import { InvalidArgumentError, type Command } from 'commander';
import { outputFor, type CommandContext } from '../../terminal/command-context.ts';
import type { RouteOptions } from './run.ts';

const help = `
A request is a file with the body of a Messages request, or a recorded exchange
with its headers; - reads stdin. Without one it is a short plain question.
Nothing is sent, and no key is needed. What a running proxy has learned since it
started (breakers, spent allowances) is its own: occ status tells it.

Examples:
  occ route                              a plain question
  occ route --model opus                 one of Claude Code's opus tier
  occ route --model kimi-k3              as occ launch -m kimi-k3 asks
  occ route --request body.json --json   that very request
`;

export function defineRoute(program: Command, { system, globals, end }: CommandContext): void {
  program
    .command('route')
    .summary('which model would answer, and why')
    .description('Tells which model would answer a request, and why. It sends nothing.')
    .option('-r, --request <file>', 'a request to judge; - is stdin', notEmpty)
    .option('-m, --model <ref>', 'what the client asks for', notEmpty)
    .option('-c, --config <file>', 'use another configuration file', notEmpty)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', help)
    .action(async (options: RouteOptions) => {
      const { runRoute } = await import('./run.ts');
      end(await runRoute(options, system, await outputFor(system, globals(options))));
    });
}

function notEmpty(word: string): string {
  if (word.trim() === '') throw new InvalidArgumentError('expected a name.');
  return word;
}
