/** Replaces the words of error messages, but for names that stay and words that everybody uses. */
import { inLowerCase, withCaseOf } from './characters.ts';
import type { Ids } from './ids.ts';
import { isKnownWord, phrases } from './lexicon.ts';
import type { Names } from './names.ts';
import { rememberedTexts } from './remembered-texts.ts';
import type { Replacements } from './replacements.ts';

interface ProseOptions {
  kept: ReadonlySet<string>;
  /** Words in lower case that stay beside those of the lexicon: the names of fields. */
  fields: ReadonlySet<string>;
  names: Names;
  ids: Ids;
}

/** Names that are shorter may be parts of words, so they are replaced as words. In characters. */
const shortestName = 4;

/** A key or an id is so long, with letters and digits. */
const secretForm = /^(?=.*\d)(?=.*[a-z])[\w-]{16,}$/i;

export function proseReplacement(
  { changed, once }: Replacements,
  { kept, fields, names, ids }: ProseOptions,
): (message: string) => string {
  const known = rememberedTexts();
  const words = new Map<string, string>();

  function aroundNames(value: string, [first, ...rest]: readonly string[]): string {
    if (first === undefined) return aroundIds(value);
    return value
      .split(first)
      .map((part) => aroundNames(part, rest))
      .join(kept.has(first) ? first : (names.replaced.get(first) ?? first));
  }

  function aroundIds(value: string): string {
    return value.replaceAll(/[\p{L}\p{N}\p{M}_-]+/gu, (one) => {
      const id = ids.known(one);
      if (id !== undefined) return id;
      if (secretForm.test(one) && !isCompound(one)) return ids.secret(one);
      return one.replaceAll(/[\p{L}\p{N}]+/gu, word);
    });
  }

  /** Known words with hyphens or underscores between them. */
  function isCompound(one: string): boolean {
    return one.split(/[-_]+/).every((part) => isKnownWord(part, fields));
  }

  function word(one: string): string {
    if (isKnownWord(one, fields)) return one;
    const phrase = phrases.find((each) => one.includes(each));
    if (phrase !== undefined)
      return one
        .split(phrase)
        .map((part) => part && word(part))
        .join(phrase);
    const lower = inLowerCase(one);
    const made = once(words, lower, () => changed(lower));
    return made.length === one.length ? withCaseOf(one, made) : changed(one);
  }

  return (message) => {
    const begun = known.begin(message);
    if (begun.length === message.length) return begun;
    const parts = [...kept, ...names.replaced.keys()].filter(
      (one) => one.length >= shortestName && message.includes(one),
    );
    const result = aroundNames(message, parts);
    known.remember(message, result);
    return result;
  };
}
