/** Converts the usage of Chat Completions servers to Anthropic's. */
import type { Usage } from '../../anthropic/events.ts';
import { isObject, toObject } from '../../json.ts';
import { count, withoutCached } from '../decode/usage.ts';

/**
 * `prompt_tokens` includes cached tokens; `input_tokens` next to `cache_read_input_tokens` excludes them, as in Anthropic's
 * API. DeepSeek's `prompt_cache_miss_tokens` are ordinary input, not cache writes. Undefined when nothing was reported.
 */
export function toUsage(reported: unknown): Partial<Usage> | undefined {
  if (!isObject(reported)) return undefined;
  const details = toObject(reported['prompt_tokens_details'] ?? reported['input_tokens_details']);
  const inputExcludesCached =
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
  return withoutCached({ input: prompt, output, read, written, inputExcludesCached });
}
