/** Recognizes a misspelt option of occ among the arguments of a launch, before it goes to the client. */
import { nearest } from '../nearest.ts';
import { isClientOption } from './client-options.ts';

/** An argument that is probably meant as an option of occ. */
export interface Misspelt {
  /** Its position among the arguments of `occ launch`. */
  at: number;
  /** As typed, without a value after `=`. */
  word: string;
  /** The option of occ: `--emulator`. */
  meant: string;
}

/**
 * The option of `own` that `word` is one or two letters off: `--emulater`, `--dry_run`, `-emulator`, or a dash that a text
 * editor made long (`—emulator`). Undefined for the options of Claude Code and for everything that is no option.
 */
export function meantOption(word: string, own: readonly string[]): string | undefined {
  const [typed = ''] = word.split('=', 1);
  const long = own.filter((name) => name.startsWith('--')).map((name) => name.slice(2));
  if (typed.startsWith('--')) {
    if (isClientOption(typed)) return undefined;
    return toOption(nearest(typed.slice(2), long));
  }
  const name = typed.replace(/^[-\u2013\u2014]/, '');
  // Short options of the client can be joined (`-pc`), so only the whole name counts after a single dash.
  return name !== typed && long.includes(name) ? `--${name}` : undefined;
}

function toOption(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `--${name}`;
}
