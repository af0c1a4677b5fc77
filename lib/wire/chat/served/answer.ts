/** What an answer has in both of its forms: the reason it ended, and the usage. */
import type { StopReason, Usage } from '../../../anthropic/events.ts';
import type { AnswerHead } from '../../served.ts';
import { toNumber, toObject, type JsonObject } from '../../../json.ts';

const reasons: Readonly<Record<StopReason, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  compaction: 'stop',
  tool_use: 'tool_calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  refusal: 'content_filter',
};

/** `legacy`: the client declared `functions`, whose calls end with another reason. */
export function finishReason(reason: StopReason | null, legacy: boolean): string {
  if (reason === 'tool_use' && legacy) return 'function_call';
  return reason !== null && Object.hasOwn(reasons, reason) ? reasons[reason] : 'stop';
}

/** `prompt_tokens` includes cached tokens, which Anthropic's `input_tokens` excludes. */
export function toChatUsage(usage: Partial<Usage>): JsonObject {
  const cached = usage.cache_read_input_tokens ?? 0;
  const written = usage.cache_creation_input_tokens ?? 0;
  const input = (usage.input_tokens ?? 0) + cached + written;
  const output = usage.output_tokens ?? 0;
  const details = toObject(usage['output_tokens_details']);
  const reasoning = toNumber(details['reasoning_tokens']) ?? toNumber(details['thinking_tokens']);
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached, ...(written > 0 && { cache_write_tokens: written }) },
    ...(reasoning !== undefined && { completion_tokens_details: { reasoning_tokens: reasoning } }),
  };
}

/** The id of a completion, from that of the message. */
export function completionId(messageId: string): string {
  return `chatcmpl-${messageId.replace(/^msg_/, '')}`;
}

/** How an answer is printed. */
export interface PrinterOptions {
  readonly head: AnswerHead;
  /** The model that the request names (L1). */
  readonly model: string;
  /** Whether the stream ends with its usage. */
  readonly includeUsage: boolean;
  /** The names of tools whose input is a text. */
  readonly custom: ReadonlySet<string>;
  /** Whether calls are printed as `function_call`. */
  readonly legacy: boolean;
}
