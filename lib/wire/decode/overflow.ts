/**
 * Recognizes context overflow in the error messages of about a dozen vendors and extracts the token counts. Claude Code
 * compacts the conversation when it reads `prompt is too long`, and the two numbers in that message determine how much it
 * removes (measured). Sources: vendors' error responses, and the messages of vLLM, SGLang, llama.cpp, Ollama and Mistral.
 */

/** Tokens, where the upstream named them. */
export interface Overflow {
  /** Tokens of the request, plus its output limit where the vendor adds both. */
  requested?: number;
  /** The most tokens that the model accepts. */
  limit?: number;
}

/** The message that makes Claude Code compact. Without both numbers it compacts too, but less precisely. */
export function promptTooLong({ requested, limit }: Overflow): string {
  return requested !== undefined && limit !== undefined && requested > limit
    ? `prompt is too long: ${requested} tokens > ${limit} maximum`
    : 'prompt is too long for this model';
}

const patterns = [
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
const overflowPattern = new RegExp(patterns.join('|'), 'i');

/** The token counts in an error message about context overflow; undefined for any other message. */
export function overflowIn(text: string): Overflow | undefined {
  return overflowPattern.test(text) ? overflowNumbers(text) : undefined;
}

/** The token counts in an overflow message: from a sum or comparison in it if there is one, else from single numbers. */
export function overflowNumbers(text: string): Overflow {
  const sum = match(text, /(\d[\d,]*) \+ (\d[\d,]*) > (\d[\d,]*)/);
  if (sum) return toOverflow((sum[0] ?? 0) + (sum[1] ?? 0), sum[2]);
  const difference = match(text, /(\d[\d,]*) > (\d[\d,]*) - (\d[\d,]*)/);
  if (difference) return toOverflow((difference[0] ?? 0) + (difference[2] ?? 0), difference[1]);
  const comparison = match(text, /(\d[\d,]*)(?: tokens)? > (\d[\d,]*)/);
  if (comparison) return toOverflow(comparison[0], comparison[1]);
  const limit = limitIn(text);
  const numbers = [...text.matchAll(number)].map(([digits]) => toCount(digits)).filter(isPlausible);
  if (limit !== undefined) return toOverflow(Math.max(...numbers.filter((count) => count > limit)), limit);
  const [smaller, larger, ...more] = [...new Set(numbers)].sort((a, b) => a - b);
  return more.length === 0 ? toOverflow(larger, larger === undefined ? undefined : smaller) : {};
}

/** A separate number: not the date in a model name and not part of an id. */
const number = /(?<![\w.-])\d[\d,]*(?![\w-]|\.\d)/g;

/** The limit as `N tokens maximum`, as the end of a range, or after its name. */
const limitPatterns = [
  /(?<![\w.-])(\d[\d,]*) (?:tokens? )?maximum/i,
  /should be \[\d+, ?(\d+)\]/i,
  /(?:context (?:length|window|size|limit)|prompt length|model length|max length|token limit|tokens allowed|supports up to|the limit)[^\d.]{0,20}(?<![\w-])(\d[\d,]*)(?!\w)/i,
];

function limitIn(text: string): number | undefined {
  for (const pattern of limitPatterns) {
    const limit = match(text, pattern)?.[0];
    if (limit !== undefined && isPlausible(limit)) return limit;
  }
  return undefined;
}

/** The captured numbers. */
function match(text: string, pattern: RegExp): number[] | undefined {
  return pattern.exec(text)?.slice(1).map(toCount);
}

function toCount(digits: string): number {
  return Number(digits.replaceAll(',', ''));
}

/** A number outside this range is a code, a date or an id, not the size of a context window. */
function isPlausible(count: number): boolean {
  return count >= 2048 && count <= 20_000_000;
}

function toOverflow(requested: number | undefined, limit: number | undefined): Overflow {
  const known = (count: number | undefined): count is number => count !== undefined && Number.isFinite(count);
  return { ...(known(requested) && { requested }), ...(known(limit) && { limit }) };
}
