/**
 * The answer half of Anthropic's Messages API: the events of a stream and the message they fold into.
 * Source: Anthropic's streaming documentation, and what Claude Code 2.1.330 was measured to need (claude-code 3).
 */
import type { JsonObject } from '../json.ts';

export type StopReason =
  | 'end_turn'
  | 'tool_use'
  | 'max_tokens'
  | 'stop_sequence'
  | 'pause_turn'
  | 'refusal'
  | 'model_context_window_exceeded';

const cutting: ReadonlySet<string> = new Set(['max_tokens', 'refusal', 'model_context_window_exceeded']);

/** True for a reason that ends a turn in the middle, whatever stood in it (L6, L7). */
export function cutsTurn(reason: StopReason | null | undefined): boolean {
  return typeof reason === 'string' && cutting.has(reason);
}

/** Tokens. Cached ones stand apart from `input_tokens`, as Anthropic counts (never twice, never negative). */
export interface Usage {
  input_tokens: number;
  output_tokens: number;
  cache_read_input_tokens?: number | null;
  cache_creation_input_tokens?: number | null;
  [key: string]: unknown;
}

export interface Message {
  id: string;
  type: 'message';
  role: 'assistant';
  model: string;
  content: AnswerBlock[];
  stop_reason: StopReason | null;
  stop_sequence: string | null;
  usage: Usage;
  [key: string]: unknown;
}

/** A block of an answer. Types this version does not know pass through as they came. */
export interface AnswerBlock {
  type: string;
  text?: string;
  thinking?: string;
  signature?: string;
  data?: string;
  id?: string;
  name?: string;
  input?: unknown;
  [key: string]: unknown;
}

export type Delta =
  | { type: 'text_delta'; text: string }
  | { type: 'thinking_delta'; thinking: string }
  | { type: 'signature_delta'; signature: string }
  | { type: 'input_json_delta'; partial_json: string }
  | { type: 'citations_delta'; citation: unknown };

export interface MessageStart {
  type: 'message_start';
  message: Message;
}
export interface BlockStart {
  type: 'content_block_start';
  index: number;
  content_block: AnswerBlock;
}
export interface BlockDelta {
  type: 'content_block_delta';
  index: number;
  delta: Delta;
}
export interface BlockStop {
  type: 'content_block_stop';
  index: number;
}
export interface MessageDelta {
  type: 'message_delta';
  delta: { stop_reason: StopReason | null; stop_sequence: string | null; [key: string]: unknown };
  usage: Partial<Usage>;
  [key: string]: unknown;
}
export interface MessageStop {
  type: 'message_stop';
}
export interface Ping {
  type: 'ping';
}
export interface ErrorEvent {
  type: 'error';
  error: ApiErrorBody;
  request_id?: string;
}

export type StreamEvent =
  | MessageStart
  | BlockStart
  | BlockDelta
  | BlockStop
  | MessageDelta
  | MessageStop
  | Ping
  | ErrorEvent;

/** The types Anthropic documents for its errors; everything that leaves occ is one of these (L5). */
export type ApiErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'billing_error'
  | 'permission_error'
  | 'not_found_error'
  | 'request_too_large'
  | 'rate_limit_error'
  | 'api_error'
  | 'timeout_error'
  | 'overloaded_error';

export interface ApiErrorBody {
  type: ApiErrorType;
  message: string;
}

/**
 * What a decoder tells the road beside the events (design: two outputs).
 *
 * - `finished`: the upstream has said that it is done; only usage may follow, so the road flushes 1.5 s later (P3).
 * - `failed`: the turn is lost; an `error` event follows at once. `reason` is what policy judges.
 * - `usage`: the upstream's own figures, the last one counts.
 * - `cost`: US dollars. `billed` was taken from a balance, `nominal` is the list price of what a plan paid for.
 * - `dropped`: something was not passed on, on purpose; nothing leaves silently.
 * - `note`: something odd that was put right or let pass, for the log. Never holds text of the conversation.
 */
export type Remark =
  | { type: 'finished' }
  | { type: 'failed'; reason: FailureReason; error: ApiErrorBody; status?: number }
  | { type: 'usage'; usage: Usage }
  | { type: 'cost'; dollars: number; basis: 'billed' | 'nominal' }
  | { type: 'dropped'; what: string }
  | { type: 'note'; text: string };

/**
 * - `upstream`: it sent an error, in a 200 or in mid-stream;
 * - `truncated`: its bytes ended without any finish (P1);
 * - `malformed`: it sent what cannot be understood (HTML, broken JSON, broken tool arguments);
 * - `overflow`: what had to wait grew past its bound (L3).
 */
export type FailureReason = 'upstream' | 'truncated' | 'malformed' | 'overflow';

export type Decoded = StreamEvent | Remark;

const remarkTypes: ReadonlySet<string> = new Set(['finished', 'failed', 'usage', 'cost', 'dropped', 'note']);

export function isRemark(decoded: Decoded): decoded is Remark {
  return remarkTypes.has(decoded.type);
}

/** The `data:` line an event came in, for those that are passed on as they were. */
const originals = new WeakMap<StreamEvent, string>();

/**
 * Remembers the JSON text that `event` was parsed from, so that it can leave byte for byte as it came (laws: raw
 * messages streams). A stage that changes an event makes a new object, and so loses the text with it. Text on several
 * lines is not kept, for an event's data leaves on one (L11); nor is none at all.
 */
export function asReceived<E extends StreamEvent>(event: E, data: string): E {
  if (data !== '' && !/[\r\n]/.test(data)) originals.set(event, data);
  return event;
}

/** One event as it goes on the wire, in one piece: `event:`, `data:`, a blank line (L11). */
export function encodeEvent(event: StreamEvent): string {
  return `event: ${event.type}\ndata: ${originals.get(event) ?? JSON.stringify(event)}\n\n`;
}

/** True for an event that is an answer's content and not its frame (P2): from here on no other model may answer. */
export function isContent(event: StreamEvent): boolean {
  if (event.type === 'content_block_start') return !frameTypes.has(event.content_block.type);
  if (event.type !== 'content_block_delta') return false;
  const { delta } = event;
  switch (delta.type) {
    case 'text_delta':
      return delta.text !== '';
    case 'thinking_delta':
      return delta.thinking !== '';
    case 'signature_delta':
      return delta.signature !== '';
    default:
      return true;
  }
}

/** Blocks whose start carries nothing yet; a tool call counts from its start, for its name is known (P2). */
const frameTypes: ReadonlySet<string> = new Set(['text', 'thinking']);

/** Usage as it stands before anything is known but an estimate of the input (L1: numbers, never null). */
export function usageOf(inputTokens: number, outputTokens = 0): Usage {
  return { input_tokens: inputTokens, output_tokens: outputTokens };
}

/** The `message_start` of an answer that has nothing in it yet. */
export function messageStart(id: string, model: string, usage: Usage, extra: JsonObject = {}): MessageStart {
  return {
    type: 'message_start',
    message: {
      ...extra,
      id,
      type: 'message',
      role: 'assistant',
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage,
    },
  };
}
