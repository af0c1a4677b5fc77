/** What a request used and cost, read out of the many names servers have for it, in Anthropic's terms. */
import type { Remark, Usage } from '../../anthropic/events.ts';
import { toNumber, toObject, type JsonObject } from '../../json.ts';

/** Tokens as a server counts them; undefined where it says nothing. */
export interface Counts {
  input: number | undefined;
  output: number | undefined;
  /** Read from its cache, and written to it. */
  read: number | undefined;
  written: number | undefined;
  /** True where cached tokens are counted beside `input`, as Anthropic does, and not as a part of it. */
  inputExcludesCached?: boolean;
}

/**
 * OpenAI's servers include cached tokens in the input, Anthropic's `input_tokens` does not; nothing is counted twice or
 * negative, and 0 tokens of input or output say nothing (L1). Undefined when nothing was counted.
 */
export function withoutCached({
  input,
  output,
  read,
  written,
  inputExcludesCached = false,
}: Counts): Partial<Usage> | undefined {
  const usage: Partial<Usage> = {};
  const most = inputExcludesCached ? Infinity : (input ?? Infinity);
  const cached = Math.min(read ?? 0, most);
  const stored = Math.min(written ?? 0, most - cached);
  if (input !== undefined && input > 0)
    usage.input_tokens = inputExcludesCached ? input : input - cached - stored;
  if (output !== undefined && output > 0) usage.output_tokens = output;
  if (read !== undefined) usage.cache_read_input_tokens = cached;
  if (stored > 0) usage.cache_creation_input_tokens = stored;
  return Object.keys(usage).length > 0 ? usage : undefined;
}

/** The first of these fields that holds a number; below 0 it counts as 0. */
export function count(object: JsonObject, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = toNumber(object[name]);
    if (value !== undefined) return Math.max(0, value);
  }
  return undefined;
}

/** A price frame, or a price beside an answer (OpenCode, OpenRouter). It is told to the ledger and never sent on. */
export function costOf(json: JsonObject): Remark | undefined {
  const dollars = toNumber(json['cost']) ?? toNumber(toObject(json['usage'])['cost']);
  if (dollars === undefined) return undefined;
  return {
    type: 'cost',
    dollars,
    basis: json['x-opencode-type'] === 'inference-cost' ? 'nominal' : 'billed',
  };
}
