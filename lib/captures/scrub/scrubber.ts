/** Replaces text, names and ids. What must be the same in several places is replaced by the same in all of them. */
import { inLowerCase, replaced, withCaseOf, type Random } from './characters.ts';
import { isKnownWord, phrases, wordsOf } from './lexicon.ts';
import { markupIn } from './markup.ts';
import type { Mode } from './modes.ts';
import { rememberedTexts } from './remembered-texts.ts';
import { isKnownTool } from './tool-names.ts';
import { stopSequences } from './stop-sequences.ts';
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
  /** Ids of models, names of providers: what stays wherever it stands. */
  kept: ReadonlySet<string>;
  /** Words in lower case that stay in error messages beside those of the lexicon: the names of fields. */
  fields: ReadonlySet<string>;
  /** Words in lower case that nothing may become by chance. */
  original: ReadonlySet<string>;
  stops: readonly string[];
}

export interface Scrubber {
  /** `json` scrubs JSON in a string. */
  scrub(mode: Mode, value: string, json: (text: string) => string): string;
  /** Scrubs `name` by `replacement` from now on. */
  register(name: string, replacement: string): void;
  /** The name of a tool that is known, or that was replaced. */
  isTool(name: string): boolean;
  /** Replaces a text that begins like this one by the same beginning from now on. */
  remember(text: string, replacement: string): void;
  counts: ScrubCounts;
  /** Words of names that stayed, in lower case. */
  keptWords: ReadonlySet<string>;
}

/** Names of fields that stay: those that programs write. */
export const fieldName = /^[A-Za-z_$@][\w.$@-]{0,63}$/;

const idPrefix =
  /^(?:(?:srv)?toolu_(?:occ[02]_)?|call_|msg_|req_|resp_|fc_|rs_|chatcmpl-|gen-|org-|functions\.|occ1\.[\w-]*\.|msg-)/;

/** Words at least so long are looked for in the result. */
export const searchedLength = 5;

const longWord = new RegExp(`[\\p{L}\\p{N}]{${searchedLength},}`, 'gu');
const tries = 20;
const manyTries = 400;
const none: ReadonlySet<string> = new Set();

