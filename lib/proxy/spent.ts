/** What one attempt used and cost: as its upstream reported it, else as far as occ can tell. */
import { costAt, hasPlan, priceOf } from '../catalog/price.ts';
import type { Usage } from '../anthropic/events.ts';
import type { Candidate } from './policy/plan.ts';
import type { Tally } from './tally.ts';

/** Tokens and dollars of one attempt. */
export interface Spent {
  /** Input tokens that were neither read from a cache nor written to one. */
  input: number;
  cacheRead: number;
  cacheWrite: number;
  /** The part of `cacheWrite` that is kept for an hour. */
  cacheWrite1h: number;
  output: number;
  /** The part of `output` that is reasoning, where it is reported. */
  reasoning: number;
  /** US dollars; absent if no price is known. */
  cost?: number;
  costSource?: CostSource;
  /** US dollars at list price that a plan has paid. */
  covered?: number;
  /** The upstream did not report all of the tokens. */
  estimated?: true;
}

/** The provider's own figure, or the list price in the configuration or the catalogue. */
export type CostSource = 'provider' | 'configuration' | 'catalogue';

/** Undefined if the upstream has reported neither tokens nor a cost, and the answer was not complete. */
function spentBy(tally: Tally, { entry, provider }: Candidate): Spent | undefined {
  const tokens = tokensIn(tally);
  const { billed, nominal } = tally;
  if (tokens === undefined && billed === undefined && nominal === undefined) return undefined;
  const used = tokens ?? noTokens;
  const price = priceOf(entry, provider);
  const listed = nominal ?? (price && costAt(price, used));
  const planned = hasPlan(provider);
  if (billed !== undefined || nominal !== undefined) {
    const cost = billed ?? nominal ?? 0;
    const covered = planned && listed !== undefined ? Math.max(0, listed - cost) : 0;
    return { ...used, cost, costSource: 'provider', ...(covered > 0 && { covered }) };
  }
  if (price === undefined || listed === undefined) return used;
  const { source: costSource } = price;
  return planned ? { ...used, cost: 0, costSource, covered: listed } : { ...used, cost: listed, costSource };
}

const noTokens = { input: 0, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0, output: 0, reasoning: 0 };

/** A complete answer has a usage with estimates for what was not reported; one that broke off has only what was reported. */
function tokensIn({ usage, reported }: Tally): Spent | undefined {
  if (usage === undefined && reported === undefined) return undefined;
  const { cacheWrite1h = 0, reasoning = 0, ...rest } = reported ?? {};
  const tokens = {
    input: usage?.input_tokens ?? rest.input ?? 0,
    cacheRead: usage?.cache_read_input_tokens ?? rest.cacheRead ?? 0,
    cacheWrite: usage?.cache_creation_input_tokens ?? rest.cacheWrite ?? 0,
    output: usage?.output_tokens ?? rest.output ?? 0,
  };
  const estimated =
    (rest.output === undefined && tokens.output > 0) || (rest.input === undefined && tokens.input > 0);
  return {
    ...tokens,
    cacheWrite1h: Math.min(cacheWrite1h, tokens.cacheWrite),
    reasoning: Math.min(reasoning, tokens.output),
    ...(estimated && { estimated }),
  };
}

/**
 * Completes a tally when its attempt has ended, so that everything that adds up tallies has the same figures: the tokens of
 * an answer that broke off, and the cost that no provider reported.
 */
export function settleTally(tally: Tally, candidate: Candidate): Spent | undefined {
  const spent = spentBy(tally, candidate);
  if (spent === undefined) return undefined;
  if (tally.reported !== undefined) tally.usage ??= toUsage(spent);
  if (spent.cost !== undefined) tally.cost = spent.cost;
  return spent;
}

function toUsage({ input, output, cacheRead, cacheWrite }: Spent): Usage {
  return {
    input_tokens: input,
    output_tokens: output,
    cache_read_input_tokens: cacheRead,
    cache_creation_input_tokens: cacheWrite,
  };
}
