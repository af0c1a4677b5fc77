/** Defines the commands and the global options, and turns every error into a message and an exit code. */
import { userInfo } from 'node:os';
import type { Command, CommanderError, Option } from 'commander';
import type { CommandContext, GlobalOptions, System } from './terminal/command-context.ts';
import { exitCodes, OccError } from './errors.ts';
import { ignoreClosedPipe } from './terminal/output.ts';
import { widthOf } from './terminal/width.ts';
import { version } from './version.ts';

const programHelp = `
Examples:
  occ launch                       run Claude Code on the configured models
  occ launch --emulator            trial run without a key or network
  occ launch -m kimi-k3.1-pro -c   use one model; -c is Claude Code's own
  occ start                        run only the proxy, for any client
  eval "$(occ env)"                make this shell use that proxy
  occ config check                 check the configuration

Exit codes: 0 success, 1 failure, 2 wrong usage, 3 not running,
78 configuration or key missing or invalid. occ launch exits with the code of
its client; occ help launch lists its other codes.
`;

/** Resolves to the exit code, and never rejects. `args` are the arguments after `occ`. */
export async function main(args: string[], system: System = currentSystem()): Promise<number> {
  let lost: NodeJS.ErrnoException | undefined;
  // Help and usage errors are written before a command opens its output.
  ignoreClosedPipe(system.stdout, (error) => (lost = error));
  ignoreClosedPipe(system.stderr);
  const code = await run(args, system);
  // A write error is reported asynchronously, so wait until everything is written.
  await new Promise<void>((resolve) => void system.stdout.write('', () => resolve()));
  return lost === undefined ? code : reportError(outputLost(lost), system, false);
}

function outputLost({ code, message }: NodeJS.ErrnoException): OccError {
  return new OccError('answer_unwritten', `the answer could not be written (${code ?? message})`, {
    remedy: 'make room where stdout goes, and run the command again',
  });
}

async function run(args: string[], system: System): Promise<number> {
  // Installers and shell prompts run this often, so nothing else is loaded for it.
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
    system.stdout.write(`${version}\n`);
    return exitCodes.ok;
  }
  let verbose = false;
  try {
    const { Command, CommanderError } = await import('commander');
    let code: number = exitCodes.ok;
    const program = await build(new Command(), system, (exitCode) => (code = exitCode));
    try {
      await program.parseAsync(args.length === 0 ? ['--help'] : args, { from: 'user' });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      return toUsageCode(error);
    } finally {
      verbose = program.opts<GlobalOptions>().verbose === true;
    }
    return code;
  } catch (error) {
    return reportError(error, system, verbose);
  }
}

async function build(program: Command, system: System, end: (code: number) => void): Promise<Command> {
  program
    .name('occ')
    .description('Runs Claude Code on the models you choose.')
    .usage('<command> [options]')
    .version(version, '-V, --version', 'print the version of occ')
    .helpOption('-h, --help', 'print this help, or the help of a command')
    .option('-q, --quiet', 'print only results, warnings and errors')
    .option('-v, --verbose', 'print more on stderr')
    .option('--json', 'print the result as JSON')
    .option('--no-color', 'print without colour')
    .addHelpText('after', programHelp)
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => system.stdout.write(text),
      writeErr: (text) => system.stderr.write(text),
      outputError: (text, write) =>
        write(`${text.replace(/^error: /, 'occ: ').trimEnd()}\n  occ help lists the commands\n`),
      getOutHelpWidth: () => Math.min(widthOf(system.stdout) ?? 80, 100),
      getErrHelpWidth: () => 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .exitOverride();
  // Global options may be given before the command or after it.
  const globals = (own: GlobalOptions = {}): GlobalOptions => {
    const { color, json, quiet, verbose } = program.opts<GlobalOptions>();
    return {
      color: color !== false && own.color !== false,
      json: json === true || own.json === true,
      quiet: quiet === true || own.quiet === true,
      verbose: verbose === true || own.verbose === true,
    };
  };
  const context = { system, globals, end };
  /** The commands, by group of the help and in its order. */
  const groups: Record<string, Promise<(program: Command, context: CommandContext) => void>[]> = {
    'Run:': [
      import('./commands/launch/launch.ts').then(({ defineLaunch }) => defineLaunch),
      import('./commands/start/start.ts').then(({ defineStart }) => defineStart),
      import('./commands/stop.ts').then(({ defineStop }) => defineStop),
      import('./commands/restart.ts').then(({ defineRestart }) => defineRestart),
    ],
    'Inspect:': [
      import('./commands/status/status.ts').then(({ defineStatus }) => defineStatus),
      import('./commands/usage/usage.ts').then(({ defineUsage }) => defineUsage),
      import('./commands/route/route.ts').then(({ defineRoute }) => defineRoute),
      import('./commands/models/models.ts').then(({ defineModels }) => defineModels),
      import('./commands/doctor/doctor.ts').then(({ defineDoctor }) => defineDoctor),
      import('./commands/env.ts').then(({ defineEnv }) => defineEnv),
      import('./commands/config/config.ts').then(({ defineConfig }) => defineConfig),
    ],
  };
  for (const [title, commands] of Object.entries(groups)) {
    program.commandsGroup(title);
    for (const define of await Promise.all(commands)) define(program, context);
  }
  acceptAnywhere(program);
  return program.helpCommand('help [command]', 'print this help, or the help of a command');
}

/** Accepts the global options after the command too, where users type them. The help of a command omits them. */
function acceptAnywhere(parent: Command, shared = parent.options.filter(isShared)): void {
  for (const command of parent.commands) {
    if (command.name() === 'launch') continue; // parses its own arguments
    acceptAnywhere(command, shared);
    for (const { flags, description, long } of shared) {
      if (command.options.some((own) => own.long === long)) continue;
      command.addOption(command.createOption(flags, description).hideHelp());
    }
  }
}

function isShared({ long }: Option): boolean {
  return long !== '--version' && long !== '--json';
}

/** Commander throws for help and version too, with exit code 0. For anything else it has printed the message. */
function toUsageCode(error: CommanderError): number {
  return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
}

function reportError(error: unknown, system: System, verbose: boolean): number {
  const print = (line: string): void => void system.stderr.write(`${line}\n`);
  if (error instanceof OccError) {
    print(`occ: ${error.message}`);
    for (const line of error.remedy.split('\n')) print(`  ${line}`);
    return error.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  print(`occ ${version} failed unexpectedly: ${message.split('\n', 1)[0] ?? ''}`);
  if (verbose && error instanceof Error) print(error.stack ?? '');
  else print('  this is a bug in occ; run it again with occ --verbose to see where');
  return exitCodes.failed;
}

function currentSystem(): System {
  const { env, stdin, stdout, stderr, platform } = process;
  return {
    env,
    home: env['HOME'] || userInfo().homedir,
    cwd: process.cwd(),
    platform,
    stdin,
    stdout,
    stderr,
  };
}
