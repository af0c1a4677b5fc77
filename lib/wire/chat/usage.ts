/** Usage as Chat Completions servers report it, under all the names seen, in Anthropic's terms. */
import type { Usage } from '../../anthropic/events.ts';
import { isObject, toNumber, toObject, type JsonObject } from '../../stream/json.ts';

/**
 * `prompt_tokens` includes cached ones, Anthropic's `input_tokens` does not; nothing is counted twice or negative.
 * DeepSeek's `prompt_cache_miss_tokens` are ordinary input, not cache writes. Undefined when nothing was counted.
 */
export function toUsage(reported: unknown): Partial<Usage> | undefined {
  if (!isObject(reported)) return undefined;
  const details = toObject(reported['prompt_tokens_details'] ?? reported['input_tokens_details']);
  const prompt = count(reported, 'prompt_tokens', 'input_tokens');
  const output = count(reported, 'completion_tokens', 'output_tokens');
  const read =
    count(details, 'cached_tokens') ??
    count(
      reported,
      'prompt_cache_hit_tokens',
      'cached_tokens',
      'cache_read_input_tokens',
      'cache_read_tokens',
    );
  const written =
    count(details, 'cache_write_tokens', 'cache_creation_tokens') ??
    count(reported, 'cache_creation_input_tokens');
  const usage: Partial<Usage> = {};
  if (prompt !== undefined && prompt > 0)
    usage.input_tokens = Math.max(0, prompt - (read ?? 0) - (written ?? 0));
  if (output !== undefined && output > 0) usage.output_tokens = output;
  if (read !== undefined)
    usage.cache_read_input_tokens = prompt === undefined ? read : Math.min(read, prompt);
  if (written !== undefined && written > 0) usage.cache_creation_input_tokens = written;
  return Object.keys(usage).length > 0 ? usage : undefined;
}

function count(object: JsonObject, ...names: string[]): number | undefined {
  for (const name of names) {
    const value = toNumber(object[name]);
    if (value !== undefined) return Math.max(0, value);
  }
  return undefined;
}
