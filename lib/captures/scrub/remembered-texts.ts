/** Texts with what replaced them, so that a text that begins like an earlier one is replaced by the same beginning. */

export interface RememberedTexts {
  /** The replacement of as much of the beginning as is known. */
  begin(text: string): string;
  remember(text: string, replacement: string): void;
}

/** Texts are looked up by this many characters. */
const indexed = 6;
/** Texts with one beginning that are compared. */
const most = 32;

/** An empty memory. */
export function rememberedTexts(): RememberedTexts {
  const exact = new Map<string, string>();
  const byBeginning = new Map<string, { text: string; replacement: string }[]>();

  return {
    begin(text) {
      const known = exact.get(text);
      if (known !== undefined) return known;
      let best = '';
      for (const one of byBeginning.get(text.slice(0, indexed)) ?? []) {
        const length = commonLength(one.text, text);
        if (length > best.length) best = one.replacement.slice(0, length);
      }
      // Texts that are too short for the index.
      for (let length = Math.min(indexed, text.length) - 1; length > best.length; length--)
        best = exact.get(text.slice(0, length)) ?? best;
      return best;
    },
    remember(text, replacement) {
      if (exact.has(text)) return;
      exact.set(text, replacement);
      const key = text.slice(0, indexed);
      const same = byBeginning.get(key);
      if (!same) byBeginning.set(key, [{ text, replacement }]);
      else if (same.length < most) same.push({ text, replacement });
    },
  };
}

/** UTF-16 units that both begin with, without half of a pair at the end. */
function commonLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a[at] === b[at]) at++;
  return /[\uD800-\uDBFF]/.test(a[at - 1] ?? '') ? at - 1 : at;
}
