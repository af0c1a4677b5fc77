/** The requested answer is longer than the model's longest. The field's name is in the sentence; see `diagnose.ts`. */
import type { Wording } from './wording.ts';

export const answer: readonly Wording[] = [
  {
    about: 'answer_limit',
    vendor: 'Anthropic',
    source: 'BerriAI/litellm#8984, Aider-AI/aider#992',
    says: 'max_tokens: … which is the maximum',
    example:
      'max_tokens: 128000 > 64000, which is the maximum allowed number of output tokens for claude-3-7-sonnet-20250219',
    counts: { limit: 64_000, answer: 128_000 },
  },
  {
    about: 'answer_limit',
    vendor: 'OpenAI, Azure',
    source: 'charmbracelet/catwalk#41',
    says: 'is too large: … supports at most',
    example:
      'max_tokens is too large: 20000. This model supports at most 16384 completion tokens, whereas you provided 20000.',
    counts: { limit: 16_384, answer: 20_000 },
  },
  {
    about: 'answer_limit',
    vendor: 'DeepSeek',
    source: 'we0-dev/we0#56, nickscamara/open-deep-research#19',
    says: 'valid range of max_tokens is',
    example: 'Invalid max_tokens value, the valid range of max_tokens is [1, 8192]',
    counts: { limit: 8192 },
  },
  {
    about: 'answer_limit',
    vendor: 'Alibaba Model Studio',
    source: 'open-webui/open-webui#10507, Kilo-Org/kilocode#5871',
    says: 'range of max_tokens should be',
    example: '<400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 8192]',
    counts: { limit: 8192 },
  },
  {
    about: 'answer_limit',
    vendor: 'Gemini, Vertex',
    source: 'stackblitz-labs/bolt.diy#955, BerriAI/litellm#10548',
    says: 'maxoutputtokens value of … supported range is',
    example:
      'Unable to submit request because it has a maxOutputTokens value of 655360 but the supported range is from 1 (inclusive) to 8193 (exclusive). Update the value and try again.',
    counts: { answer: 655_360, limit: 8192 },
  },
  {
    about: 'answer_limit',
    vendor: 'Groq',
    source: 'skapadia3214/groq-moa#8, RooCodeInc/Roo-Code#5136',
    says: 'must be less than or equal to',
    example: 'max_tokens for `llama-3.1-8b-instant` must be less than or equal to 8000',
    counts: { limit: 8000 },
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
