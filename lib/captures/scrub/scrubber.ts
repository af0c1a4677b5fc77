/**
 * Replaces text, names and ids, each by what is as long and has as many bytes. What is the same in several places of a
 * capture is replaced by the same in all of them.
 */
import { scrubbedBase64 } from './base64.ts';
import type { Random } from './characters.ts';
import { idReplacements } from './ids.ts';
import { wordsOf } from './lexicon.ts';
import type { Mode } from './modes.ts';
import { nameReplacements, type Names } from './names.ts';
import { proseReplacement } from './prose.ts';
import { replacements } from './replacements.ts';
import { stopSequences } from './stop-sequences.ts';
import { textReplacements, type Texts } from './text.ts';
import { scrubbedUrl } from './urls.ts';

/** How much was replaced, for people. */
export interface ScrubCounts {
  texts: number;
  calls: number;
  names: number;
  images: number;
}

export interface ScrubberOptions {
  random: Random;
  /** Ids of models, names of providers: what stays wherever it is. */
  kept: ReadonlySet<string>;
  /** Words in lower case that stay in error messages beside those of the lexicon: the names of fields. */
  fields: ReadonlySet<string>;
  /** Words in lower case that nothing may become by chance. */
  original: ReadonlySet<string>;
  /** The stop sequences of the request. */
  stops: readonly string[];
}

export interface Scrubber extends Pick<Names, 'register' | 'isTool'>, Pick<Texts, 'remember'> {
  /** `json` scrubs JSON in a string. */
  scrub(mode: Mode, value: string, json: (text: string) => string): string;
  counts: ScrubCounts;
  /** Words of names that stayed, in lower case. */
  keptWords: ReadonlySet<string>;
}

/** Names of fields that stay: those that programs write. */
export const fieldName = /^[A-Za-z_$@][\w.$@-]{0,63}$/;

export function createScrubber({ random, kept, fields, original, stops }: ScrubberOptions): Scrubber {
  const counts: ScrubCounts = { texts: 0, calls: 0, names: 0, images: 0 };
  const keptWords = new Set<string>();
  const making = replacements(random, original);
  const { changed, once } = making;
  const stopped = stopSequences(stops, changed);
  const names = nameReplacements(making, { kept, keep, counts });
  const ids = idReplacements(making, kept, names.replacement);
  const keys = new Map<string, string>();
  const urls = new Map<string, string>();
  const key = (value: string): string =>
    fieldName.test(value) ? value : once(keys, value, () => changed(value));
  const texts = textReplacements(making, stopped, { keep, begun: keep, name: names.replacement, key });
  const prose = proseReplacement(making, { kept, fields, names, ids });

  /** Notes the words of a value that looks like a name. Anything else that stays is a mistake, which is found by its words. */
  function keep(value: string): string {
    if (/^\S{1,60}$/.test(value)) for (const word of wordsOf(value)) keptWords.add(word);
    return value;
  }

  return {
    counts,
    keptWords,
    isTool: names.isTool,
    register: names.register,
    remember: texts.remember,
    scrub(mode, value, json) {
      switch (mode) {
        case 'keep':
          return keep(value);
        case 'text':
          if (value !== '') counts.texts++;
          return texts.replacement(value, json);
        case 'prose':
          return prose(value);
        case 'json':
          if (value !== '') counts.calls++;
          return /^\s*[{["]/.test(value) ? json(value) : prose(value);
        case 'id':
          return ids.replacement(value);
        case 'name':
          return names.replacement(value);
        case 'key':
          return key(value);
        case 'model':
          return kept.has(value) || /^claude[\w.-]*$/.test(value) ? value : ids.replacement(value);
        case 'url':
          return once(urls, value, () => scrubbedUrl(value, changed));
        case 'stop':
          return stopped.replacement(value) ?? texts.replacement(value, json);
        case 'base64':
          counts.images++;
          return scrubbedBase64(value);
        case 'pattern':
          return value.replaceAll(/[^]/g, '.');
      }
    },
  };
}
