/** Replaces characters by random ones of the same class, with as many bytes in UTF-8. */

/** A number from 0 up to, but not including, 1. */
export type Random = () => number;

type Range = readonly [from: number, to: number];

/**
 * Characters that are replaced by one of their own range. All of a range take as many bytes, and all are assigned. A letter
 * of no range is replaced by one of the range for its length.
 */
const ranges: readonly Range[] = [
  [0xc0, 0xd6],
  [0xd8, 0xde],
  [0xdf, 0xf6],
  [0xf8, 0xff],
  [0x100, 0x17f],
  [0x391, 0x3a1],
  [0x3b1, 0x3c9],
  [0x410, 0x42f],
  [0x430, 0x44f],
  [0x5d0, 0x5ea],
  [0x627, 0x63a],
  [0x641, 0x64a],
  [0x660, 0x669],
  [0x905, 0x939],
  [0x966, 0x96f],
  [0xe01, 0xe2e],
  [0x3041, 0x3096],
  [0x30a1, 0x30fa],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xac00, 0xd7a3],
  [0xff10, 0xff19],
  [0xff21, 0xff3a],
  [0xff41, 0xff5a],
  [0x2600, 0x26ff],
  [0x1f300, 0x1f5ff],
  [0x1f600, 0x1f64f],
  [0x1f910, 0x1f93a],
  [0x20000, 0x2a6df],
];

const byBytes: Readonly<Record<number, Range>> = {
  2: [0x100, 0x17f],
  3: [0x4e00, 0x9fff],
  4: [0x20000, 0x2a6df],
};

/** Without vowels, random letters are no words. */
const lower = 'bcdfghjklmnpqrstvwxz';
const upper = lower.toUpperCase();
const digits = '0123456789';

/** The character for `char`, one code point; itself if it is punctuation, white space or half of a pair. */
export function replacement(char: string, random: Random): string {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x80) {
    if (char >= 'a' && char <= 'z') return pick(lower, random);
    if (char >= 'A' && char <= 'Z') return pick(upper, random);
    return char >= '0' && char <= '9' ? pick(digits, random) : char;
  }
  const range = ranges.find(([from, to]) => code >= from && code <= to) ?? otherRange(char, code);
  if (range === undefined) return char;
  const [from, to] = range;
  return String.fromCodePoint(from + Math.floor(random() * (to - from + 1)));
}

function otherRange(char: string, code: number): Range | undefined {
  if (!/[\p{L}\p{N}]/u.test(char)) return undefined;
  return byBytes[code < 0x800 ? 2 : code < 0x10000 ? 3 : 4];
}

function pick(from: string, random: Random): string {
  return from[Math.floor(random() * from.length)] ?? '';
}

/** Every character of the text replaced, by none of those to avoid. */
export function replaced(text: string, random: Random, avoided: ReadonlySet<string>): string {
  return Array.from(text, (char) => {
    let one = replacement(char, random);
    for (let attempt = 0; attempt < tries && one !== char && avoided.has(one); attempt++)
      one = replacement(char, random);
    return one;
  }).join('');
}

const tries = 20;

/** In lower case, but for letters whose other case takes more or fewer bytes. */
export function inLowerCase(text: string): string {
  return Array.from(text, (char) => sameSize(char, char.toLowerCase())).join('');
}

/** `text` with the case of `model`. Both have as many units. */
export function withCaseOf(model: string, text: string): string {
  return Array.from({ length: model.length }, (_, at) => {
    const [like = '', char = ''] = [model[at], text[at]];
    return like === like.toLowerCase() ? char : sameSize(char, char.toUpperCase());
  }).join('');
}

function sameSize(char: string, other: string): string {
  return other.length === char.length && bytesOf(other) === bytesOf(char) ? other : char;
}

/** Bytes in UTF-8. */
function bytesOf(char: string): number {
  const code = char.codePointAt(0) ?? 0;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}
