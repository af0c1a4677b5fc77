/**
 * How a vendor or a model deviates from its wire format. The catalog sets each field, the configuration may override
 * it, and codecs never look at provider or model names. Sources: vendors' documentation, observed streams, and the
 * error messages with which vendors rejected requests.
 */
export interface Quirks {
  /** How `thinking` and effort are encoded for this model. */
  thinking: ThinkingDialect;
  /** Thinking cannot be disabled (GLM 5.3, Kimi K3): a request to disable it is not passed on. */
  thinkingAlwaysOn: boolean;

  /**
   * Chat: which assistant messages must include their reasoning: none, all of them once one has reasoning (DeepSeek), or
   * those with tool calls (Kimi). Messages: with either value, those with tool calls start with a thinking block unless
   * thinking is disabled.
   */
  replayReasoning: 'never' | 'always' | 'tool_calls';
  /**
   * Chat: with tools, `reasoning_effort` is sent as usual, is left out, or is always `none`: OpenAI's newer models reject
   * another effort together with tools, and the newest also reject a request without the field.
   */
  effortWithTools: 'free' | 'omit' | 'none';
  /** Chat and messages: the text sent where required reasoning is not available. Moonshot treats "" as missing. */
  reasoningPlaceholder: string;
  /**
   * A `role: "system"` message in mid-conversation stays one, or becomes user text in a system reminder. DeepSeek moves it
   * to the start, which loses the prefix cache; many chat templates reject it. Messages: it stays one only with `betas`.
   */
  midSystem: 'system' | 'user';
  /** Accepts a forced tool choice while the model thinks. False (DeepSeek): `auto` is sent instead. */
  forcedToolChoice: boolean;
  /**
   * Chat: accepts a user message directly after a tool result, or after another user message. False (Mistral): a short
   * assistant message is inserted.
   */
  userAfterTool: boolean;
  /** Chat: a last message of the assistant, which the model continues, needs `prefix: true` (Mistral). */
  assistantPrefix: boolean;
  /** Sampling: as requested, omitted, or the only value that the model accepts (Kimi K2.7-code: 1). */
  temperature: 'free' | 'omit' | number;
  topP: 'free' | 'omit' | number;
  topK: 'free' | 'omit';
  /** Chat: the field that limits the output tokens. */
  maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** The JSON Schema dialect that the server accepts for tools. */
  schema: 'full' | 'moonshot' | 'no_ranges';
  /** Tool call ids: any, or exactly nine alphanumeric characters (Mistral). Never longer than `toolIdMax` characters. */
  toolIds: 'free' | 'mistral';
  toolIdMax: number;
  /** Chat: accepts `cache_control` on content parts. Kimi rejects it; servers with automatic caching do not need it. */
  cacheControl: boolean;
  /**
   * Chat: accepts `prompt_cache_key`, by which OpenAI and Mistral send the requests of a conversation to the server that has
   * its prefix. In responses it is always sent.
   */
  promptCacheKey: boolean;
  /** Chat: accepts `stream_options`, which requests the usage. Without it, Mistral sends the usage by itself. */
  streamOptions: boolean;
  /** Chat: accepts `stop`. False: the decoder applies the stop sequences, as it does for responses. */
  stopSequences: boolean;
  /**
   * Chat and responses: the longest description of a tool, in characters. The rest of a longer one follows in the system
   * prompt.
   */
  toolDescriptionMax: number;
  /** Chat and responses: accepts `parallel_tool_calls`. */
  parallelToolCalls: boolean;
  /** Chat and responses: accepts a JSON Schema for the response. False: the system prompt asks for the schema. */
  jsonSchema: boolean;
  /** Reasoning leaks into the text as `<think>…</think>` (P8). */
  inlineThink: boolean;
  /** Chat and messages: tool calls leak into the text, in the family's own notation (P8). */
  leakedCalls: LeakedCalls;
  /** Responses and gemini: accepts images and files inside a tool result. False: they follow as user content. */
  mediaInResults: boolean;
  /** Responses and gemini: has its own web search, which replaces Anthropic's. */
  webSearch: boolean;

  /** Messages: the upstream's signatures are Anthropic's own and pass untagged (P10). */
  genuineSignatures: boolean;
  /** Messages: thinking without a valid signature is sent with `signature: ""` (Qwen, MiniMax) instead of being omitted. */
  unsignedThinking: boolean;
  /** Messages: a stray `</think>` leaks into text blocks (Qwen 3.7). */
  leakedThinkEnd: boolean;
  /** Messages: `message_start` reports wrong input tokens (Qwen on Go); the proxy sends its estimate instead. */
  wrongStartUsage: boolean;
  /** Messages: rejects fields and tool types beyond Anthropic's core (MiniMax: "Extra inputs are not permitted"). */
  strictBody: boolean;
  /** Messages: names of tools have at most 64 characters of `[A-Za-z0-9_-]` (Bedrock), as in the other formats. */
  shortToolNames: boolean;
  /** Messages: gets the client's `anthropic-beta` header, and its body unchanged with the fields that only Claude has. */
  betas: boolean;

  /**
   * Gemini, and Gemini over chat: rejects a step whose first call has no thought signature (Gemini 3 and later). A call
   * that another model made gets the documented placeholder signature.
   */
  signedCalls: boolean;
}

/**
 * The notation of leaked calls: `dsml` is DeepSeek's, `tool_call` that of GLM and Qwen (`<tool_call>`).
 */
export type LeakedCalls = 'none' | 'dsml' | 'kimi' | 'minimax' | 'tool_call';

/**
 * - `none`: no field is sent.
 * - `configured`: nothing is known; what the configuration sets is sent in the format's common form, and nothing else.
 * - `effort`: chat's `reasoning_effort`, responses' `reasoning.effort`.
 * - `type`: chat's `thinking: { type }`.
 * - `type_and_effort`: both (DeepSeek).
 * - `claude`: messages; the client's own fields.
 * - `adaptive`: messages; `{ type: adaptive | disabled }` and, where the model has levels, `output_config.effort`.
 * - `budget`: messages; `{ type: enabled, budget_tokens } | { type: disabled }`.
 */
export type ThinkingDialect =
  | 'none'
  | 'configured'
  | 'effort'
  | 'type'
  | 'type_and_effort'
  | 'claude'
  | 'adaptive'
  | 'budget';

/** Quirks of a model that the catalog does not list. */
export const defaultQuirks: Quirks = {
  thinking: 'configured',
  thinkingAlwaysOn: false,
  replayReasoning: 'never',
  effortWithTools: 'free',
  reasoningPlaceholder: ' ',
  midSystem: 'user',
  forcedToolChoice: true,
  userAfterTool: true,
  assistantPrefix: false,
  temperature: 'free',
  topP: 'free',
  topK: 'omit',
  maxTokensField: 'max_tokens',
  schema: 'full',
  toolIds: 'free',
  toolIdMax: 64,
  cacheControl: false,
  promptCacheKey: false,
  streamOptions: true,
  stopSequences: true,
  toolDescriptionMax: 1_000_000,
  parallelToolCalls: true,
  jsonSchema: true,
  inlineThink: false,
  leakedCalls: 'none',
  mediaInResults: false,
  webSearch: false,
  genuineSignatures: false,
  unsignedThinking: false,
  leakedThinkEnd: false,
  wrongStartUsage: false,
  strictBody: false,
  shortToolNames: false,
  betas: false,
  signedCalls: false,
};
