/** Splits a response body into frames, for every wire format: JSON objects, `[DONE]`, and input that cannot be parsed. */
import { isObject, parseJson, toObject, toText, type JsonObject } from '../../json.ts';
import { bodyDecoder, type BodyMessage } from '../../stream/body.ts';
import { isOneLine, maxEventLength, type SseScanner } from '../../stream/sse.ts';
import { compose, type Emit, type Transducer } from '../../stream/transducer.ts';
import { redactedLine } from '../../redact.ts';
import { errorFacts } from './error-facts.ts';
import { messageIn } from './error-message.ts';
import { readApiError } from './errors.ts';
import type { Batch, BlockDelta, FailureReason } from '../../anthropic/events.ts';

/**
 * - `data`: one object. `text` is its JSON on one line, for events that are passed on unchanged. `source` is its JSON as
 *   received, on any number of lines; it is missing when the object came in an array or an envelope.
 * - `done`: OpenAI's `[DONE]`.
 * - `batch`: deltas that a scanner has read together.
 * - `broken`: input that cannot be parsed. The turn fails unless it has already finished.
 */
export type Frame =
  | { type: 'data'; event: string; json: JsonObject; text: string; source?: string }
  | BatchFrame
  | { type: 'done' }
  | { type: 'broken'; reason: FailureReason; message: string };

export interface BatchFrame {
  type: 'batch';
  deltas: BlockDelta & { batch: Batch };
}

export function frameDecoder(scanner?: SseScanner<BatchFrame>): Transducer<Uint8Array, Frame> {
  return compose(bodyDecoder(maxEventLength, scanner), {
    step: (message, emit) => ('type' in message ? emit(message) : toFrames(message, emit)),
    flush() {},
  });
}

/** Data lines that some gateways send to keep the connection open. */
const keepAlives: ReadonlySet<string> = new Set([
  '',
  'ping',
  'keep-alive',
  'keepalive',
  'heartbeat',
  'null',
  '{}',
]);
const longestKeepAlive = Math.max(...[...keepAlives].map(({ length }) => length));

function toFrames({ event, data, problem }: BodyMessage, emit: Emit<Frame>): void {
  if (problem === 'too_long')
    return emit(broken('overflow', 'one event of the answer grew past every bound'));
  if (problem === 'html')
    return emit(broken('malformed', `the upstream sent ${readApiError(200, data).message}`));
  const text = data.trim();
  if (text === '[DONE]') return emit({ type: 'done' });
  if (text.length <= longestKeepAlive && keepAlives.has(text.toLowerCase())) return;
  const parsed = parseJson(text);
  if (isObject(parsed)) return emit(toData(event, parsed, text));
  if (Array.isArray(parsed)) {
    for (const json of parsed) if (isObject(json)) emit(toData(event, json));
    return;
  }
  // A stream that ends inside an event is truncated; the decoder detects that by the missing finish (P1).
  if (problem === 'unterminated') return;
  if (event === 'error') return emit(broken('upstream', redactedLine(toText(parsed) || text)));
  // Text that starts like JSON may contain the conversation, which must not appear in logs or errors.
  const excerpt = /^[{["]/.test(text) ? `${text.length} characters` : redactedLine(text).slice(0, 200);
  emit(broken('malformed', `the upstream sent an event that is no JSON: ${excerpt}`));
}

function broken(reason: FailureReason, message: string): Frame {
  return { type: 'broken', reason, message };
}

/** The frame for an object without its envelope. The received text is kept if it is that object on one line (L11). */
function toData(event: string, parsed: JsonObject, text?: string): Frame {
  const json = unwrap(parsed);
  if (text === undefined || json !== parsed) return { type: 'data', event, json, text: JSON.stringify(json) };
  return { type: 'data', event, json, text: isOneLine(text) ? text : JSON.stringify(json), source: text };
}

/** Some gateways wrap responses and errors in an envelope: `{"success":true,"data":{…}}`. */
function unwrap(json: JsonObject): JsonObject {
  const { success = json['ok'], data } = json;
  if (success === false && !json['error']) {
    const { success: _, ok: __, ...fields } = { ...toObject(data), ...json };
    const message = messageIn(fields) || errorFacts(fields).messages[0];
    return { error: { ...fields, message: message ?? 'the upstream reported no success' } };
  }
  return typeof success === 'boolean' && isObject(data) ? data : json;
}
