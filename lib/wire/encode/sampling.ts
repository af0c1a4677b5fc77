/** Sampling parameters and the output limit, from the configuration, the client and the model's restrictions. */
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
 * The output limit in tokens: the lowest of the client's, the configured, the model's, and what `inputTokens` leave of the
 * context window (servers that add both reject the request otherwise). Undefined when neither the client nor the
 * configuration sets one.
 */
export function toMaxTokens(request: MessagesRequest, route: Route, inputTokens: number): number | undefined {
  const limits = [request.max_tokens, route.maxTokens].filter((limit) => isPositive(limit));
  if (limits.length === 0) return undefined;
  if (isPositive(route.maxOutputTokens)) limits.push(route.maxOutputTokens);
  if (isPositive(route.contextWindow)) limits.push(Math.max(route.contextWindow - inputTokens, minOutput));
  return Math.floor(Math.min(...limits));
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && value > 0;
}

/**
 * A high estimate of the tokens of a JSON value: one token per three ASCII characters and per non-ASCII character. Long
 * text without white space is taken for a base64 image and counts 1500 tokens.
 */
export function roughTokens(value: unknown): number {
  if (typeof value === 'string') return textTokens(value);
  if (typeof value === 'number' || typeof value === 'boolean') return 1;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + roughTokens(item) + 1, 0);
  if (typeof value !== 'object' || value === null) return 1;
  return Object.entries(value).reduce((sum, [key, item]) => sum + key.length / 3 + roughTokens(item), 0);
}

const mediaTokens = 1500;
const maxWordLength = 8192;

function textTokens(text: string): number {
  if (text.length > maxWordLength && !/\s/.test(text.slice(64, maxWordLength))) return mediaTokens;
  let nonAscii = 0;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) nonAscii++;
  return (text.length - nonAscii) / 3 + nonAscii;
}
