/** `occ env` prints the commands that make a shell use the running proxy: `eval "$(occ env)"`. */
import { Option, type Command } from 'commander';
import { clients, defaultClient } from '../../clients/clients.ts';
import type { Shell } from '../../clients/shell.ts';
import { exitCodes } from '../../errors.ts';
import {
  outputFor,
  type CommandContext,
  type GlobalOptions,
  type System,
} from '../../terminal/command-context.ts';
import { withHelp, type HelpPage } from '../../terminal/help-page.ts';

interface EnvOptions extends GlobalOptions {
  shell: Shell;
  client: string;
}

const page: HelpPage = {
  notes: [
    'A client that also needs arguments has its command as a comment. Files for a client exist only during a launch, so occ launch <client> can do more, such as offering your models by name.',
    "The variables turn Claude Code's background sessions off in this shell, because the service that runs them would keep the variables for other shells. occ launch --attach has background sessions.",
  ],
  examples: [
    ['eval "$(occ env)"', 'bash, zsh, any POSIX shell'],
    ['eval "$(occ env --client gemini)"', 'the variables of another client'],
    ['occ env --shell fish | source', 'fish'],
    ['occ env --shell powershell | Invoke-Expression', 'PowerShell'],
  ],
  exitCodes: { '0': 'success', '3': 'no proxy is running' },
};

export function defineEnv(program: Command, { system, globals, end }: CommandContext): void {
  const command = program
    .command('env')
    .summary('print the variables for clients of the running proxy')
    .description('Prints the commands that make a shell use the running proxy.')
    .addOption(
      new Option('--shell <name>', 'shell syntax')
        .choices(['bash', 'zsh', 'fish', 'powershell'])
        .default('bash'),
    )
    .addOption(
      new Option('--client <name>', 'variables of this client')
        .choices(clients.map(({ name }) => name))
        .default(defaultClient.name),
    )
    .option('--json', 'print the result as JSON, without the token')
    .action(async (options: EnvOptions) => {
      const output = await outputFor(system, globals(options));
      if (options.client !== defaultClient.name) {
        const { printOtherClient } = await import('./other-client.ts');
        return end(await printOtherClient(options.client, options.shell, system, output));
      }
      const { shellLines } = await import('../../clients/shell.ts');
      const { url, pid, variables } = await variablesOf(system);
      if (output.json) {
        const { ANTHROPIC_AUTH_TOKEN: _token, ...env } = variables;
        output.printJson({ url, pid, env, unset: ['ANTHROPIC_API_KEY'] });
      } else for (const line of shellLines(variables, options.shell)) output.print(line);
      end(exitCodes.ok);
    });
  withHelp(command, page);
}

/** The running proxy, and what its clients need. */
async function variablesOf(
  system: System,
): Promise<{ url: string; pid: number; variables: Record<string, string> }> {
  const { requireRunning, clientVariables } = await import('../../daemon/running.ts');
  const found = await requireRunning(system);
  if (found.state === 'running') {
    const { url, pid } = found.record;
    return { url, pid, variables: await clientVariables(found.record) };
  }
  const { reach } = await import('../start/unrecorded.ts');
  const { url, pid } = found.proxy;
  return { url, pid, variables: (await reach(found.proxy, system)).variables };
}
