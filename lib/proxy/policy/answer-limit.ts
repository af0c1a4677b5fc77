/**
 * Reads the largest number of tokens a model answers with from the refusal of a larger one. Sources: error messages of
 * Anthropic, OpenAI, Google, DeepSeek, Alibaba, Moonshot, and of gateways with checks of their own.
 */

/** Only such a sentence is about the answer's length. Sentences about the window are an overflow and read elsewhere. */
const named = /\bmax_?(?:completion_?|output_?)?tokens\b/i;

const number = String.raw`(\d[\d,_]*)`;
const limits: readonly RegExp[] = [
  new RegExp(`supports? at most ${number}`, 'i'),
  new RegExp(`> ${number},? which is the maximum`, 'i'),
  new RegExp(String.raw`\[\s*\d+\s*,\s*${number}\s*\]`),
  new RegExp(String.raw`from 1 \(inclusive\) to ${number} \(inclusive\)`, 'i'),
  new RegExp(
    `(?:<=|≤|less than or equal to|no (?:more|larger|greater) than|at most|up to|must not exceed|cannot exceed|exceeds the (?:maximum|limit)(?: value)? of|maximum(?: allowed)?(?: value)?(?: is| of|:)) *${number}`,
    'i',
  ),
];
/** Google names the first number that it does not accept. */
const below = new RegExp(String.raw`to ${number} \(exclusive\)`, 'i');

/** The limit in tokens; undefined if the message names none. */
export function answerLimitIn(words: string): number | undefined {
  if (!named.test(words)) return undefined;
  const exclusive = countIn(below, words);
  if (exclusive !== undefined) return plausible(exclusive - 1);
  for (const limit of limits) {
    const found = countIn(limit, words);
    if (found !== undefined) return plausible(found);
  }
  return undefined;
}

function countIn(pattern: RegExp, words: string): number | undefined {
  const digits = pattern.exec(words)?.[1];
  return digits === undefined ? undefined : Number(digits.replaceAll(/[,_]/g, ''));
}

/** The smallest limit that is believed. Smaller numbers are codes or parts of something else. */
function plausible(count: number): number | undefined {
  return count >= 256 ? count : undefined;
}
