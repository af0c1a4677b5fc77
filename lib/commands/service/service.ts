/** Declares the `occ service` commands. Each is implemented in the file of its name. */
import { InvalidArgumentError, type Command } from 'commander';
import { portOf } from '../start/options.ts';
import type { ServiceCall, ServiceOptions } from './call.ts';
import { outputFor, type CommandContext } from '../../terminal/command-context.ts';
import { withHelp, type HelpPage } from '../../terminal/help-page.ts';

type Act = (call: ServiceCall) => Promise<number>;

interface Verb {
  name: string;
  summary: string;
  define?: (verb: Command) => void;
  page: HelpPage;
  load: () => Promise<Act>;
}

const verbs: readonly Verb[] = [
  {
    name: 'install',
    summary: 'write the service, start it, and start it with every session',
    define: (verb) =>
      verb
        .option('-p, --port <n>', 'port to listen on, from 1', toPort)
        .option('-c, --config <file>', 'use another configuration file')
        .option('--no-start', 'start it with the next session only')
        .option('--dry-run', 'print the file and the commands, and change nothing'),
    page: {
      notes: [
        'Run it again after a change of the options, or after Node or occ have moved: it replaces what it wrote. A file that it did not write is left alone.',
        'The file holds no key and no token. Store the key with occ config set api_key --stdin, or set api_key_command. On Linux the service also reads the variables in service.env beside the configuration, if you write that file; its mode should be 0600.',
        'On Linux the service ends when you log out, unless you run loginctl enable-linger once.',
      ],
      examples: [
        ['occ service install', 'run the proxy now and from every login on'],
        ['occ service install --dry-run', 'see what that would do'],
      ],
      exitCodes: {
        '0': 'the proxy answers, or the file is written',
        '1': 'it could not start, another proxy runs, or the file is not of occ',
        '78': 'the configuration is invalid, or the service would not see the key',
      },
    },
    load: async () => (await import('./install.ts')).install,
  },
  {
    name: 'uninstall',
    summary: 'stop the service and remove its file',
    page: { exitCodes: { '0': 'done, also if none is installed', '1': 'the file is not of occ' } },
    load: async () => (await import('./uninstall.ts')).uninstall,
  },
  {
    name: 'status',
    summary: 'show whether it is installed, enabled and running',
    page: { exitCodes: { '0': 'it runs', '3': 'it does not run' } },
    load: async () => (await import('./status.ts')).status,
  },
];

const page: HelpPage = {
  notes: [
    'On Linux the service is a unit of systemd for your user, on macOS an agent of launchd. It restarts after a failure, and occ stop and occ restart work on it.',
  ],
  examples: [
    ['occ service install', 'run the proxy now and from every login on'],
    ['occ service status', 'see whether it runs'],
  ],
};

export function defineService(program: Command, { system, globals, end }: CommandContext): void {
  const service = program
    .command('service')
    .summary('run the proxy from every login on')
    .description('Runs the proxy as a service of your user.');
  withHelp(service, page);
  for (const { name, summary, define, page: own, load } of verbs) {
    const verb = withHelp(service.command(name).description(summary), own);
    define?.(verb);
    verb.option('--json', 'print the result as JSON').action(async (options: ServiceOptions) => {
      const act = await load();
      end(await act({ options, system, output: await outputFor(system, globals(options)) }));
    });
  }
}

function toPort(text: string): number {
  const port = portOf(text);
  // Any free port would be another one after each start.
  if (port !== undefined && port > 0) return port;
  throw new InvalidArgumentError('expected a number from 1 to 65535.');
}
