/** Usage as Chat Completions servers report it, under all the names seen, in Anthropic's terms. */
import type { Usage } from '../../anthropic/events.ts';
import { isObject, toNumber, toObject, type JsonObject } from '../../stream/json.ts';

/**
 * `prompt_tokens` includes cached ones, Anthropic's `input_tokens` does not; nothing is counted twice or negative. Where
 * a server counts under Anthropic's names (`input_tokens` beside `cache_read_input_tokens`), it counts as Anthropic does.
 * DeepSeek's `prompt_cache_miss_tokens` are ordinary input, not cache writes. Undefined when nothing was counted.
 */
export function toUsage(reported: unknown): Partial<Usage> | undefined {
  if (!isObject(reported)) return undefined;
  const details = toObject(reported['prompt_tokens_details'] ?? reported['input_tokens_details']);
  const anthropics =
    reported['prompt_tokens'] === undefined && reported['cache_read_input_tokens'] !== undefined;
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
  const most = anthropics ? Infinity : (prompt ?? Infinity);
  const cached = Math.min(read ?? 0, most);
  const stored = Math.min(written ?? 0, most - cached);
  if (prompt !== undefined && prompt > 0) usage.input_tokens = anthropics ? prompt : prompt - cached - stored;
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
