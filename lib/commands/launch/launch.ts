/** `occ launch`: a private proxy inside this process, the client as its child, and the client's end as ours. */
import type { Command } from 'commander';
import { splitArguments } from '../../clients/arguments.ts';
import { withoutNpx } from '../../clients/npx-environment.ts';
import { outputFor, type CommandContext } from '../../terminal/command-context.ts';

const launchHelp = `
occ's own options stand anywhere before --. Everything else, a prompt included,
goes to the client in order; what follows -- goes to it untouched.

Examples:
  occ launch                         Claude Code on the configured models
  occ launch "fix the failing test"  with a first prompt
  occ launch -m kimi-k3.1-pro -c     one model; Claude's own --continue
  occ launch -p "hi" --emulator      a trial run: no key, no network
  occ launch -- --help               the client's own help
  occ launch exec -- node agent.js   another program, same variables

Exit codes: the client's own, 128+n when signal n ended it; 127 client not
found, 126 not runnable, 125 the proxy could not listen, 78 configuration or
key.
`;

/** Declares the command. Its words are split by `splitArguments`, not by commander, which cannot share them with a client. */
export function defineLaunch(program: Command, { system, globals, end }: CommandContext): void {
  const command = program
    .command('launch')
    .summary('run Claude Code, or another program, through occ')
    .description('Runs a client with a private proxy that ends with it.')
    .usage('[claude|exec] [options] [client words] [-- client words]')
    .argument('[words...]')
    .helpOption('-h, --help', "this help; occ launch -- --help is the client's")
    .option('-m, --model <ref>', 'a scenario, provider/model, or a model id')
    .option('--config <file>', 'another configuration file')
    .option('--emulator', 'answer from the built-in emulator: no key, no network')
    .option('--attach', 'use the proxy that occ start runs')
    .option('--dry-run', 'print command and environment, start nothing')
    .option('--yes', 'fetch Claude Code with npx without asking')
    .option('--quiet', 'only warnings and errors')
    .option('--auto-mode', 'let Claude Code judge actions by itself')
    .option('--keep-env', 'let the client see provider keys of the environment')
    .addHelpText('after', launchHelp)
    .allowUnknownOption()
    .action(async (words: string[]) => {
      const asked = splitArguments(words);
      if (asked.help) return command.outputHelp();
      const given = globals();
      const output = await outputFor(system, {
        ...given,
        color: given.color !== false && !asked.noColor,
        json: given.json === true || asked.json,
        quiet: given.quiet === true || asked.quiet,
      });
      const { launch } = await import('./run.ts');
      end(await launch(asked, { ...system, env: withoutNpx(system.env) }, output));
    });
  command.parseOptions = (words) => ({ operands: words, unknown: [] });
}
