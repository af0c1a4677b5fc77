/** The output limit is read from the error messages of many providers, and from no other message. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerLimitIn } from '../../../lib/proxy/policy/answer-limit.ts';

const messages: [string, number | undefined][] = [
  ['max_tokens: 200000 > 64000, which is the maximum allowed number of output tokens for claude-x', 64_000],
  [
    'max_tokens is too large: 200000. This model supports at most 16384 completion tokens, whereas you provided 200000.',
    16_384,
  ],
  ['Invalid max_tokens value, the valid range of max_tokens is [1, 8192]', 8192],
  ['<400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 65536]', 65_536],
  [
    'Unable to submit request because it has a maxOutputTokens value of 100000 but the supported range is from 1 (inclusive) to 65537 (exclusive). Update the value and try again.',
    65_536,
  ],
  ['max_completion_tokens must be less than or equal to 32,768', 32_768],
  ['`max_output_tokens` cannot exceed 131072 for this model', 131_072],
  ['The requested max_tokens exceeds the maximum of 4096', 4096],
  // Other errors, and messages without a limit.
  ["Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", undefined],
  ['temperature must be less than or equal to 1', undefined],
  ['max_tokens must be at most 5', undefined],
  ['max_tokens is required', undefined],
  ['thinking.budget_tokens: must be at most 32768', undefined],
];

for (const [message, limit] of messages) {
  test(`${limit ?? 'none'}: ${message}`, () => assert.equal(answerLimitIn(message), limit));
}