export function scrubber({ random, kept, fields, original, stops }: ScrubberOptions): Scrubber {
  const counts: ScrubCounts = { texts: 0, calls: 0, names: 0, images: 0 };
  const texts = rememberedTexts();
  const ids = new Map<string, string>();
  const names = new Map<string, string>();
  const words = new Map<string, string>();
  const stopped = stopSequences(stops, changed);
  /** What ids and names have become. */
  const used = new Set<string>();
  const keptWords = new Set<string>();

  /** Random characters that make no word of the original. */
  function changed(text: string, avoided: ReadonlySet<string> = none): string {
    let result = '';
    for (let attempt = 0; attempt < tries; attempt++) {
      result = replaced(text, random, avoided);
      if (!hasOriginal(result)) break;
    }
    return result;
  }

  function hasOriginal(text: string): boolean {
    return (text.match(longWord) ?? []).some((one) => original.has(one.toLowerCase()));
  }

  function memoized(map: Map<string, string>, value: string, make: () => string): string {
    const known = map.get(value);
    if (known !== undefined) return known;
    let made = make();
    // Ids that are short would become the same by chance.
    for (let attempt = 0; attempt < manyTries && used.has(made); attempt++) made = make();
    used.add(made);
    map.set(value, made);
    return made;
  }

  const id = (value: string): string =>
    kept.has(value)
      ? value
      : memoized(ids, value, () => {
          const [prefix = ''] = idPrefix.exec(value) ?? [];
          const rest = value.slice(prefix.length);
          if (prefix === '') return changed(rest);
          // Kimi's ids hold the name of the tool.
          if (prefix === 'functions.') return prefix + rest.replace(/^[^:]+/, name);
          return prefix + (prefix === 'occ1.' || rest === '' ? rest : partOfId(rest));
        });

  /** A signature of occ holds what the upstream sent, which stands elsewhere, too. */
  function partOfId(rest: string): string {
    return memoized(ids, rest, () => changed(rest));
  }

  function name(value: string): string {
    if (value === '' || isKnownTool(value) || kept.has(value)) return keep(value);
    const folded = inLowerCase(value);
    const known = names.get(value) ?? names.get(folded);
    if (known !== undefined && known.length === value.length) return withCaseOf(value, known);
    counts.names++;
    const begun = beginningOfName(folded);
    const made = memoized(names, folded, () => begun + changed(folded.slice(begun.length)));
    const cased = withCaseOf(value, made);
    names.set(value, cased);
    return cased;
  }

  /** A decoder that has read `Read` waits if there is a tool `ReadMany`, so that one name stays the beginning of the other. */
  function beginningOfName(folded: string): string {
    for (let length = folded.length - 1; length > 1; length--) {
      const shorter = folded.slice(0, length);
      if (isKnownTool(shorter)) return shorter;
      const known = names.get(shorter);
      if (known !== undefined) return known;
    }
    return folded.startsWith('mcp__') ? 'mcp__' : '';
  }

  const key = (value: string): string =>
    fieldName.test(value) ? value : memoized(words, `key ${value}`, () => changed(value));

  /** Text in which markup and stop sequences keep their places. */
  function text(value: string, json: (text: string) => string): string {
    if (value === '') return value;
    const begun = texts.begin(value);
    if (begun.length === value.length) return begun;
    // A stop sequence may stand where the known beginning ends.
    const known = stopped.none ? begun : '';
    const parts = markupIn(value).filter(
      ({ what, from, to }) => what !== 'begun' || stopped.begin(value, from).length < to - from - 1,
    );
    const result: string[] = [];
    let at = 0;
    const plain = (to: number): void => {
      if (to > at) result.push(stopped.around(value.slice(at, to), changedWords));
      at = Math.max(at, to);
    };
    for (const { from, to, what } of parts) {
      plain(from);
      const part = value.slice(from, to);
      result.push(
        what === 'keep' || what === 'begun'
          ? keep(part)
          : what === 'name'
            ? name(part)
            : what === 'key'
              ? key(part)
              : json(part),
      );
      at = to;
    }
    plain(value.length);
    const joined = result.join('');
    const whole = parts.length > 0 ? joined : known + joined.slice(known.length);
    texts.remember(value, whole);
    return whole;
  }

  /** Word by word, so that one word of the original does not change all. */
  function changedWords(value: string, avoided: ReadonlySet<string>): string {
    return value.replaceAll(/[^\s]+/g, (word) => changed(word, avoided));
  }

  const prose = (value: string): string => {
    const known = texts.begin(`prose ${value}`);
    if (known.length === value.length + 6) return known.slice(6);
    const parts = [...kept, ...names.keys()].filter((one) => one.length > 3 && value.includes(one));
    const result = aroundNames(value, parts);
    texts.remember(`prose ${value}`, `prose ${result}`);
    return result;
  };

  function aroundNames(value: string, [first, ...rest]: readonly string[]): string {
    if (first === undefined) return proseWords(value);
    return value
      .split(first)
      .map((part) => aroundNames(part, rest))
      .join(kept.has(first) ? first : (names.get(first) ?? first));
  }

  function proseWords(value: string): string {
    return value.replaceAll(/[\p{L}\p{N}\p{M}_-]+/gu, (one) => {
      const known = ids.get(one);
      if (known !== undefined) return known;
      // A key, or an id. Its beginning says of whom.
      if (/^(?=.*\d)(?=.*[a-z])[\w-]{16,}$/i.test(one) && !isName(one)) return secret(one);
      return one.replaceAll(/[\p{L}\p{N}]+/gu, proseWord);
    });
  }

  function isName(one: string): boolean {
    return one.split(/[-_]+/).every((word) => isKnownWord(word, fields));
  }

  function secret(value: string): string {
    const [start = ''] =
      /^(?:sk|pk|gsk|xai|ghp|key|req|org|resp|msg|call|toolu|chatcmpl)(?:[-_](?:proj|ant|or|v1|api\d*))*[-_]/.exec(
        value,
      ) ?? [];
    return start + partOfId(value.slice(start.length));
  }

  function proseWord(one: string): string {
    if (isKnownWord(one, fields)) return one;
    const phrase = phrases.find((known) => one.includes(known));
    if (phrase !== undefined)
      return one
        .split(phrase)
        .map((part) => part && proseWord(part))
        .join(phrase);
    const lower = inLowerCase(one);
    const made = memoized(words, lower, () => changed(lower));
    return made.length === one.length ? withCaseOf(one, made) : changed(one);
  }

  function base64(value: string): string {
    counts.images++;
    const [start = ''] = /^data:[^,]*,/.exec(value) ?? [];
    // The first bytes say what kind of file it is.
    const begin = Math.min(value.length, start.length + 8);
    return memoized(ids, value, () => value.slice(0, begin) + changedBase64(value.slice(begin)));
  }

  function changedBase64(value: string): string {
    return value.replaceAll(/[\w+/-]/g, 'A');
  }

  /** What stays and looks like a name; anything else that stays is a mistake, which is found by its words. */
  function keep(value: string): string {
    if (/^\S{1,60}$/.test(value)) for (const word of wordsOf(value)) keptWords.add(word);
    return value;
  }

  return {
    counts,
    keptWords,
    isTool: (one) => isKnownTool(one) || names.has(one),
    remember: (value, by) => {
      if (stopped.none) texts.remember(value, by);
    },
    register: (value, by) => void names.set(value, by),
    scrub(mode, value, json) {
      switch (mode) {
        case 'keep':
          return keep(value);
        case 'text':
          if (value !== '') counts.texts++;
          return text(value, json);
        case 'prose':
          return prose(value);
        case 'json':
          if (value !== '') counts.calls++;
          return /^\s*[{["]/.test(value) ? json(value) : prose(value);
        case 'id':
          return id(value);
        case 'name':
          return name(value);
        case 'key':
          return key(value);
        case 'model':
          return kept.has(value) || /^claude[\w.-]*$/.test(value) ? value : id(value);
        case 'url':
          return memoized(words, `url ${value}`, () => scrubbedUrl(value, changed));
        case 'stop':
          return stopped.replacement(value) ?? text(value, json);
        case 'base64':
          return base64(value);
        case 'pattern':
          return value.replaceAll(/[^]/g, '.');
      }
    },
  };
}
