/**
 * Reads the numbers of tokens in a refusal and what each of them counts, from comparisons (`9 + 3 > 10`) and from the words
 * around a number. A number without a stated meaning is ignored. Linear in the text.
 */
import type { TokenCounts } from './diagnosis.ts';
import { separator } from './text.ts';
import { ahead, behind, type Role } from './token-words.ts';

/** A number in a text. */
interface Count {
  value: number;
  start: number;
  end: number;
}

/** Smaller limits are codes or positions; larger numbers are ids. */
const least = { window: 2048, answer: 256 } as const;
const most = 20_000_000;

/** Smaller numbers are positions, or the lower end of a range. */
const leastCount = 16;

/** Numbers of one text that are read. */
const maxCounts = 24;

/** Characters around a number that may say what it counts. */
const before = 44;
const after = 40;

/** The token counts in a normalized text about the window, or about the longest answer. */
export function tokenCounts(text: string, about: keyof typeof least): TokenCounts {
  const counts = countsIn(text);
  return compared(text, counts) ?? byWords(text, counts.filter(isCount), least[about]);
}

/**
 * The two numbers of a text that says that a window is exceeded in words of its own, the larger one of which is the prompt;
 * undefined if it has fewer or more.
 */
export function exceeding(text: string): TokenCounts | undefined {
  const values = new Set(
    countsIn(text).flatMap(({ value }) => (value >= least.window && value <= most ? [value] : [])),
  );
  if (values.size !== 2) return undefined;
  return { input: Math.max(...values), limit: Math.min(...values) };
}

/** Units after a number that does not count tokens. */
const otherUnit =
  /^ ?(?:bytes?|octets|[kmg]i?b|characters?|chars|ms|milliseconds?|s|seconds?|minutes?|hours?|days?|requests?|images?|tools)\b|^ ?(?:字节|字符|毫秒|秒)/;

/** All separate numbers, also those with separators: `128,000`, `128_000`, `128 000` is read as two. */
function countsIn(text: string): Count[] {
  const found: Count[] = [];
  const pattern = /\d[\d,_]*/g;
  for (let match = pattern.exec(text); match && found.length < maxCounts; match = pattern.exec(text)) {
    const written = match[0].replace(/[,_]$/, '');
    const start = match.index;
    const end = start + written.length;
    if (otherUnit.test(text.slice(end, end + 16))) continue;
    if (/[\w.-]/.test(text[start - 1] ?? '') || /^(?:[\w-]|\.\d)/.test(text.slice(end, end + 2))) continue;
    found.push({ value: Number(written.replaceAll(/[,_]/g, '')), start, end });
  }
  return found;
}

/** `a + b > c`, `a > b - c` and `a > b`, where the sides are numbers with at most a word between. */
function compared(text: string, counts: readonly Count[]): TokenCounts | undefined {
  const between = (a: Count | undefined, b: Count | undefined): string =>
    a && b ? text.slice(a.end, b.start).replaceAll(/tokens|token|n_ctx|[():= ]/g, '') : '';
  for (const [i, a] of counts.entries()) {
    const b = counts[i + 1];
    const c = counts[i + 2];
    if (!b) return undefined;
    const first = between(a, b);
    const second = between(b, c);
    if (c && first === '+' && second === '>')
      return { input: a.value, answer: b.value, requested: a.value + b.value, limit: c.value };
    if (c && first === '>' && second === '-')
      return { input: c.value, answer: a.value, requested: a.value + c.value, limit: b.value };
    if (first === '>') return larger(text, a, b);
  }
  return undefined;
}

/** The larger side of `a > b` is the prompt, unless the words before it name the answer. */
function larger(text: string, a: Count, b: Count): TokenCounts {
  const lead = text.slice(Math.max(0, a.start - before), a.start);
  const answer = /\bmax_?(?:completion_?|output_?|new_?)?tokens\b/.test(lead);
  return { ...(answer ? { answer: a.value } : { input: a.value }), limit: b.value };
}

function byWords(text: string, counts: readonly Count[], leastLimit: number): TokenCounts {
  const read: Partial<Record<Role, number>> = {};
  let last = 0;
  for (const [i, { value, start, end }] of counts.entries()) {
    // The words of another message say nothing about this number.
    const lead =
      text
        .slice(Math.max(last, start - before), start)
        .split(separator)
        .at(-1) ?? '';
    last = end;
    const [trail = ''] = text
      .slice(end, Math.min(counts[i + 1]?.start ?? Infinity, end + after))
      .split(separator);
    const role = roleBehind(trail) ?? roleAhead(lead);
    // The same number again is what was meant the first time: max_tokens: 9000 …, whereas you provided 9000.
    if (role === undefined || Object.values(read).includes(value)) continue;
    if (role === 'limit' && value < leastLimit) continue;
    const exact = trail.trimStart().startsWith('(exclusive)') ? value - 1 : value;
    if (role === 'input' && read.input !== undefined && trail.includes('of tool')) read.input += exact;
    else read[role] ??= exact;
  }
  return read;
}

function isCount({ value }: Count): boolean {
  return value >= leastCount && value <= most;
}

function roleBehind(trail: string): Role | undefined {
  const words = trail.trimStart().replace(/^[)\],]+ ?/, '');
  return behind.find(([, phrases]) => phrases.some((phrase) => startsWith(words, phrase)))?.[0];
}

function startsWith(text: string, phrase: string): boolean {
  return text.startsWith(phrase) && !/\w/.test(text[phrase.length] ?? '');
}

/** The role of the phrase that ends nearest to the number. Of two that end together, the longer one says more. */
function roleAhead(lead: string): Role | undefined {
  let found: { role: Role; end: number; length: number } | undefined;
  for (const [role, phrases] of ahead) {
    for (const phrase of phrases) {
      const at = lead.lastIndexOf(phrase);
      if (at === -1 || (/^\w/.test(phrase) && /\w/.test(lead[at - 1] ?? ''))) continue;
      const end = at + phrase.length;
      if (/\w/.test(phrase.at(-1) ?? '') && /\w/.test(lead[end] ?? '')) continue;
      if (!found || end > found.end || (end === found.end && phrase.length > found.length))
        found = { role, end, length: phrase.length };
    }
  }
  return found?.role;
}
