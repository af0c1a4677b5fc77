/** Reads from commander's tree what can be completed where. Pure. */
import type { Argument, Command, Option } from 'commander';
import { clients } from '../../clients/clients.ts';
import { dynamicKinds, type DynamicKind } from './shells.ts';

/** What completes a value. */
export type Values =
  | { kind: 'words'; words: readonly string[] }
  | { kind: 'list'; list: DynamicKind }
  | { kind: 'files' }
  /** Any text. */
  | { kind: 'none' };

export interface CompletedOption {
  /** `-m` and `--model`. */
  names: readonly string[];
  description: string;
  /** Absent for an option without a value. */
  values?: Values;
}

export interface CompletedCommand {
  /** `config set`; "" for the program. */
  path: string;
  commands: readonly { name: string; summary: string }[];
  options: readonly CompletedOption[];
  /** What completes its arguments. */
  values: Values;
}

/** The values that are known when the completions are made. */
export interface Words {
  /** Keys of the configuration. */
  keys: readonly string[];
  /** Tiers and scenarios. */
  tiers: readonly string[];
  /** Topics of help. */
  topics: readonly string[];
}

/** The program and every visible command below it. */
export function describeTree(program: Command, words: Words): CompletedCommand[] {
  const shared = new Set(program.options.map(({ long }) => long));
  return describe(program, '', words, shared);
}

function describe(
  command: Command,
  path: string,
  words: Words,
  shared: ReadonlySet<string | null | undefined>,
): CompletedCommand[] {
  const helper = command.createHelp();
  const below = helper.visibleCommands(command);
  // The global options are hidden below the program, but accepted.
  const hidden = command.options.filter((option) => option.hidden && shared.has(option.long));
  const options = [...helper.visibleOptions(command), ...hidden].map((option) => toOption(option, words));
  const own: CompletedCommand = {
    path,
    commands: below.map((sub) => ({ name: sub.name(), summary: sub.summary() || sub.description() })),
    options,
    values: valuesOfCommand(command, path, words),
  };
  if (command.name() === 'help' && command.parent !== null) {
    const topics = command.parent.parent === null ? words.topics : [];
    return describeHelp(command.parent, path, topics, options);
  }
  if (path === 'launch') return describeLaunch(own);
  return [own, ...below.flatMap((sub) => describe(sub, `${path} ${sub.name()}`.trim(), words, shared))];
}

/** The names of the clients are completed like subcommands, each with the same options. */
function describeLaunch(own: CompletedCommand): CompletedCommand[] {
  const named = clients.map(({ name, package: { title } }) => ({ name, summary: `run ${title}` }));
  const commands = [...named, { name: 'exec', summary: 'run another program' }];
  const below = commands.map(({ name }) => ({ ...own, path: `${own.path} ${name}` }));
  return [{ ...own, commands }, ...below];
}

/** The arguments of `help` are completed like subcommands: `help config` offers what `config` has. */
function describeHelp(
  parent: Command,
  path: string,
  topics: readonly string[],
  options: readonly CompletedOption[],
): CompletedCommand[] {
  const subs = parent
    .createHelp()
    .visibleCommands(parent)
    .filter((sub) => sub.name() !== 'help');
  const named = subs.map((sub) => ({ name: sub.name(), summary: sub.summary() || sub.description() }));
  const others = topics
    .filter((topic) => named.every(({ name }) => name !== topic))
    .map((name) => ({ name, summary: `about ${name}` }));
  const own: CompletedCommand = { path, commands: [...named, ...others], options, values: { kind: 'none' } };
  return [own, ...subs.flatMap((sub) => describeHelp(sub, `${path} ${sub.name()}`, [], options))];
}

function toOption(option: Option, words: Words): CompletedOption {
  const { short, long, description } = option;
  const names = [short ?? [], long ?? []].flat();
  if (!option.required && !option.optional) return { names, description };
  return { names, description, values: valuesOf(option, words) };
}

function valuesOf({ argChoices, flags, long }: Option, { tiers }: Words): Values {
  if (long === '--tier') return { kind: 'words', words: tiers };
  if (argChoices !== undefined) return { kind: 'words', words: argChoices };
  const list = dynamicKinds.find((kind) => `--${kind}` === `${long ?? ''}s`);
  if (list !== undefined) return { kind: 'list', list };
  return { kind: /<(file|path)>/.test(flags) ? 'files' : 'none' };
}

function valuesOfCommand(command: Command, path: string, words: Words): Values {
  if (path === 'launch') return { kind: 'files' };
  const [argument] = command.registeredArguments;
  return argument === undefined ? { kind: 'none' } : valuesOfArgument(argument, words);
}

function valuesOfArgument(argument: Argument, { keys }: Words): Values {
  if (argument.argChoices !== undefined) return { kind: 'words', words: argument.argChoices };
  switch (argument.name()) {
    case 'key':
      return { kind: 'words', words: keys };
    case 'check':
      return { kind: 'list', list: 'checks' };
    case 'model':
      return { kind: 'list', list: 'models' };
    case 'file':
    case 'capture':
      return { kind: 'files' };
    default:
      return { kind: 'none' };
  }
}
