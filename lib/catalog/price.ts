/** What a model costs by the token: the price in the configuration, else that of the catalogue for this provider. */
import type { ModelEntry, Provider } from '../config/settings.ts';
import { quotaAddress } from './quota.ts';
import { findModel, type Price } from './models.ts';

/** Tokens of one kind each: `input` has none of a cache, and `cacheWrite` includes `cacheWrite1h`. */
export interface PricedTokens {
  input: number;
  cacheRead: number;
  cacheWrite: number;
  cacheWrite1h: number;
  output: number;
}

export interface KnownPrice extends Price {
  source: 'configuration' | 'catalogue';
}

/** US dollars per million tokens; undefined if neither states one. The price of the same model elsewhere says nothing. */
export function priceOf(entry: ModelEntry, provider: Provider): KnownPrice | undefined {
  const own = entry.price ?? provider.models?.[entry.model_id]?.price;
  if (own?.input !== undefined && own.output !== undefined) {
    const { input, output, cache_read = input, cache_write = input } = own;
    return { input, output, cacheRead: cache_read, cacheWrite: cache_write, source: 'configuration' };
  }
  const known = findModel(provider.name, entry.model_id)?.price;
  return known && { ...withCachePrices(known), source: 'catalogue' };
}

/** The catalogue has 0 where a vendor states no price of its own for cached input, which is then ordinary input. */
function withCachePrices({ input, output, cacheRead, cacheWrite }: Price): Price {
  return { input, output, cacheRead: cacheRead || input, cacheWrite: cacheWrite || input };
}

/**
 * Writing for an hour costs 2 times the input, and for five minutes 1.25 times (Anthropic's pricing page). A price that does
 * not distinguish the two from input is used as it is.
 */
const hourFactor = 2 / 1.25;

/** US dollars for these tokens. */
export function costAt(price: Price, tokens: PricedTokens): number {
  const hour = price.cacheWrite > price.input ? hourFactor : 1;
  const written = tokens.cacheWrite - tokens.cacheWrite1h + tokens.cacheWrite1h * hour;
  const { input, cacheRead, output } = tokens;
  const millionths =
    input * price.input + cacheRead * price.cacheRead + written * price.cacheWrite + output * price.output;
  return millionths / 1e6;
}

/** Whether a plan pays for the provider's models, so that their list price is not taken from a balance. */
export function hasPlan(provider: Provider): boolean {
  return quotaAddress(provider) !== undefined;
}

/** Whether the model's tokens cost no money: its price is 0, or a plan pays. Without a known price it may cost some. */
export function isFree(entry: ModelEntry, provider: Provider): boolean {
  if (hasPlan(provider)) return true;
  const price = priceOf(entry, provider);
  return price !== undefined && price.input === 0 && price.output === 0;
}
