/**
 * The rules by which the vendors' prompt caches work, as their documentation states them:
 * - OpenAI, developers.openai.com/api/docs/guides/prompt-caching and cookbook "Prompt Caching 201": automatic, an exact
 *   prefix of at least 1,024 tokens, in steps of 128; tools, schema and messages count.
 * - Anthropic, platform.claude.com/docs/en/build-with-claude/prompt-caching: explicit `cache_control`, in the order tools,
 *   system, messages; at least 1,024 tokens (more for some models); each mark looks back over at most 20 blocks; 5 minutes,
 *   or an hour with `ttl`.
 * - Google, ai.google.dev/gemini-api/docs/caching: implicit, a common prefix of at least 1,024 to 4,096 tokens by model.
 */
export type CacheRules =
  | { kind: 'steps'; minTokens: number; stepTokens: number }
  | { kind: 'marks'; minTokens: number; lookback: number };

export const openAiRules: CacheRules = { kind: 'steps', minTokens: 1024, stepTokens: 128 };
export const anthropicRules: CacheRules = { kind: 'marks', minTokens: 1024, lookback: 20 };
/** Google does not document the step. */
export const geminiRules: CacheRules = { kind: 'steps', minTokens: 2048, stepTokens: 128 };
