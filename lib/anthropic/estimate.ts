/**
 * A fast estimate of a request's tokens, for routing and for a `message_start` that is sent before the exact count. It
 * counts the same content (`countable.ts`) but weighs characters by class instead of tokenizing them.
 */
import { toCountable } from './countable.ts';
import type { MessagesRequest } from './request.ts';

/**
 * Tokens per character, and additional tokens for some classes of characters. Fitted by least squares to o200k's counts for
 * English prose, TypeScript and JavaScript, JSON and tables, Chinese and Japanese, and Claude Code's own requests.
 */
const weights = { character: 0.22, punctuation: 0.22, digit: 1, wide: 0.42 } as const;

/** An estimate times this is seldom exceeded, although tokenizers differ from the one that it was fitted to. */
export const estimateMargin = 1.1;

/** A long text is estimated from at most so many evenly spaced samples. */
const samples = 32;
/** Characters. */
const sampleLength = 128;
/**
 * Texts of more characters than this in total are estimated from samples with about so many, so that the time hardly grows
 * with the size of the body.
 */
const weighed = 16_384;

/** Estimated tokens of the whole request: system prompt, messages, tools, images. */
export function estimateTokens(request: MessagesRequest): number {
  const { texts, values, fixed } = toCountable(request);
  let tokens = fixed;
  for (const value of values) tokens += jsonMark * collectTexts(value, texts);
  const share = sampledShare(texts.reduce((sum, text) => sum + text.length, 0));
  return Math.ceil(texts.reduce((sum, text) => sum + estimateText(text, share), tokens));
}

/** Tokens of a quotation mark, comma, colon or bracket of JSON. */
const jsonMark = weights.character + weights.punctuation;

/** Adds the texts in a JSON value, keys included, and returns the number of marks between them: the value is not printed. */
function collectTexts(value: unknown, texts: string[]): number {
  if (typeof value === 'string') {
    texts.push(value);
    return 3;
  }
  if (typeof value !== 'object' || value === null) {
    texts.push(String(value));
    return 1;
  }
  let marks = 2;
  if (Array.isArray(value)) {
    for (const one of value) marks += collectTexts(one, texts);
    return marks;
  }
  const record = value as Readonly<Record<string, unknown>>;
  for (const key in record) {
    if (record[key] === undefined) continue;
    texts.push(key);
    marks += 3 + collectTexts(record[key], texts);
  }
  return marks;
}

/** The share of each text to look at, for `estimateText`, when all texts together have so many characters. */
export function sampledShare(characters: number): number {
  return Math.min(1, weighed / characters);
}

/** Estimated tokens of one text, base64 excepted. */
export function estimateText(text: string, share = 1): number {
  const { length } = text;
  const count = Math.min(samples, Math.ceil((length * share) / sampleLength));
  if (length <= count * sampleLength) return weigh(text, 0, length);
  const step = (length - sampleLength) / Math.max(1, count - 1);
  let sampled = 0;
  for (let i = 0; i < count; i++) {
    const start = Math.floor(i * step);
    sampled += weigh(text, start, start + sampleLength);
  }
  return (sampled / (count * sampleLength)) * length;
}

/** The tokens of each ASCII character, by its code. */
const ofAscii = Float64Array.from({ length: 128 }, (_, code) => {
  const isDigit = code >= 48 && code <= 57;
  const isPunctuation = code > 32 && code < 127 && !isDigit && !isLetter(code);
  return weights.character + (isDigit ? weights.digit : isPunctuation ? weights.punctuation : 0);
});

function weigh(text: string, start: number, end: number): number {
  let tokens = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code < 128) tokens += ofAscii[code] ?? 0;
    else tokens += code >= 0x2e80 ? weights.character + weights.wide : weights.character;
  }
  return tokens;
}

function isLetter(code: number): boolean {
  const lower = code | 32;
  return lower >= 97 && lower <= 122;
}
