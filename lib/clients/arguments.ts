/**
 * Splits the arguments of `occ launch` into occ's own and the client's. Own options are recognized anywhere before the
 * first `--`; everything else, including a prompt, goes to the client in its order.
 *
 *     launch = [own...] [<client> | exec] (own | client's)... [-- client's...]
 *
 * An argument after a client option that takes a value is always that value. After `exec`, the first argument that is
 * not an own option is the program, and the rest are the program's arguments.
 * Known limits: clustered short options (`-pn x`) are not split, and a client option that its table of options does not
 * list can lose a value that is spelled like an own option. `--` avoids both.
 */
import { exitCodes, OccError } from '../errors.ts';
import { clientNamed, clients, defaultClient } from './clients.ts';
import { meantClient, meantOption, type Misspelt } from './misspelt.ts';

export interface LaunchArguments {
  /** The name of a client, or `exec` for any other program. */
  client: string;
  /** The arguments for the client, in order; for `exec` the program and its arguments. */
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
  /** List the clients instead of running one. */
  list: boolean;
  noColor: boolean;
  /** An own option only with --dry-run and --list, which have a result. */
  json: boolean;
  /** Arguments in `forClient` that look like a misspelt option of occ or name of a client, in order. */
  misspelt: Misspelt[];
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
    '--list': 'list',
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

/** OccError `usage` if an own option lacks its value, or has one and takes none. */
export function splitArguments(words: readonly string[]): LaunchArguments {
  const own = [...switches.keys(), ...valued.keys()];
  const split = noArguments();
  const json: number[] = [];
  let named = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') {
      split.forClient.push(...words.slice(at + 1));
      break;
    }
    const [name, given] = splitOption(word);
    const flag = switches.get(name);
    const value = valued.get(name);
    if (flag !== undefined) {
      if (given !== undefined) throw usageError(`${name} takes no value`);
      split[flag] = true;
    } else if (value !== undefined) {
      split[value] = given ?? nextValue(name, words[++at]);
      if (split[value] === '') throw usageError(`${name} needs a value`);
    } else if (!named && split.forClient.length === 0 && names.includes(word)) {
      split.client = word;
      named = true;
    } else {
      const { options } = clientNamed(split.client) ?? defaultClient;
      const first = !named && split.forClient.length === 0;
      const meant = meantOption(word, own, options) ?? (first ? meantClient(word, names) : undefined);
      if (meant !== undefined) split.misspelt.push({ at, word: word.split('=', 1)[0] ?? word, meant });
      if (split.client === 'exec' && word !== '--json') {
        split.forClient.push(...words.slice(at));
        break;
      }
      if (word === '--json') json.push(split.forClient.length);
      split.forClient.push(word);
      const next = words[at + 1];
      if (next !== undefined && options.valued.has(word)) {
        split.forClient.push(next);
        at++;
      }
    }
  }
  return split.dryRun || split.list ? takeJson(split, json) : split;
}

function noArguments(): LaunchArguments {
  return {
    client: defaultClient.name,
    forClient: [],
    emulator: false,
    attach: false,
    dryRun: false,
    yes: false,
    quiet: false,
    autoMode: false,
    keepEnv: false,
    help: false,
    list: false,
    noColor: false,
    json: false,
    misspelt: [],
  };
}

/** What may follow `launch` as a name. */
const names: readonly string[] = [...clients.map(({ name }) => name), 'exec'];

/** Splits `--model=x` into name and value. Only long options have this form. */
function splitOption(word: string): [string, string?] {
  const equals = word.indexOf('=');
  if (!word.startsWith('--') || equals < 0) return [word];
  return [word.slice(0, equals), word.slice(equals + 1)];
}

function nextValue(name: string, word: string | undefined): string {
  // A value that begins with a dash is taken for a forgotten value; `--config=-x` passes one.
  if (word === undefined || word.startsWith('-')) throw usageError(`${name} needs a value`);
  return word;
}

function takeJson(split: LaunchArguments, positions: readonly number[]): LaunchArguments {
  if (positions.length === 0) return split;
  return { ...split, json: true, forClient: split.forClient.filter((_, at) => !positions.includes(at)) };
}

function usageError(message: string): OccError {
  return new OccError('usage', message, {
    exitCode: exitCodes.usage,
    remedy: 'occ launch --help lists the options; arguments after -- go to the client unchanged',
  });
}
