/** Converts the usage of a response to Anthropic's fields. */
import type { Usage } from '../../anthropic/events.ts';
import { isObject, toObject } from '../../json.ts';
import { count, withoutCached } from '../decode/usage.ts';

/** The reported `input_tokens` include cached tokens, `output_tokens` include reasoning. Undefined if nothing is reported. */
export function toUsage(reported: unknown): Partial<Usage> | undefined {
  if (!isObject(reported)) return undefined;
  const details = toObject(reported['input_tokens_details'] ?? reported['prompt_tokens_details']);
  const input = count(reported, 'input_tokens', 'prompt_tokens');
  const output = count(reported, 'output_tokens', 'completion_tokens');
  const read = count(details, 'cached_tokens') ?? count(reported, 'cached_tokens', 'cache_read_input_tokens');
  const written = count(details, 'cache_write_tokens', 'cache_creation_tokens');
  return withoutCached({ input, output, read, written });
}
