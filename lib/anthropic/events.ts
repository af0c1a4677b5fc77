/**
 * Types of a Messages API response: the events of a stream and the message they fold into. Sources: Anthropic's streaming
 * documentation, and measurements of what Claude Code 2.1.330 requires.
 */
import type { JsonObject } from '../json.ts';
import { isOneLine } from '../stream/sse.ts';

export type StopReason =
  | 'end_turn'
  | 'tool_use'
  | 'max_tokens'
  | 'stop_sequence'
  | 'pause_turn'
  | 'compaction'
  | 'refusal'
  | 'model_context_window_exceeded';

const cutting: ReadonlySet<string> = new Set(['max_tokens', 'refusal', 'model_context_window_exceeded']);

/** True for a stop reason that cuts a turn before it is complete (L6, L7). */
export function cutsTurn(reason: StopReason | null | undefined): boolean {
  return typeof reason === 'string' && cutting.has(reason);
}

/** Token counts. As in Anthropic's API, `input_tokens` does not include cached tokens. */
export interface Usage {
  input_tokens: number;
  output_tokens: number;
  cache_read_input_tokens?: number | null;
  cache_creation_input_tokens?: number | null;
  [key: string]: unknown;
}

/** What an upstream itself has counted; absent is what it has not reported. */
export interface ReportedTokens {
  /** Neither read from a cache nor written to one. */
  input?: number;
  cacheRead?: number;
  cacheWrite?: number;
  /** The part of `cacheWrite` that is kept for an hour, which costs more. */
  cacheWrite1h?: number;
  output?: number;
  /** The part of `output` that is reasoning. */
  reasoning?: number;
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

/** A block of a response. Blocks of unknown types pass unchanged. */
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
  | { type: 'citations_delta'; citation: unknown }
  // The whole block: `null` if the compaction failed. `encrypted_content` may follow.
  | { type: 'compaction_delta'; content: string | null; [field: string]: unknown };

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
  /** Set if this stands for several events of the upstream; `delta` has their joined text (`delta-batch.ts`). */
  batch?: Batch;
}
/** Consecutive deltas of one block that need no change. */
export interface Batch {
  /** The events in the form of `encodeEvent`, with the upstream's data. */
  readonly bytes: Uint8Array;
  /** The number of characters of all texts. */
  readonly characters: number;
  /** Reads the text of each event. */
  readonly texts: () => readonly string[];
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

export type StreamEvent = (
  | MessageStart
  | BlockStart
  | BlockDelta
  | BlockStop
  | MessageDelta
  | MessageStop
  | Ping
  | ErrorEvent
) &
  Framed;

export interface Framed {
  /**
   * The upstream's frames up to this event, for a client that speaks the upstream's format. They are sent in place of the
   * event.
   */
  frames?: string | Uint8Array;
}

/** The error types that Anthropic documents. occ sends no others (L5). */
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
 * What a decoder reports to the proxy beside the events.
 *
 * - `finished`: the upstream has finished; only usage may follow, so the proxy flushes the decoder 1.5 s later (P3).
 * - `resumed`: more of the answer follows `finished`, in another choice (L9); a second `finished` will follow.
 * - `other_model`: the upstream says that another model answers than was asked for, in its own words.
 * - `failed`: the turn has failed; an `error` event follows. The proxy's policy uses `reason`.
 * - `reported`: every count that the upstream has reported so far. An answer that breaks off has no other.
 * - `usage`: the token counts of the whole answer, with estimates for what was not reported; the last one is final.
 * - `cost`: US dollars. `billed` was deducted from a balance; `nominal` is the list price of what a subscription covers.
 * - `dropped`: content that was deliberately left out, for the log.
 * - `note`: an oddity that was repaired or passed, for the log. Contains no text of the conversation.
 */
export type Remark =
  | { type: 'finished' }
  | { type: 'resumed' }
  | { type: 'other_model'; model: string }
  | { type: 'failed'; reason: FailureReason; error: ApiErrorBody; status?: number }
  | { type: 'reported'; tokens: ReportedTokens }
  | { type: 'usage'; usage: Usage }
  | { type: 'cost'; dollars: number; basis: 'billed' | 'nominal' }
  | { type: 'dropped'; what: string }
  | { type: 'note'; text: string };

/**
 * - `upstream`: the upstream sent an error, in a 200 response or in mid-stream;
 * - `truncated`: the stream ended without a finish (P1);
 * - `malformed`: the upstream sent HTML, invalid JSON or invalid tool arguments;
 * - `overflow`: the held content exceeded its limit (L3).
 */
export type FailureReason = 'upstream' | 'truncated' | 'malformed' | 'overflow';

export type Decoded = StreamEvent | Remark;

export function isRemark(decoded: Decoded): decoded is Remark {
  switch (decoded.type) {
    case 'finished':
    case 'resumed':
    case 'other_model':
    case 'failed':
    case 'reported':
    case 'usage':
    case 'cost':
    case 'dropped':
    case 'note':
      return true;
    default:
      return false;
  }
}

/** The upstream's `data:` lines, for events that pass unchanged. */
const originals = new WeakMap<StreamEvent, string>();

/**
 * Stores the JSON text that `event` was parsed from, so that the event is sent byte for byte (laws.md, raw messages
 * streams). A stage that changes an event creates a new object and thereby discards the text. Empty text and text on several
 * lines are not stored: the data of an event must be on one line (L11).
 */
export function asReceived<E extends StreamEvent>(event: E, data: string): E {
  if (data !== '' && isOneLine(data)) originals.set(event, data);
  return event;
}

/** The event in SSE format: `event:`, `data:`, a blank line (L11). A batch becomes several events. */
export function encodeEvent(event: StreamEvent): string {
  if (event.type === 'content_block_delta' && event.batch) return new TextDecoder().decode(event.batch.bytes);
  return `event: ${event.type}\ndata: ${originals.get(event) ?? print(event)}\n\n`;
}

/** Most events are a piece of text, and a string prints several times as fast as the objects around it. */
function print(event: StreamEvent): string {
  if (event.type !== 'content_block_delta' || !hasTwoFields(event.delta)) return JSON.stringify(event);
  const { index, delta } = event;
  const start = `{"type":"content_block_delta","index":${index},"delta":{"type":"${delta.type}",`;
  switch (delta.type) {
    case 'text_delta':
      return `${start}"text":${JSON.stringify(delta.text)}}}`;
    case 'thinking_delta':
      return `${start}"thinking":${JSON.stringify(delta.thinking)}}}`;
    case 'input_json_delta':
      return `${start}"partial_json":${JSON.stringify(delta.partial_json)}}}`;
    default:
      return JSON.stringify(event);
  }
}

function hasTwoFields(delta: Delta): boolean {
  let fields = 0;
  for (const _ in delta) fields++;
  return fields === 2;
}

/** True for an event that is content (P2). Once it is sent, no other model can be tried. */
export function isContent(event: StreamEvent): boolean {
  if (event.type === 'content_block_start') return !emptyAtStart.has(event.content_block.type);
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

/** Block types whose start is not content. The start of a tool call is, because it has the name (P2). */
const emptyAtStart: ReadonlySet<string> = new Set(['text', 'thinking']);

/** Usage with numbers in both required fields (L1). */
export function usageOf(inputTokens: number, outputTokens = 0): Usage {
  return { input_tokens: inputTokens, output_tokens: outputTokens };
}

/** A `message_start` with an empty message. */
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
