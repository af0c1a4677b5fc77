/** Converts the usage of Chat Completions servers to Anthropic's. */
import type { Usage } from '../../anthropic/events.ts';
import { isObject } from '../../json.ts';
import { cacheCounts, count, outputWithReasoning, reasoningIn, withoutCached } from '../decode/usage.ts';

/**
 * `prompt_tokens` includes cached tokens; `input_tokens` next to `cache_read_input_tokens` excludes them, as in Anthropic's
 * API. DeepSeek's `prompt_cache_miss_tokens` are ordinary input, not cache writes. Undefined when nothing was reported.
 */
export function toUsage(reported: unknown): Partial<Usage> | undefined {
  if (!isObject(reported)) return undefined;
  const inputExcludesCached =
    reported['prompt_tokens'] === undefined && reported['cache_read_input_tokens'] !== undefined;
  const prompt = count(reported, 'prompt_tokens', 'input_tokens');
  const output = count(reported, 'completion_tokens', 'output_tokens');
  return withoutCached({
    input: prompt,
    output: outputWithReasoning(reported, prompt, output),
    ...cacheCounts(reported),
    reasoning: reasoningIn(reported),
    inputExcludesCached,
  });
}
