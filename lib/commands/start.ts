/** `occ start --foreground`: the proxy without a client, until it is told to end. */
import { InvalidArgumentError, type Command } from 'commander';
import { exitCodes, OccError } from '../errors.ts';
import { outputOf, type GlobalOptions, type World } from './world.ts';

export interface StartOptions {
  foreground?: boolean;
  port?: number;
  host?: string;
  config?: string;
  emulator?: boolean;
}

const startHelp = `
Examples:
  occ start --foreground              on the configured host and port
  occ start -f -p 0 --emulator        any free port, no key, no network
`;

export function defineStart(
  program: Command,
  world: World,
  globals: (own: GlobalOptions) => GlobalOptions,
  end: (code: number) => void,
): void {
  program
    .command('start')
    .summary('run the proxy by itself, for any client')
    .description('Runs the proxy until Ctrl-C, and prints what a client needs to know.')
    .option('-f, --foreground', 'stay in this terminal; the only way yet')
    .option('-p, --port <n>', 'port to listen on; 0 takes any free one', toPort)
    .option('-H, --host <host>', 'address to listen on')
    .option('-c, --config <file>', 'another configuration file')
    .option('--emulator', 'answer from the built-in emulator: no key, no network')
    .option('--json', 'answer in JSON')
    .addHelpText('after', startHelp)
    .action(async (options: StartOptions & GlobalOptions) => {
      if (options.foreground !== true) throw needsForeground();
      const output = await outputOf(world, globals(options));
      const { start } = await import('./start-session.ts');
      end(await start(options, world, output));
    });
}

function toPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('expected a number from 0 to 65535.');
}

function needsForeground(): OccError {
  return new OccError('usage', 'occ start runs in the foreground only', {
    exitCode: exitCodes.usage,
    remedy: 'occ start --foreground',
  });
}
