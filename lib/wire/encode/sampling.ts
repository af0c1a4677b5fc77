/** Sampling parameters and the output limit, from the configuration, the client and the model's restrictions. */
import { estimateMargin, estimateText, sampledShare } from '../../anthropic/estimate.ts';
import type { MessagesRequest } from '../../anthropic/request.ts';
import type { Route } from '../codec.ts';

export interface Sampling {
  temperature?: number;
  top_p?: number;
  top_k?: number;
}

/** `temperature`, `top_p` and `top_k`, without those that the model does not accept. */
export function toSampling(request: MessagesRequest, route: Route): Sampling {
  const { quirks } = route;
  const temperature = allowed(quirks.temperature, route.temperature ?? request.temperature);
  const topP = allowed(quirks.topP, request.top_p);
  const topK = allowed(quirks.topK, request.top_k);
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(topK !== undefined && { top_k: topK }),
  };
}

/** A fixed value is always sent, because the server's default may be another one. */
function allowed(rule: 'free' | 'omit' | number, requested: unknown): number | undefined {
  if (typeof rule === 'number') return rule;
  return rule === 'free' && typeof requested === 'number' ? requested : undefined;
}

/** Output tokens to request even if the input seems to fill the window, because the input count is an estimate. */
const minOutput = 1024;

/**
 * The output limit in tokens: the lowest of the client's, the configured, the model's, and what the input leaves of the
 * context window (servers that add both reject the request otherwise). `input` has the parts of the encoded request that
 * the model reads. Undefined when neither the client nor the configuration sets a limit.
 */
export function toMaxTokens(request: MessagesRequest, route: Route, input?: unknown): number | undefined {
  const limits = [request.max_tokens, route.maxTokens].filter((limit) => isPositive(limit));
  if (limits.length === 0) return undefined;
  if (isPositive(route.maxOutputTokens)) limits.push(route.maxOutputTokens);
  const lowest = Math.min(...limits);
  const { contextWindow: window } = route;
  // Most requests fit even if each character were a token, which needs no look at the characters.
  const characters = isPositive(window) ? tokensIn(input, ({ length }) => length) : 0;
  const fits = !isPositive(window) || window - characters >= lowest;
  return Math.floor(fits ? lowest : Math.min(lowest, roomIn(window, input, characters, lowest)));
}

/**
 * Tokens that the input leaves of the window. The high estimate exceeds the count of a usual tokenizer by a third, so near
 * the end of the window it would leave next to nothing of what is free: too little for the summary of a compaction, without
 * which Claude Code gives the conversation up. Up to a quarter of the window, the likely estimate decides. No more than
 * `enough` is needed. `characters` is the length of the input, which decides how closely it is looked at.
 */
function roomIn(window: number, input: unknown, characters: number, enough: number): number {
  const quarter = window / 4;
  const share = sampledShare(characters);
  const likely = window - estimateMargin * tokensIn(input, (text) => estimateText(text, share));
  const least = Math.min(likely, quarter);
  // The high estimate looks at every character. Often it cannot change the answer.
  if (least >= enough) return least;
  if (window - characters / 3 <= least) return Math.max(least, minOutput);
  const safe = window - tokensIn(input, highTokens);
  return safe >= quarter ? safe : Math.max(safe, least, minOutput);
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && value > 0;
}

/**
 * Tokens of a JSON value; the marks around each field of an object count 2. Long text without white space is taken for a
 * base64 image and counts 1500.
 */
function tokensIn(value: unknown, ofText: (text: string) => number): number {
  if (value === undefined) return 0;
  if (typeof value === 'string') return isMedia(value) ? mediaTokens : ofText(value);
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + tokensIn(one, ofText) + 1, 0);
  if (typeof value !== 'object' || value === null) return 1;
  let sum = 0;
  const record = value as Readonly<Record<string, unknown>>;
  for (const key in record) sum += ofText(key) + 2 + tokensIn(record[key], ofText);
  return sum;
}

const mediaTokens = 1500;
const maxWordLength = 8192;

function isMedia(text: string): boolean {
  return text.length > maxWordLength && !/\s/.test(text.slice(64, maxWordLength));
}

/** A high estimate: one token per three ASCII characters and per non-ASCII character. */
function highTokens(text: string): number {
  let nonAscii = 0;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) nonAscii++;
  return (text.length - nonAscii) / 3 + nonAscii;
}
