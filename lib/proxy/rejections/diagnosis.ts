/** What an error response is about. */

/**
 * - `field`, `header`: a field or header that was sent is not accepted.
 * - `tool_schema`: the schema of a tool.
 * - `turn_order`: the order or the shape of the turns.
 * - `seal`: a signature or encrypted reasoning that is no longer valid.
 * - `thinking_history`: thinking that must be sent back with earlier turns.
 * - `media`: images or documents.
 * - `answer_limit`: the model's longest answer is shorter than the requested one.
 * - `answer_room`: the prompt fits into the window, but not together with the requested answer.
 * - `window`: the prompt does not fit into the window.
 * - `request`: the request is invalid in another way.
 * - `rate`, `allowance`, `balance`: limits and money; see `FailureClass`.
 * - `filter`: the provider's own filter.
 * - `model_mistake`: the model's answer was invalid.
 * - `model`: the model is missing, disabled or not available to this account.
 * - `no_tools`: the model does not accept tools.
 * - `format`: the model is not served in this wire format.
 * - `key`: the key was refused.
 * - `outage`: the upstream failed or is overloaded.
 * - `other`: nothing that is known.
 */
export type About =
  | 'field'
  | 'header'
  | 'tool_schema'
  | 'turn_order'
  | 'seal'
  | 'thinking_history'
  | 'media'
  | 'answer_limit'
  | 'answer_room'
  | 'window'
  | 'request'
  | 'rate'
  | 'allowance'
  | 'balance'
  | 'filter'
  | 'model_mistake'
  | 'model'
  | 'no_tools'
  | 'format'
  | 'key'
  | 'outage'
  | 'other';

export interface Diagnosis {
  about: About;
  /** The numbers that the refusal contains. */
  counts?: TokenCounts;
  /** Names and paths of fields that it contains, the likeliest first. */
  names?: readonly string[];
  /** Those of several fields that it refuses together. */
  together?: readonly string[];
  /** An error inside an answer, of which only the words say that the request is at fault. */
  uncertain?: true;
  /** What it says about the values of a field, in lower case without quotation marks. */
  words?: string;
  /** The particular change that a known sentence asks for. */
  remedy?: Remedy;
  /** The refusal points into the conversation: `messages.3.content.0`. */
  inConversation?: true;
}

/** Tokens, each where the upstream named it. */
export interface TokenCounts {
  /** The window, or the longest answer. */
  limit?: number;
  /** The prompt alone. */
  input?: number;
  /** The prompt and the answer together, or what the upstream only calls requested. */
  requested?: number;
  /** The answer that was asked for. */
  answer?: number;
}

/** A change that follows from the meaning of a sentence, and not from the name of a field in it. */
export type Remedy =
  | 'always_thinks'
  | 'adaptive_thinking'
  | 'no_thinking_fields'
  | 'text_in_results'
  | 'user_after_tool'
  | 'system_as_user'
  | 'end_with_user'
  | 'effort_none'
  | 'no_thinking'
  | 'replay_reasoning'
  | 'no_clear_thinking'
  | 'no_images'
  | 'no_documents'
  | 'no_web_search'
  | 'no_ranges'
  | 'typed_schemas';
