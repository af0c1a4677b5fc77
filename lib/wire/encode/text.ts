/** Joins text blocks, and replaces lone surrogates in what is sent to an upstream. */

/** ES2024; every supported Node version has it, but the ES2023 types do not declare it. */
interface WellFormed {
  isWellFormed(): boolean;
  toWellFormed(): string;
}

/** Joins texts with a blank line, or with nothing where there already is a line break. Blank texts are omitted. */
export function joinTexts(texts: readonly string[]): string {
  const joined: string[] = [];
  let before = '\n';
  for (const text of texts) {
    if (isBlank(text)) continue;
    if (!before.endsWith('\n') && !text.startsWith('\n')) joined.push('\n\n');
    joined.push(text);
    before = text;
  }
  return joined.join('');
}

/** True for a text of white space alone, and for an empty one. */
export function isBlank(text: string): boolean {
  return text.trim() === '';
}

/** Replaces lone surrogates by U+FFFD: many servers reject a request that contains one. */
export function wellFormed(text: string): string {
  return (text as unknown as WellFormed).toWellFormed();
}

/** Applies `wellFormed` to every string in a JSON value. Returns the same value if that changes nothing. */
export function wellFormedJson<T>(value: T): T {
  return isWellFormedJson(value) ? value : (clean(value) as T);
}

/** Walks without allocating: almost every request is well-formed, and this runs over its whole history. */
function isWellFormedJson(value: unknown): boolean {
  if (typeof value === 'string') return isWellFormed(value);
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isWellFormedJson);
  const record = value as Readonly<Record<string, unknown>>;
  for (const key in record) if (!isWellFormed(key) || !isWellFormedJson(record[key])) return false;
  return true;
}

function isWellFormed(text: string): boolean {
  return (text as unknown as WellFormed).isWellFormed();
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return wellFormed(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [wellFormed(key), clean(item)]));
}
