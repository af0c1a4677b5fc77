/** Builds the tree of commands. */
import type { Option } from 'commander';
import type { CommandContext, GlobalOptions, System } from '../terminal/command-context.ts';
import { withHelp } from '../terminal/help-page.ts';
import { version } from '../version.ts';
import { OccCommand } from './command.ts';
import { defineHelp } from './help-command.ts';

type Define = (program: OccCommand, context: CommandContext) => void;

/** Every command with the definition that it is loaded from, by group of the help and in its order. */
const groups: Readonly<Record<string, Readonly<Record<string, () => Promise<Define>>>>> = {
  'Run:': {
    launch: async () => (await import('../commands/launch/launch.ts')).defineLaunch,
    start: async () => (await import('../commands/start/start.ts')).defineStart,
    stop: async () => (await import('../commands/stop.ts')).defineStop,
    restart: async () => (await import('../commands/restart.ts')).defineRestart,
    service: async () => (await import('../commands/service/service.ts')).defineService,
  },
  'Inspect:': {
    status: async () => (await import('../commands/status/status.ts')).defineStatus,
    why: async () => (await import('../commands/why/why.ts')).defineWhy,
    logs: async () => (await import('../commands/logs/logs.ts')).defineLogs,
    replay: async () => (await import('../commands/replay/replay.ts')).defineReplay,
    record: async () => (await import('../commands/record/record.ts')).defineRecord,
    report: async () => (await import('../commands/report/report.ts')).defineReport,
    usage: async () => (await import('../commands/usage/usage.ts')).defineUsage,
    doctor: async () => (await import('../commands/doctor/doctor.ts')).defineDoctor,
  },
  'Configure:': {
    use: async () => (await import('../commands/use/use.ts')).defineUse,
    models: async () => (await import('../commands/models/models.ts')).defineModels,
    route: async () => (await import('../commands/route/route.ts')).defineRoute,
    config: async () => (await import('../commands/config/config.ts')).defineConfig,
  },
  'Shell:': {
    env: async () => (await import('../commands/env/env.ts')).defineEnv,
    statusline: async () => (await import('../commands/statusline/statusline.ts')).defineStatusline,
    completion: async () => (await import('../commands/completion/completion.ts')).defineCompletion,
  },
};

/**
 * The program with its commands. Only the one that `args` name is loaded, or all of them if they name none, as for help
 * and for errors, and for the completions. `end` receives the exit code.
 */
export async function buildProgram(
  args: readonly string[],
  system: System,
  end: (code: number) => void,
): Promise<OccCommand> {
  const program = new OccCommand();
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
    .enablePositionalOptions()
    .configureOutput({ writeOut: (text) => system.stdout.write(text) })
    .exitOverride();
  const context = { system, globals: globalsOf(program), end };
  const named = args.find((word) => !word.startsWith('-'));
  const all = named === undefined || named === 'completion' || !isCommand(named);
  for (const [title, commands] of Object.entries(groups)) {
    program.commandsGroup(title);
    for (const [name, load] of Object.entries(commands))
      if (all || name === named) (await load())(program, context);
  }
  defineHelp(program);
  acceptAnywhere(program);
  return withHelp(program, {
    examples: [
      ['occ launch --emulator', 'trial run without a key or network'],
      ['occ config init', 'choose a provider and models'],
      ['occ launch', 'run Claude Code on them'],
      ['occ launch -m kimi-k3.1-pro -c', "use one model; -c is Claude Code's own"],
      ['eval "$(occ env)"', 'make this shell use the proxy of occ start'],
      ['occ why', 'explain the last failure'],
      ['occ doctor', 'find out what is wrong'],
      ['occ help config', 'read about a command or a topic'],
    ],
  });
}

function isCommand(word: string): boolean {
  return Object.values(groups).some((commands) => Object.hasOwn(commands, word));
}

/** The global options, which may be given before the command or after it. */
function globalsOf(program: OccCommand): CommandContext['globals'] {
  return (own = {}) => {
    const { color, json, quiet, verbose } = program.opts<GlobalOptions>();
    return {
      color: color !== false && own.color !== false,
      json: json === true || own.json === true,
      quiet: quiet === true || own.quiet === true,
      verbose: verbose === true || own.verbose === true,
    };
  };
}

/** Accepts the global options after the command too, where users type them. The help of a command omits them. */
function acceptAnywhere(
  parent: OccCommand['commands'][number],
  shared = parent.options.filter(isShared),
): void {
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
