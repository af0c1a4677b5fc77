/** The requested answer is longer than the model's longest. The field's name is in the sentence; see `diagnose.ts`. */
import type { Wording } from './wording.ts';

export const answer: readonly Wording[] = [
  {
    about: 'answer_limit',
    vendor: 'Anthropic',
    source: 'docs.anthropic.com; anthropics/claude-code#2728',
    says: 'max_tokens: … which is the maximum',
    example: 'max_tokens: 200000 > 64000, which is the maximum allowed number of output tokens for claude-x',
    counts: { limit: 64_000, answer: 200_000 },
  },
  {
    about: 'answer_limit',
    vendor: 'OpenAI',
    source: 'BerriAI/litellm#6513',
    says: 'is too large: … supports at most',
    example:
      'max_tokens is too large: 200000. This model supports at most 16384 completion tokens, whereas you provided 200000.',
    counts: { limit: 16_384, answer: 200_000 },
  },
  {
    about: 'answer_limit',
    vendor: 'DeepSeek',
    source: 'deepseek-ai/awesome-deepseek-integration#122',
    says: 'valid range of max_tokens is',
    example: 'Invalid max_tokens value, the valid range of max_tokens is [1, 8192]',
    counts: { limit: 8192 },
  },
  {
    about: 'answer_limit',
    vendor: 'Alibaba Model Studio',
    source: 'help.aliyun.com, model-studio error codes',
    says: 'range of max_tokens should be',
    example: '<400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 65536]',
    counts: { limit: 65_536 },
  },
  {
    about: 'answer_limit',
    vendor: 'Gemini',
    source: 'RooCodeInc/Roo-Code#2560',
    says: 'maxoutputtokens value of … supported range is',
    example:
      'Unable to submit request because it has a maxOutputTokens value of 100000 but the supported range is from 1 (inclusive) to 65537 (exclusive). Update the value and try again.',
    counts: { answer: 100_000, limit: 65_536 },
  },
  {
    about: 'answer_limit',
    vendor: 'Groq',
    source: 'sst/opencode#1187',
    says: 'must be less than or equal to',
    example:
      '`max_tokens` must be less than or equal to `16384`, the maximum value for `max_tokens` is less than the `context_window` for this model',
    counts: { limit: 16_384 },
  },

  {
    about: 'answer_limit',
    vendor: 'Amazon Bedrock',
    source: 'charmbracelet/crush#946, sigoden/aichat#813',
    says: 'the maximum tokens you requested exceeds the model limit of',
    example:
      'The maximum tokens you requested exceeds the model limit of 4096. Try again with a maximum tokens value that is lower than 4096.',
    counts: { limit: 4096 },
  },
];
