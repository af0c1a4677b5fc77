/**
 * Finds an object or array written inside other text: `litellm.BadRequestError: … - {"error":…}`, the `repr` of a Python
 * dictionary, an event of a stream, or JSON whose end was cut off. Time is linear in the text.
 */
import type { Json, JsonObject } from '../../json.ts';

/** Nested arrays and objects; more than any error has. */
const maxDepth = 32;

/** Places at which a value may start. The text before an error seldom has even one. */
const maxStarts = 4;

/** The first object or array in the text that has content; undefined when there is none. Never throws. */
export function jsonIn(text: string): Json | undefined {
  let from = 0;
  for (let tries = 0; tries < maxStarts; tries++) {
    const start = nextStart(text, from);
    if (start === -1) return undefined;
    const value = new Parser(text, start).value(0);
    if (hasContent(value)) return value;
    from = start + 1;
  }
  return undefined;
}

/** The next bracket that an element can follow, so that `[ERROR]` and `{placeholder}` are passed over. */
function nextStart(text: string, from: number): number {
  const starts = /\{\s{0,64}["'\\]|\[\s{0,64}[{["']/g;
  starts.lastIndex = from;
  return starts.exec(text)?.index ?? -1;
}

function hasContent(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

const words: Readonly<Record<string, Json>> = {
  null: null,
  None: null,
  true: true,
  True: true,
  false: false,
  False: false,
};

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

/** Reads JSON and Python's `repr`. The end of the text closes whatever is open; undefined stands for a value it cannot read. */
class Parser {
  private readonly text: string;
  private at: number;

  constructor(text: string, start: number) {
    this.text = text;
    this.at = start;
  }

  value(depth: number): Json | undefined {
    this.skipSpace();
    const char = this.text[this.at];
    if (char === '{') return depth < maxDepth ? this.object(depth) : undefined;
    if (char === '[' || char === '(') return depth < maxDepth ? this.list(depth) : undefined;
    if (char === '"' || char === "'") return this.string(char);
    return this.word();
  }

  private object(depth: number): JsonObject | undefined {
    // Without a prototype, a key `__proto__` is a key like any other.
    const object = Object.create(null) as JsonObject;
    this.at++;
    for (;;) {
      this.skipSpace();
      const char = this.text[this.at];
      if (char === undefined) return object;
      if (char === ',') this.at++;
      else if (char === '}') {
        this.at++;
        return object;
      } else if (char === '"' || char === "'") {
        const key = this.string(char);
        this.skipSpace();
        if (this.at >= this.text.length) return object;
        if (this.text[this.at] !== ':') return undefined;
        this.at++;
        const value = this.value(depth + 1);
        if (value === undefined) return this.at >= this.text.length ? object : undefined;
        object[key] = value;
      } else return undefined;
    }
  }

  private list(depth: number): Json[] | undefined {
    const list: Json[] = [];
    this.at++;
    for (;;) {
      this.skipSpace();
      const char = this.text[this.at];
      if (char === undefined) return list;
      if (char === ',') this.at++;
      else if (char === ']' || char === ')') {
        this.at++;
        return list;
      } else {
        const value = this.value(depth + 1);
        if (value === undefined) return this.at >= this.text.length ? list : undefined;
        list.push(value);
      }
    }
  }

  private string(quote: string): string {
    const parts: string[] = [];
    let from = ++this.at;
    for (; this.at < this.text.length; this.at++) {
      const char = this.text[this.at];
      if (char === quote) break;
      if (char !== '\\') continue;
      parts.push(this.text.slice(from, this.at), this.escape());
      from = this.at + 1;
    }
    parts.push(this.text.slice(from, this.at));
    this.at++;
    return parts.join('');
  }

  /** Reads an escape and leaves `at` on its last character. */
  private escape(): string {
    const kind = this.text[++this.at] ?? '';
    const digits = kind === 'u' ? 4 : kind === 'x' ? 2 : 0;
    const code = this.text.slice(this.at + 1, this.at + 1 + digits);
    if (digits === 0 || !/^[\da-f]+$/i.test(code)) return escapes[kind] ?? kind;
    this.at += code.length;
    return String.fromCharCode(Number.parseInt(code, 16));
  }

  /** A number, a constant, or a string with a prefix, as Python writes bytes: `b'…'`. */
  private word(): Json | undefined {
    const pattern = /[\w.+-]{1,40}/y;
    pattern.lastIndex = this.at;
    const word = pattern.exec(this.text)?.[0] ?? '';
    this.at += word.length;
    const next = this.text[this.at];
    if (/^[bur]$/i.test(word) && (next === '"' || next === "'")) return this.string(next);
    if (Object.hasOwn(words, word)) return words[word];
    const number = word === '' ? NaN : Number(word);
    return Number.isFinite(number) ? number : undefined;
  }

  private skipSpace(): void {
    while (this.at < this.text.length && this.text.charCodeAt(this.at) <= 0x20) this.at++;
  }
}
