/** Sampling and the length of the answer: the configuration's wish, the client's, and what the model takes. */
import type { MessagesRequest } from '../../anthropic/request.ts';
import type { Route } from '../codec.ts';

export interface Sampling {
  temperature?: number;
  top_p?: number;
  top_k?: number;
}

/** `temperature`, `top_p` and `top_k` as this model takes them; what it does not take is left out. */
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

/** The one value a model takes is always named: its server's default may be another. */
function allowed(rule: 'free' | 'omit' | number, wish: unknown): number | undefined {
  if (typeof rule === 'number') return rule;
  return rule === 'free' && typeof wish === 'number' ? wish : undefined;
}

/** The room an answer is left when the request seems to fill the window: the upstream knows better how long it is. */
const leastRoom = 1024;

/**
 * Output tokens to ask for at most: the client's wish under the configuration's bound, the model's own and what the
 * window leaves beside `inputTokens` (servers that add both up refuse the request otherwise). Undefined when nobody
 * sets a bound.
 */
export function toMaxTokens(request: MessagesRequest, route: Route, inputTokens: number): number | undefined {
  const bounds = [request.max_tokens, route.maxTokens].filter((bound) => isPositive(bound));
  if (bounds.length === 0) return undefined;
  if (isPositive(route.maxOutputTokens)) bounds.push(route.maxOutputTokens);
  if (isPositive(route.contextWindow)) bounds.push(Math.max(route.contextWindow - inputTokens, leastRoom));
  return Math.floor(Math.min(...bounds));
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && value > 0;
}

/**
 * A guess at the tokens of a JSON value, rather too many than too few: a token for every three characters of ASCII and
 * for every other character. Long texts without a space in them (base64) count as an image does, by about 1500.
 */
export function roughTokens(value: unknown): number {
  if (typeof value === 'string') return textTokens(value);
  if (typeof value === 'number' || typeof value === 'boolean') return 1;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + roughTokens(item) + 1, 0);
  if (typeof value !== 'object' || value === null) return 1;
  return Object.entries(value).reduce((sum, [key, item]) => sum + key.length / 3 + roughTokens(item), 0);
}

const mediaTokens = 1500;
const longestWord = 8192;

function textTokens(text: string): number {
  if (text.length > longestWord && !/\s/.test(text.slice(64, longestWord))) return mediaTokens;
  let other = 0;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) other++;
  return (text.length - other) / 3 + other;
}
