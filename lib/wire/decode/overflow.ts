/**
 * A request that is longer than the model's window, in the words of a dozen vendors. Claude Code compacts on one sentence,
 * and the numbers in it steer how much it cuts (measured), so they must be the right two of all those a vendor mentions.
 * Sources: upstream facts, section 7; claude-code 3.2; the wordings of vLLM, SGLang, llama.cpp, Ollama and Mistral.
 */

/** Tokens, as far as the upstream named them. */
export interface Overflow {
  /** Of the request, with the answer it asked for where the vendor counts both. */
  asked?: number;
  /** The most that the model takes. */
  limit?: number;
}

/** The sentence Claude Code acts on. Without both numbers it still compacts, only less well. */
export function promptTooLong({ asked, limit }: Overflow): string {
  return asked !== undefined && limit !== undefined && asked > limit
    ? `prompt is too long: ${asked} tokens > ${limit} maximum`
    : 'prompt is too long for this model';
}

const wordings = [
  'prompt (?:is )?too long',
  "exceed(?:s|ed)? the (?:model[’']?s? )?(?:maximum |available )?context (?:window|length|size|limit)",
  'context (?:window|length|limit) (?:is |was )?exceed',
  'maximum context length',
  'context_length_exceeded',
  'model_context_window_exceeded',
  'context window exceeds limit',
  'exceeded model token limit',
  'range of input length should be',
  'prompt exceeds max length',
  'input token count.{0,40}exceeds the maximum',
  'prompt token count.{0,40}exceeds the limit',
  'maximum prompt length',
  'input is too long',
  'reduce the length of the (?:messages|prompt|input)',
  "(?:longer|greater) than the (?:maximum )?(?:model|context)[’']?s? (?:context )?length",
  'but model only supports up to',
  'input length and `?max_tokens`? exceed context limit',
  'request_too_large',
];
const overflowWords = new RegExp(wordings.join('|'), 'i');

/** What the words of an error say about an overflow; undefined when they speak of something else. */
export function overflowIn(words: string): Overflow | undefined {
  return overflowWords.test(words) ? overflowNumbers(words) : undefined;
}

/** Sums and comparisons that vendors write out, before anything is guessed from single numbers. */
export function overflowNumbers(words: string): Overflow {
  const sum = match(words, /(\d[\d,]*) \+ (\d[\d,]*) > (\d[\d,]*)/);
  if (sum) return found((sum[0] ?? 0) + (sum[1] ?? 0), sum[2]);
  const difference = match(words, /(\d[\d,]*) > (\d[\d,]*) - (\d[\d,]*)/);
  if (difference) return found((difference[0] ?? 0) + (difference[2] ?? 0), difference[1]);
  const comparison = match(words, /(\d[\d,]*)(?: tokens)? > (\d[\d,]*)/);
  if (comparison) return found(comparison[0], comparison[1]);
  const limit = limitIn(words);
  const numbers = [...words.matchAll(number)].map(([digits]) => toCount(digits)).filter(plausible);
  if (limit !== undefined) return found(Math.max(...numbers.filter((count) => count > limit)), limit);
  const [one, other, ...more] = [...new Set(numbers)].sort((a, b) => a - b);
  return more.length === 0 ? found(other, other === undefined ? undefined : one) : {};
}

/** A number that stands alone: not the date in a model's name, not a part of an id. */
const number = /(?<![\w.-])\d[\d,]*(?![\w-]|\.\d)/g;

/** The limit is named before its number, behind it, or as the end of a range. */
const limitPlaces = [
  /(?<![\w.-])(\d[\d,]*) (?:tokens? )?maximum/i,
  /should be \[\d+, ?(\d+)\]/i,
  /(?:context (?:length|window|size|limit)|prompt length|model length|max length|token limit|tokens allowed|supports up to|the limit)[^\d.]{0,20}(?<![\w-])(\d[\d,]*)(?!\w)/i,
];

function limitIn(words: string): number | undefined {
  for (const place of limitPlaces) {
    const limit = match(words, place)?.[0];
    if (limit !== undefined && plausible(limit)) return limit;
  }
  return undefined;
}

/** The captured numbers of a match. */
function match(words: string, pattern: RegExp): number[] | undefined {
  return pattern.exec(words)?.slice(1).map(toCount);
}

function toCount(digits: string): number {
  return Number(digits.replaceAll(',', ''));
}

/** No window is smaller or larger; what is, is a code, a date or an id. */
function plausible(count: number): boolean {
  return count >= 2048 && count <= 20_000_000;
}

function found(asked: number | undefined, limit: number | undefined): Overflow {
  const known = (count: number | undefined): count is number => count !== undefined && Number.isFinite(count);
  return { ...(known(asked) && { asked }), ...(known(limit) && { limit }) };
}
