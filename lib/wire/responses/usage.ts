/** Converts the usage of a response to Anthropic's fields. */
import type { Usage } from '../../anthropic/events.ts';
import { isObject } from '../../json.ts';
import { cacheCounts, count, outputWithReasoning, reasoningIn, withoutCached } from '../decode/usage.ts';

/** The reported `input_tokens` include cached tokens, `output_tokens` include reasoning. Undefined if nothing is reported. */
export function toUsage(reported: unknown): Partial<Usage> | undefined {
  if (!isObject(reported)) return undefined;
  const input = count(reported, 'input_tokens', 'prompt_tokens');
  const output = count(reported, 'output_tokens', 'completion_tokens');
  return withoutCached({
    input,
    output: outputWithReasoning(reported, input, output),
    ...cacheCounts(reported),
    reasoning: reasoningIn(reported),
  });
}
