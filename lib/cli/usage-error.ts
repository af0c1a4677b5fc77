/** The errors of a wrong command line, each with the nearest right one and the way to the help of the command. */
import type { Command } from 'commander';
import { exitCodes, OccError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { meaningOf, nearMeaningOf } from './known-words.ts';

interface Misuse {
  /** The command whose arguments are wrong. */
  command: Command;
  /** Commander's code, such as `commander.unknownOption`. */
  code: string;
  /** Commander's message. */
  message: string;
  /** The first option that the command does not know; "" if it knows all. */
  unknown: string;
}

/** OccError `usage`, exit code 2. */
export function usageError({ command, code, message, unknown }: Misuse): OccError {
  if (code === 'commander.unknownCommand') return unknownCommand(command, command.args[0] ?? '');
  if (code === 'commander.unknownOption') return unknownOption(command, unknown);
  if (code === 'commander.excessArguments') return excessArguments(command);
  if (code === 'commander.optionMissingArgument') return missingValue(command, message);
  const near = nearestChoice(command, message);
  const remedies = near === undefined ? [] : [`did you mean ${near}?`];
  return misuse(prefixed(command, inOneSentence(message)), [...remedies, seeHelp(command)]);
}

/** Commander's words for an option without its value do not say what values there are. */
function missingValue(command: Command, message: string): OccError {
  const choices = command.options.find(({ flags }) => message.includes(`'${flags}'`))?.argChoices;
  const expected = choices === undefined ? '' : `: expected one of ${choices.join(', ')}`;
  return misuse(prefixed(command, inOneSentence(message) + expected), [seeHelp(command)]);
}

/**
 * The option or the argument with the nearest of its choices, for a message such as `option '--by <what>' argument 'modle' is
 * invalid…`.
 */
function nearestChoice(command: Command, message: string): string | undefined {
  const [, flags, given = ''] = /option '(.+?)' argument '(.*?)' is invalid/s.exec(message) ?? [];
  if (flags !== undefined) {
    const option = command.options.find((one) => one.flags === flags);
    const near = nearest(given, option?.argChoices ?? []);
    return near === undefined ? undefined : `${option?.long ?? option?.short} ${near}`;
  }
  const [, word = '', name] = /value '(.*?)' is invalid for argument '(.+?)'/s.exec(message) ?? [];
  const argument = command.registeredArguments.find((one) => one.name() === name);
  const near = nearest(word, argument?.argChoices ?? []);
  return near === undefined ? undefined : `occ ${pathOf(command)} ${near}`;
}

/** `config set`; "" for the program. */
export function pathOf(command: Command): string {
  return command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim();
}

function prefixed(command: Command, text: string): string {
  return command.parent === null ? text : `${pathOf(command)}: ${text}`;
}

/** Commander writes a sentence for each part: `error: option '--port' argument 'x' is invalid. Allowed choices are a, b.` */
function inOneSentence(message: string): string {
  const sentences = message
    .replace(/^error: /, '')
    .replace(/\.$/, '')
    .replace(/^command-argument value ('.*?') is invalid for argument '.*?'/s, '$1 is invalid');
  return sentences.replace(/ is invalid\. (.)/, (_, next: string) => ` is invalid: ${next.toLowerCase()}`);
}

/** The error of a word where the name of a subcommand, or one of the `topics` of help, is expected. */
export function unknownCommand(parent: Command, word: string, topics: readonly string[] = []): OccError {
  const typed = `${pathOf(parent)} ${word}`.trim();
  const message = `there is no command "${typed}"`;
  const meaning = meaningOf(parent, word);
  if (meaning !== undefined) return misuse(message, meaning);
  const names = parent.commands.flatMap((command) => [command.name(), ...command.aliases()]);
  const topic = nearest(word, topics);
  if (topic !== undefined) return misuse(message, [`did you mean ${helpOf(topic)}?`]);
  const near = nearest(word, names);
  if (near === undefined) {
    return misuse(message, nearMeaningOf(parent, word) ?? [`${helpOf(pathOf(parent))} lists the commands`]);
  }
  const path = `${pathOf(parent)} ${near}`.trim();
  return misuse(message, [`did you mean occ ${path}?`, `${helpOf(path)} describes it`]);
}

function unknownOption(command: Command, given: string): OccError {
  const [flag = given] = given.split('=');
  const near = nearestFlag(command, flag);
  const owner = near === undefined ? ownerOf(command, flag) : undefined;
  return misuse(`${command.parent === null ? 'there is' : `${pathOf(command)} has`} no option ${flag}`, [
    ...(near === undefined ? [] : [`did you mean ${near}?`]),
    ...(owner === undefined ? [] : [`it is an option of occ ${owner}, and goes after that command`]),
    seeHelp(command),
  ]);
}

/** Letters are too short to be compared; of them only the other case is near. */
function nearestFlag(command: Command, flag: string): string | undefined {
  const names = command.options.flatMap(({ short, long }) => [short ?? [], long ?? []].flat());
  names.push('--help', '-h');
  if (/^-.$/.test(flag)) return names.find((name) => name.toLowerCase() === flag.toLowerCase());
  const bare = flag.replace(/^-+/, '');
  const longNames = names.filter((name) => name.startsWith('--'));
  const near = nearest(
    bare,
    longNames.map((name) => name.slice(2)),
  );
  if (near !== undefined) return `--${near}`;
  // `--out` for `--output`: the only one that begins like this.
  const [begun, ...others] = longNames.filter((name) => bare.length >= 3 && name.startsWith(`--${bare}`));
  return others.length > 0 ? undefined : begun;
}

/** The command that has the option, if only one has it and it was given before the name of that command. */
function ownerOf(command: Command, flag: string): string | undefined {
  if (command.parent !== null) return undefined;
  const owners = command.commands.filter(({ options }) =>
    options.some(({ long, short }) => long === flag || short === flag),
  );
  const [only, ...others] = owners;
  return only === undefined || others.length > 0 ? undefined : pathOf(only);
}

function excessArguments(command: Command): OccError {
  const { args, registeredArguments } = command;
  const extra = args.slice(registeredArguments.length);
  const names = registeredArguments.map((argument) => `<${argument.name()}>`).join(' ');
  const takes = names === '' ? 'takes no arguments' : `takes only ${names}`;
  return misuse(`${pathOf(command)} ${takes}, but got: ${extra.join(' ')}`.trim(), [seeHelp(command)]);
}

function seeHelp(command: Command): string {
  if (command.parent === null) return 'occ help lists the commands and the options';
  return `${helpOf(pathOf(command))} shows how to use it`;
}

function helpOf(path: string): string {
  return `occ help ${path}`.trim();
}

function misuse(message: string, remedies: readonly string[]): OccError {
  return new OccError('usage', message, { exitCode: exitCodes.usage, remedy: remedies.join('\n') });
}
