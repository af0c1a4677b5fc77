/** Joins text blocks, and replaces lone surrogates in what is sent to an upstream. */

/** ES2024; every supported Node version has it, but the ES2023 types do not declare it. */
interface WellFormed {
  toWellFormed(): string;
}

/** Joins texts with a blank line, or with nothing where there already is a line break. Blank texts are omitted. */
export function joinTexts(texts: readonly string[]): string {
  let joined = '';
  for (const text of texts) {
    if (isBlank(text)) continue;
    const separated = joined === '' || joined.endsWith('\n') || text.startsWith('\n');
    joined += separated ? text : `\n\n${text}`;
  }
  return joined;
}

export function isBlank(text: string): boolean {
  return text.trim() === '';
}

/** Replaces lone surrogates by U+FFFD: many servers reject a request that contains one. */
export function wellFormed(text: string): string {
  return (text as unknown as WellFormed).toWellFormed();
}

/** Applies `wellFormed` to every string in a JSON value. Unchanged parts are not copied. */
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
