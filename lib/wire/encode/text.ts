/** Text on its way to an upstream: how pieces join, and that it is well formed. */

/** What ES2024 adds to strings; every Node this runs on has it, the ES2023 types do not know it. */
interface WellFormed {
  toWellFormed(): string;
}

/**
 * The pieces as one text, a blank line between two of them unless the text already breaks the line there. Pieces that
 * hold nothing but white space are left out.
 */
export function joinTexts(texts: readonly string[]): string {
  let joined = '';
  for (const text of texts) {
    if (isBlank(text)) continue;
    const broken = joined === '' || joined.endsWith('\n') || text.startsWith('\n');
    joined += broken ? text : `\n\n${text}`;
  }
  return joined;
}

export function isBlank(text: string): boolean {
  return text.trim() === '';
}

/** Halves of a character cut in two become U+FFFD: many servers refuse the whole request for one of them. */
export function wellFormed(text: string): string {
  return (text as unknown as WellFormed).toWellFormed();
}

/** `wellFormed` for every string in a JSON value. What needs no change is not copied. */
export function wellFormedJson<T>(value: T): T {
  return clean(value) as T;
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return wellFormed(value);
  if (Array.isArray(value)) {
    const cleaned = value.map(clean);
    return cleaned.every((item, at) => item === value[at]) ? value : cleaned;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const cleaned = entries.map(([key, item]): [string, unknown] => [wellFormed(key), clean(item)]);
  const same = cleaned.every(([key, item], at) => key === entries[at]?.[0] && item === entries[at][1]);
  return same ? value : Object.fromEntries(cleaned);
}
