/**
 * What is odd about a vendor or a model, as data: the catalogue sets it, the configuration may override any field,
 * and codecs read nothing else. There is no `if (model.startsWith(...))` in a codec.
 * Sources: `upstream` sections 4 and 5 of the project's facts (observed streams, vendors' own refusals).
 */
export interface Quirks {
  /** What `thinking` and effort become for this model; see `ThinkingDialect`. */
  thinking: ThinkingDialect;
  /** Thinking cannot be switched off (GLM 5.3, Kimi K3): a request to disable it is not passed on. */
  thinkingAlwaysOn: boolean;

  /** Chat: which assistant turns must carry their reasoning back: none, all once any turn thought (DeepSeek), those with tool calls (Kimi). */
  replayReasoning: 'never' | 'always' | 'tool_calls';
  /** Chat: what stands in for reasoning we do not have. Moonshot counts "" as missing. */
  reasoningPlaceholder: string;
  /** Chat: a `role: "system"` message in mid-conversation stays one, or becomes user text in a system reminder (DeepSeek hoists it and loses its prefix cache; many templates refuse it). */
  midSystem: 'system' | 'user';
  /** Takes a forced tool choice while the model thinks. False (DeepSeek): it is then sent as `auto`. */
  forcedToolChoice: boolean;
  /** Chat: takes a user message directly after a tool's result. False (Mistral): a short assistant message stands between. */
  userAfterTool: boolean;
  /** Sampling: as asked, left out, or the one value the model takes (Kimi K2.7-code: 1). */
  temperature: 'free' | 'omit' | number;
  topP: 'free' | 'omit' | number;
  topK: 'free' | 'omit';
  /** Chat: the field that bounds the output. */
  maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** Which dialect of JSON Schema the model's server accepts for tools. */
  schema: 'full' | 'moonshot' | 'no_ranges';
  /** Ids of tool calls: as ours, or exactly nine alphanumerics (Mistral). Never longer than `toolIdMax` characters. */
  toolIds: 'free' | 'mistral';
  toolIdMax: number;
  /** Chat: `cache_control` markers may stay on content parts (refused by Kimi; needed by nobody implicit). */
  cacheControl: boolean;
  /** Chat and responses: takes `parallel_tool_calls`. */
  parallelToolCalls: boolean;
  /** Chat and responses: takes a JSON Schema for the answer; otherwise the schema is asked for in words. */
  jsonSchema: boolean;
  /** Reasoning leaks into the text as `<think>…</think>` (P8). */
  inlineThink: boolean;
  /** Responses and gemini: takes images and files inside a tool's result; otherwise they follow as the user's. */
  mediaInResults: boolean;
  /** Responses and gemini: has a web search of its own, which serves for Anthropic's. */
  webSearch: boolean;

  /** Messages: signatures of this upstream are Anthropic's own, and pass untagged (P10). */
  genuineSignatures: boolean;
  /** Messages: thinking without a genuine signature is replayed with `signature: ""` (Qwen, MiniMax) instead of left out. */
  unsignedThinking: boolean;
  /** Messages: a stray `</think>` leaks into text blocks (Qwen 3.7). */
  leakedThinkEnd: boolean;
  /** Messages: `message_start` reports wrong input tokens; the estimate is sent instead (Qwen on Go). */
  wrongStartUsage: boolean;
  /** Messages: refuses fields and tool types beyond Anthropic's core (MiniMax: "Extra inputs are not permitted"). */
  strictBody: boolean;
  /** Messages: takes the client's `anthropic-beta` header and Claude-only fields. */
  betas: boolean;

  /** Gemini: refuses the first call of a step without a thought signature (3 and later); calls of others get the documented stand-in. */
  signedCalls: boolean;
}

/**
 * - `none`: the model is never told; nothing is sent.
 * - `effort`: chat's `reasoning_effort`, responses' `reasoning.effort`.
 * - `type`: chat's `thinking: { type }`.
 * - `type_and_effort`: both (DeepSeek).
 * - `claude`: messages; as the client sent it.
 * - `adaptive`: messages; `{ type: adaptive | disabled }` and, where the model has levels, `output_config.effort`.
 * - `budget`: messages; `{ type: enabled, budget_tokens } | { type: disabled }`.
 */
export type ThinkingDialect =
  | 'none'
  | 'effort'
  | 'type'
  | 'type_and_effort'
  | 'claude'
  | 'adaptive'
  | 'budget';

/** What is assumed of a model nobody has described. */
export const defaultQuirks: Quirks = {
  thinking: 'none',
  thinkingAlwaysOn: false,
  replayReasoning: 'never',
  reasoningPlaceholder: ' ',
  midSystem: 'user',
  forcedToolChoice: true,
  userAfterTool: true,
  temperature: 'free',
  topP: 'free',
  topK: 'omit',
  maxTokensField: 'max_tokens',
  schema: 'full',
  toolIds: 'free',
  toolIdMax: 64,
  cacheControl: false,
  parallelToolCalls: true,
  jsonSchema: true,
  inlineThink: false,
  mediaInResults: false,
  webSearch: false,
  genuineSignatures: false,
  unsignedThinking: false,
  leakedThinkEnd: false,
  wrongStartUsage: false,
  strictBody: false,
  betas: false,
  signedCalls: false,
};
