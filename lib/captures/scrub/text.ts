/** Replaces what people and models write. Markup and stop sequences keep their places, because decoders act on them. */
import { markupIn, type MarkupPart } from './markup.ts';
import { rememberedTexts } from './remembered-texts.ts';
import type { Replacements } from './replacements.ts';
import type { StopSequences } from './stop-sequences.ts';

export interface Texts {
  /** `json` scrubs JSON in the text. */
  replacement(text: string, json: (text: string) => string): string;
  /** Replaces a text that begins like this one by the same beginning from now on. */
  remember: (text: string, replacement: string) => void;
}

/** What replaces the parts of a text that are markup. */
type OfMarkup = Record<Exclude<MarkupPart['what'], 'json'>, (part: string) => string>;

export function textReplacements(
  { changed }: Replacements,
  stopped: StopSequences,
  ofMarkup: OfMarkup,
): Texts {
  const known = rememberedTexts();

  /** Word by word, so that one word of the original does not change all. */
  function changedWords(value: string, avoided: ReadonlySet<string>): string {
    return value.replaceAll(/[^\s]+/g, (word) => changed(word, avoided));
  }

  return {
    remember(text, replacement) {
      if (stopped.none) known.remember(text, replacement);
    },
    replacement(value, json) {
      if (value === '') return value;
      const begun = known.begin(value);
      if (begun.length === value.length) return begun;
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
        result.push(what === 'json' ? json(part) : ofMarkup[what](part));
        at = to;
      }
      plain(value.length);
      const joined = result.join('');
      // A stop sequence may stand where the known beginning ends.
      const isPlain = stopped.none && parts.length === 0;
      const whole = isPlain ? begun + joined.slice(begun.length) : joined;
      known.remember(value, whole);
      return whole;
    },
  };
}
