/** Recognizes a misspelt option of occ, or name of a client, among the arguments of a launch, before it goes to the client. */
import { nearest } from '../nearest.ts';
import { claudeOptions } from './client-options.ts';
import { isOptionOf, type OptionTable } from './option-table.ts';

/** An argument that is probably meant as an option of occ, or as the name of a client. */
export interface Misspelt {
  /** Its position among the arguments of `occ launch`. */
  at: number;
  /** As typed, without a value after `=`. */
  word: string;
  /** The option of occ, or the client: `--emulator`, `codex`. */
  meant: string;
}

/**
 * The option of `own` that `word` is one or two letters off: `--emulater`, `--dry_run`, `-emulator`, or a dash that a text
 * editor made long (`—emulator`). Undefined for the options of the client and for everything that is no option.
 */
export function meantOption(
  word: string,
  own: readonly string[],
  ofClient: OptionTable = claudeOptions,
): string | undefined {
  const [typed = ''] = word.split('=', 1);
  const long = own.filter((name) => name.startsWith('--')).map((name) => name.slice(2));
  if (typed.startsWith('--')) {
    if (isOptionOf(ofClient, typed)) return undefined;
    return toOption(nearest(typed.slice(2), long));
  }
  const name = typed.replace(/^[-\u2013\u2014]/, '');
  // Short options of the client can be joined (`-pc`), so only the whole name counts after a single dash.
  return name !== typed && long.includes(name) ? `--${name}` : undefined;
}

/** Letters of the shortest name that is guessed: a prompt may be as near to a shorter one as `hi` is to `pi`. */
const shortestName = 4;

/** The name that `word` is one letter off: `codx`. Undefined for a name itself, and for a word that is near to none. */
export function meantClient(word: string, names: readonly string[]): string | undefined {
  if (word.length < shortestName || names.includes(word)) return undefined;
  return nearest(
    word,
    names.filter((name) => name.length >= shortestName),
  );
}

function toOption(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `--${name}`;
}
