/** `occ completion`: prints the completions of a shell, which are made from the tree of commands. */
import { Argument, Option, type Command } from 'commander';
import { outputFor, type CommandContext } from '../../terminal/command-context.ts';
import { withHelp, type HelpPage } from '../../terminal/help-page.ts';
import type { CompletionOptions } from './run.ts';
import { dynamicKinds, shells, type Shell } from './shells.ts';

const page: HelpPage = {
  notes: [
    'Without an argument it prints the completions of the shell in $SHELL. The examples install them; repeat the command after an update of occ, and start a new shell. Names of models and providers are read from your configuration while you type.',
  ],
  examples: [
    [
      'occ completion bash > ~/.local/share/bash-completion/completions/occ',
      'bash with the package bash-completion; create the directory if it is missing',
    ],
    ['eval "$(occ completion bash)"', 'bash without it: add this line to ~/.bashrc'],
    ['occ completion zsh > "${fpath[1]}/_occ"', 'zsh, if you can write to that directory'],
    ['eval "$(occ completion zsh)"', 'zsh otherwise: add this line to ~/.zshrc'],
    ['occ completion fish > ~/.config/fish/completions/occ.fish', 'fish'],
  ],
  exitCodes: { '0': 'success', '2': 'the shell is unknown' },
};

export function defineCompletion(program: Command, { system, globals, end }: CommandContext): void {
  const command = program
    .command('completion')
    .summary('print completions for bash, zsh or fish')
    .description('Prints completions for bash, zsh or fish.')
    .addArgument(new Argument('[shell]', 'the shell').choices(shells))
    .option('--json', 'print the result as JSON')
    .addOption(new Option('--list <kind>', 'print values').choices(dynamicKinds).hideHelp())
    .action(async (shell: Shell | undefined, options: CompletionOptions) => {
      const { runCompletion } = await import('./run.ts');
      end(await runCompletion(shell, options, program, system, await outputFor(system, globals(options))));
    });
  withHelp(command, page);
}
