/** Makes random replacements. */
import { replaced, type Random } from './characters.ts';

export interface Replacements {
  /** Random characters of the same kinds, none of `avoided`, that make no word of the original. */
  changed: (text: string, avoided?: ReadonlySet<string>) => string;
  /** The replacement of `value` in `made`. If there is none, `make` makes one that is not yet in use for any other value. */
  once: (made: Map<string, string>, value: string, make: () => string) => string;
}

/** Words at least so long are looked for in the result. In characters. */
export const searchedLength = 5;

const longWord = new RegExp(`[\\p{L}\\p{N}]{${searchedLength},}`, 'gu');
/** How often a text is changed until it has no word of the original. */
const tries = 20;
/** How often a replacement is made until it is one that is not in use. Short ids become the same by chance. */
const triesToDiffer = 400;
const none: ReadonlySet<string> = new Set();

/** `original` has words in lower case that no replacement may contain by chance. */
export function replacements(random: Random, original: ReadonlySet<string>): Replacements {
  const used = new Set<string>();

  function hasOriginal(text: string): boolean {
    return (text.match(longWord) ?? []).some((one) => original.has(one.toLowerCase()));
  }

  return {
    changed(text, avoided = none) {
      let result = '';
      for (let attempt = 0; attempt < tries; attempt++) {
        result = replaced(text, random, avoided);
        if (!hasOriginal(result)) break;
      }
      return result;
    },
    once(made, value, make) {
      const known = made.get(value);
      if (known !== undefined) return known;
      let one = make();
      for (let attempt = 0; attempt < triesToDiffer && used.has(one); attempt++) one = make();
      used.add(one);
      made.set(value, one);
      return one;
    },
  };
}
