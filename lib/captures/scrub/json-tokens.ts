/** Finds the strings of JSON text, also of text that is cut or broken. */

export type JsonPath = readonly (string | number)[];

export interface StringToken {
  /** Where its characters begin and end, without the quotation marks. */
  from: number;
  to: number;
  /** Of the value, or of the value that the key names. */
  path: JsonPath;
  isKey: boolean;
}

export interface Tokens {
  strings: StringToken[];
  /** The raw text of numbers, literals and strings by `pathName` of where they are. */
  scalars: ReadonlyMap<string, string>;
}

export const pathName = (path: JsonPath): string => path.join('\u0000');

/** Containers deeper than this are not distinguished. */
const deepest = 512;

/** Reads as much as there is; what cannot be JSON is passed over. Linear in the text. */
export function tokensOf(text: string): Tokens {
  const strings: StringToken[] = [];
  const scalars = new Map<string, string>();
  /** What is read: for an object the current key, for an array the current position. */
  let path: (string | number)[] = [];
  const objects: boolean[] = [];
  let wantsKey = false;
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (char === '"') {
      const to = endOfString(text, at + 1);
      const raw = text.slice(at + 1, to);
      const isKey = wantsKey && objects.at(-1) === true;
      if (isKey) path[path.length - 1] = unescaped(raw);
      strings.push({ from: at + 1, to, path: [...path], isKey });
      if (!isKey) scalars.set(pathName(path), raw);
      at = to + 1;
      continue;
    }
    if (char === '{' || char === '[') {
      if (objects.length < deepest) {
        objects.push(char === '{');
        path.push(char === '{' ? '' : 0);
      }
      wantsKey = char === '{';
    } else if (char === '}' || char === ']') {
      objects.pop();
      path = path.slice(0, objects.length);
      wantsKey = false;
    } else if (char === ',') {
      const last = path.at(-1);
      if (objects.at(-1) === true) wantsKey = true;
      else if (typeof last === 'number') path[path.length - 1] = last + 1;
    } else if (char === ':') {
      wantsKey = false;
    } else if (/[\w.+-]/.test(char)) {
      let to = at + 1;
      while (to < text.length && /[\w.+-]/.test(text[to] ?? '')) to++;
      scalars.set(pathName(path), text.slice(at, to));
      at = to;
      continue;
    }
    at++;
  }
  return { strings, scalars };
}

function endOfString(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return Math.min(at, text.length);
}

/** The characters that a raw string stands for, each with how it is written. */
export function unitsOf(raw: string): { char: string; raw: string }[] {
  const units: { char: string; raw: string }[] = [];
  for (const [written] of raw.matchAll(/\\u[0-9a-fA-F]{0,4}|\\[^]|[^]/g)) {
    units.push({ char: charOf(written), raw: written });
  }
  return units;
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  '"': '"',
  '/': '/',
  '\\': '\\',
};

/** For an escape that is cut or that JSON does not have: no letter, so that it stays. */
const unknown = '\uFFFD';

function charOf(written: string): string {
  if (written.length === 1) return written;
  if (written.length === 6) return String.fromCharCode(Number.parseInt(written.slice(2), 16));
  return (written.length === 2 && escapes[written[1] ?? '']) || unknown;
}

/** The characters of a raw string of JSON, its escape sequences resolved. */
export function unescaped(raw: string): string {
  return raw.includes('\\')
    ? unitsOf(raw)
        .map(({ char }) => char)
        .join('')
    : raw;
}

/** `text` written as `raw` was: the same characters are escaped. Both stand for as many UTF-16 units. */
export function writtenLike(raw: string, text: string): string {
  if (!raw.includes('\\')) return text;
  return unitsOf(raw)
    .map((unit, at) => {
      const char = text[at] ?? '';
      if (char === unit.char) return unit.raw;
      if (unit.raw.length === 1) return char;
      const hex = char.charCodeAt(0).toString(16).padStart(4, '0');
      return `\\u${/[A-F]/.test(unit.raw) ? hex.toUpperCase() : hex}`;
    })
    .join('');
}
