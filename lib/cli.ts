/** The program: its commands, its global options, and the one place where an error becomes words and an exit code. */
import { userInfo } from 'node:os';
import type { Command, CommanderError, Option } from 'commander';
import type { GlobalOptions, System } from './terminal/command-context.ts';
import { exitCodes, OccError } from './errors.ts';
import { ignoreClosedPipe } from './terminal/output.ts';
import { widthOf } from './terminal/width.ts';
import { version } from './version.ts';

const programHelp = `
Examples:
  occ launch                       Claude Code on the configured models
  occ launch --emulator            a trial run: no key, no network
  occ launch -m kimi-k3.1-pro -c   one model; Claude's own --continue
  occ start                        the proxy alone, for any client
  eval "$(occ env)"                this shell uses it
  occ config check                 is the configuration right?

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not running, 78 configuration
or key; occ launch ends as its client ended (occ help launch lists its own).
`;

/** Resolves to the exit code and rejects never. `args` are the words after `occ`. */
export async function main(args: string[], system: System = thisMachine()): Promise<number> {
  let lost: NodeJS.ErrnoException | undefined;
  // Help and errors are written before any command opens its output.
  ignoreClosedPipe(system.stdout, (error) => (lost = error));
  ignoreClosedPipe(system.stderr);
  const code = await perform(args, system);
  // Whether it could be written is known once it is.
  await new Promise<void>((resolve) => void system.stdout.write('', () => resolve()));
  return lost === undefined ? code : tell(unwritten(lost), system, false);
}

function unwritten({ code, message }: NodeJS.ErrnoException): OccError {
  return new OccError('answer_unwritten', `the answer could not be written (${code ?? message})`, {
    remedy: 'see that there is room where stdout goes, and ask again',
  });
}

async function perform(args: string[], system: System): Promise<number> {
  // Before anything is loaded: shells and installers ask for nothing else.
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
    system.stdout.write(`${version}\n`);
    return exitCodes.ok;
  }
  let verbose = false;
  try {
    const { Command, CommanderError } = await import('commander');
    let code: number = exitCodes.ok;
    const program = await build(new Command(), system, (ended) => (code = ended));
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
    return tell(error, system, verbose);
  }
}

async function build(program: Command, system: System, end: (code: number) => void): Promise<Command> {
  program
    .name('occ')
    .description('Runs Claude Code on the models you choose.')
    .usage('<command> [options]')
    .version(version, '-V, --version', 'the version of occ')
    .helpOption('-h, --help', 'this help, or that of a command')
    .option('-q, --quiet', 'only the answer, warnings and errors')
    .option('-v, --verbose', 'say more, on stderr')
    .option('--json', 'answer in JSON')
    .option('--no-color', 'no colour')
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
  // An option may stand before the command or, where the command has it, after it.
  const globals = (own: GlobalOptions = {}): GlobalOptions => {
    const { color, json, quiet, verbose } = program.opts<GlobalOptions>();
    return {
      color: color !== false && own.color !== false,
      json: json === true || own.json === true,
      quiet: quiet === true || own.quiet === true,
      verbose: verbose === true || own.verbose === true,
    };
  };
  const around = { system, globals, end };
  const [launch, start, stop, restart, status, usage, route, models, doctor, env, config] = await Promise.all(
    [
      import('./commands/launch/launch.ts'),
      import('./commands/start/start.ts'),
      import('./commands/stop.ts'),
      import('./commands/restart.ts'),
      import('./commands/status/status.ts'),
      import('./commands/usage/usage.ts'),
      import('./commands/route/route.ts'),
      import('./commands/models/models.ts'),
      import('./commands/doctor/doctor.ts'),
      import('./commands/env.ts'),
      import('./commands/config/config.ts'),
    ],
  );
  program.commandsGroup('Run:');
  launch.defineLaunch(program, around);
  start.defineStart(program, around);
  stop.defineStop(program, around);
  restart.defineRestart(program, around);
  program.commandsGroup('Look:');
  status.defineStatus(program, around);
  usage.defineUsage(program, around);
  route.defineRoute(program, around);
  models.defineModels(program, around);
  doctor.defineDoctor(program, around);
  env.defineEnv(program, around);
  config.defineConfig(program, around);
  acceptAnywhere(program);
  return program.helpCommand('help [command]', 'this help, or that of a command');
}

/** The global options also stand behind a command, where people type them; its help need not repeat them. */
function acceptAnywhere(parent: Command, shared = parent.options.filter(isShared)): void {
  for (const command of parent.commands) {
    if (command.name() === 'launch') continue; // splits its words by itself
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

/** Help and version are answers; everything else commander throws is wrong usage, and it has already said so. */
function toUsageCode(error: CommanderError): number {
  return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
}

function tell(error: unknown, system: System, verbose: boolean): number {
  const say = (line: string): void => void system.stderr.write(`${line}\n`);
  if (error instanceof OccError) {
    say(`occ: ${error.message}`);
    for (const line of error.remedy?.split('\n') ?? []) say(`  ${line}`);
    return error.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  say(`occ ${version} failed unexpectedly: ${message.split('\n', 1)[0] ?? ''}`);
  if (verbose && error instanceof Error) say(error.stack ?? '');
  else say('  this is a mistake in occ; occ --verbose with the same words shows where');
  return exitCodes.failed;
}

function thisMachine(): System {
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
