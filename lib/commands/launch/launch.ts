/** `occ launch`: runs a proxy in this process and the client as its child, and exits with the client's exit code. */
import type { Command } from 'commander';
import { clients, defaultClient } from '../../clients/clients.ts';
import { outputFor, type CommandContext } from '../../terminal/command-context.ts';
import { withHelp, type HelpPage } from '../../terminal/help-page.ts';
import { launchWith } from './launch-with.ts';
import { readArguments } from './read-arguments.ts';

const others = clients.filter((client) => client !== defaultClient);
const names = others.map(({ name, package: { title } }) => `${name} (${title})`).join(', ');

const page: HelpPage = {
  notes: [
    `The client is Claude Code unless its name comes first: ${names}. exec runs any other program with the variables of Claude Code. occ launch --list says which clients are installed.`,
    'Options of occ can be given anywhere before --. All other arguments, including a prompt, go to the client in order; arguments after -- go to it unchanged. Before anything starts, occ asks about an argument that looks like a misspelt option of its own; without a terminal it is an error.',
    'The private proxy ends with the client, so background sessions (--bg, /bg, claude agents) are off. To use them, run occ start, then occ launch --attach. They keep using that proxy, and claude attach, logs and stop work as usual.',
    'In its status line, Claude Code shows which model answered; occ help statusline says more.',
  ],
  examples: [
    ['occ launch', 'run Claude Code on the configured models'],
    ['occ launch "fix the failing test"', 'start with a prompt'],
    ['occ launch -m kimi-k3.1-pro -c', "use one model; -c is Claude Code's own"],
    ['occ launch -p "hi" --emulator', 'trial run without a key or network'],
    ['occ launch codex', 'run another client'],
    ['occ launch --attach --bg "fix it"', 'a background session on the proxy of occ start'],
    ['occ launch -- --help', "print the client's help"],
    ['occ launch exec -- node agent.js', 'run another program with these variables'],
  ],
  exitCodes: {
    '78': 'the configuration is invalid, or the key of the default model is missing',
    '125': 'the proxy cannot listen',
    '126': 'the client is not executable',
    '127': 'the client was not found',
    '128+n': 'signal n ended the client',
    other: 'the exit code of the client',
  },
  seeAlso: ['routing', 'environment'],
};

/** Its arguments are parsed by `readArguments`, because commander cannot split them between occ and a client. */
export function defineLaunch(program: Command, { system, globals, end }: CommandContext): void {
  const command = program
    .command('launch')
    .summary('run Claude Code or another client through occ')
    .description('Runs a client with a private proxy that stops when the client ends.')
    .usage('[client|exec] [options] [client args] [-- client args]')
    .argument('[arguments...]')
    .helpOption('-h, --help', "print this help; see occ launch -- --help for the client's")
    .option(
      '-m, --model <ref>',
      'use a scenario, provider/model, model id, or an alias that claude --model knows',
    )
    .option('--config <file>', 'use another configuration file')
    .option('--emulator', 'use the built-in emulator: no key, no network')
    .option('--attach', 'use the proxy that occ start runs')
    .option('--dry-run', 'print the command and environment, start nothing')
    .option('--list', 'list the clients, and which are installed')
    .option('--yes', 'fetch the client with npx without asking')
    .option('--quiet', 'print only warnings and errors')
    .option('--auto-mode', 'let Claude Code approve actions by itself')
    .option('--keep-env', 'keep provider keys in the environment of the client')
    .allowUnknownOption()
    .action(async (words: string[]) => {
      const globalOptions = globals();
      const args = await readArguments(words, system, () => outputFor(system, globalOptions));
      if (args.help) return command.outputHelp();
      end(await launchWith(args, system, globalOptions));
    });
  withHelp(command, page);
  command.parseOptions = (words) => ({ operands: words, unknown: [] });
}
