/** What a model costs by the token: the price in the configuration, else that of the catalogue for this provider. */
import type { ModelEntry, Provider } from '../config/settings.ts';
import { isLoopback } from '../loopback.ts';
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

/**
 * Whether the model's tokens cost no money: its price is 0, or a plan pays. Without a price, those of a server on this machine
 * and of one that wants no key cost none; any other may cost some.
 */
export function isFree(entry: ModelEntry, provider: Provider): boolean {
  if (hasPlan(provider)) return true;
  const price = priceOf(entry, provider);
  return price === undefined ? billsNobody(provider) : price.input === 0 && price.output === 0;
}

function billsNobody({ endpoints, auth, keys, headers }: Provider): boolean {
  const formats = Object.keys(endpoints) as (keyof typeof endpoints)[];
  const isHere = formats.every((format) => isLocal(endpoints[format]));
  const isOpen = keys.length === 0 && Object.keys(headers).length === 0;
  return formats.length > 0 && (isHere || (isOpen && formats.every((format) => auth[format] === 'none')));
}

function isLocal(url = ''): boolean {
  return URL.canParse(url) && isLoopback(new URL(url).hostname);
}

/**
 * The list price of a model in US dollars for a million tokens in and a million out, also where a plan pays: it says how fast
 * the plan is used. 0 for a model without a price that costs no money; undefined if it is not known.
 */
export function listPriceOf(entry: ModelEntry, provider: Provider): number | undefined {
  const price = priceOf(entry, provider);
  if (price !== undefined) return price.input + price.output;
  return billsNobody(provider) ? 0 : undefined;
}
