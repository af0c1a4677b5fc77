/** Usage as Responses servers report it, in Anthropic's terms. */
import type { Usage } from '../../anthropic/events.ts';
import { isObject, toNumber, toObject, type JsonObject } from '../../stream/json.ts';

/**
 * `input_tokens` includes cached ones, Anthropic's does not; nothing is counted twice or negative. Reasoning is a part of
 * `output_tokens` already. Undefined when nothing was counted.
 */
export function toUsage(reported: unknown): Partial<Usage> | undefined {
  if (!isObject(reported)) return undefined;
  const details = toObject(reported['input_tokens_details'] ?? reported['prompt_tokens_details']);
  const input = count(reported, 'input_tokens', 'prompt_tokens');
  const output = count(reported, 'output_tokens', 'completion_tokens');
  const read = count(details, 'cached_tokens') ?? count(reported, 'cached_tokens', 'cache_read_input_tokens');
  const written = count(details, 'cache_write_tokens', 'cache_creation_tokens');
  const usage: Partial<Usage> = {};
  const cached = Math.min(read ?? 0, input ?? Infinity);
  const stored = Math.min(written ?? 0, (input ?? Infinity) - cached);
  if (input !== undefined && input > 0) usage.input_tokens = input - cached - stored;
  if (output !== undefined && output > 0) usage.output_tokens = output;
  if (read !== undefined) usage.cache_read_input_tokens = cached;
  if (stored > 0) usage.cache_creation_input_tokens = stored;
  return Object.keys(usage).length > 0 ? usage : undefined;
}

function count(object: JsonObject, ...names: string[]): number | undefined {
  for (const name of names) {
    const value = toNumber(object[name]);
    if (value !== undefined) return Math.max(0, value);
  }
  return undefined;
}

/** Four characters to a token: what is said when the upstream says nothing, for an estimate beats 0 (L1). */
export function finalUsage(reported: Partial<Usage>, inputTokens: number, written: number): Usage {
  return { input_tokens: inputTokens, output_tokens: Math.ceil(written / 4), ...reported };
}
