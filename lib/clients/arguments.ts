/**
 * Which words after `occ launch` are ours and which are the client's (contract 2). Ours are recognised wherever they
 * stand before the first `--`; everything else, a prompt included, goes to the client in its order.
 *
 *     launch = [ours...] [claude | exec] (ours | the client's)... [-- the client's...]
 *
 * A word that follows a client option which takes a value is that value, whatever it looks like. After `exec`, the
 * first word that is not ours is the program, and all that follows is the program's.
 * Known limits: short options in a cluster (`-pn x`) are not taken apart, and an option the client gained after
 * `client-options.ts` was written can lose a value that is spelled exactly like one of ours; `--` avoids both.
 */
import { exitCodes, OccError } from '../errors.ts';
import { takesValue } from './client-options.ts';

export interface LaunchArguments {
  client: 'claude' | 'exec';
  /** For the client, in order; for `exec` the program and its arguments. */
  forClient: string[];
  model?: string;
  config?: string;
  emulator: boolean;
  attach: boolean;
  dryRun: boolean;
  yes: boolean;
  quiet: boolean;
  autoMode: boolean;
  keepEnv: boolean;
  help: boolean;
  noColor: boolean;
  /** Ours only together with --dry-run, which is the one thing of a launch that can answer. */
  json: boolean;
}

const switches = new Map<string, BooleanKey>(
  Object.entries({
    '--emulator': 'emulator',
    '--attach': 'attach',
    '--dry-run': 'dryRun',
    '--yes': 'yes',
    '--quiet': 'quiet',
    '--auto-mode': 'autoMode',
    '--keep-env': 'keepEnv',
    '--no-color': 'noColor',
    '--help': 'help',
    '-h': 'help',
  }),
);

const valued = new Map<string, 'model' | 'config'>(
  Object.entries({
    '-m': 'model',
    '--model': 'model',
    '--config': 'config',
  }),
);

type BooleanKey = Exclude<
  {
    [Key in keyof LaunchArguments]-?: LaunchArguments[Key] extends boolean ? Key : never;
  }[keyof LaunchArguments],
  undefined
>;

/** OccError `usage` when one of our options lacks its value or has one it does not take. */
export function splitArguments(words: readonly string[]): LaunchArguments {
  const split = nothingAsked();
  const json: number[] = [];
  let named = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') {
      split.forClient.push(...words.slice(at + 1));
      break;
    }
    const [name, given] = divide(word);
    const flag = switches.get(name);
    const value = valued.get(name);
    if (flag !== undefined) {
      if (given !== undefined) throw misused(`${name} takes no value`);
      split[flag] = true;
    } else if (value !== undefined) {
      split[value] = given ?? nextWord(name, words[++at]);
      if (split[value] === '') throw misused(`${name} needs a value`);
    } else if (!named && split.forClient.length === 0 && isClient(word)) {
      split.client = word;
      named = true;
    } else if (split.client === 'exec' && word !== '--json') {
      split.forClient.push(...words.slice(at));
      break;
    } else {
      if (word === '--json') json.push(split.forClient.length);
      split.forClient.push(word);
      const next = words[at + 1];
      if (next !== undefined && takesValue(word)) {
        split.forClient.push(next);
        at++;
      }
    }
  }
  return split.dryRun ? takeJson(split, json) : split;
}

function nothingAsked(): LaunchArguments {
  return {
    client: 'claude',
    forClient: [],
    emulator: false,
    attach: false,
    dryRun: false,
    yes: false,
    quiet: false,
    autoMode: false,
    keepEnv: false,
    help: false,
    noColor: false,
    json: false,
  };
}

function isClient(word: string): word is 'claude' | 'exec' {
  return word === 'claude' || word === 'exec';
}

/** `--model=x` into its name and value; only long options are spelled so. */
function divide(word: string): [string, string?] {
  const equals = word.indexOf('=');
  if (!word.startsWith('--') || equals < 0) return [word];
  return [word.slice(0, equals), word.slice(equals + 1)];
}

function nextWord(name: string, word: string | undefined): string {
  // A model or a file that begins with a dash is a forgotten value; `--config=-x` still says so on purpose.
  if (word === undefined || word.startsWith('-')) throw misused(`${name} needs a value`);
  return word;
}

function takeJson(split: LaunchArguments, positions: readonly number[]): LaunchArguments {
  if (positions.length === 0) return split;
  return { ...split, json: true, forClient: split.forClient.filter((_, at) => !positions.includes(at)) };
}

function misused(message: string): OccError {
  return new OccError('usage', message, {
    exitCode: exitCodes.usage,
    remedy: 'occ launch --help lists the options; what stands after -- goes to the client untouched',
  });
}
