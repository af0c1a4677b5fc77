/** The body of an answer as JSON objects, for every format: what is no JSON, and what ends the stream, told apart. */
import { isObject, parseJson, toObject, toText, type JsonObject } from '../../json.ts';
import { bodyDecoder, type BodyMessage } from '../../stream/body.ts';
import { compose, type Transducer } from '../../stream/transducer.ts';
import { redactedLine } from '../../redact.ts';
import { readApiError } from './errors.ts';
import type { FailureReason } from '../../anthropic/events.ts';

/**
 * - `data`: one object; `text` is the JSON it was parsed from, for what passes on unchanged, on one line; `source` is that
 *   JSON as it came, however many lines it had, where the object is the whole of it;
 * - `done`: OpenAI's `[DONE]`;
 * - `broken`: something that cannot be understood; the turn is lost unless it had already finished.
 */
export type Frame =
  | { type: 'data'; event: string; json: JsonObject; text: string; source?: string }
  | { type: 'done' }
  | { type: 'broken'; reason: FailureReason; message: string };

export function frameDecoder(): Transducer<Uint8Array, Frame> {
  return compose(bodyDecoder(), { step: toFrames, flush: () => [] });
}

/** Data lines that some gateways send only to keep the connection open. */
const keepAlives: ReadonlySet<string> = new Set([
  '',
  'ping',
  'keep-alive',
  'keepalive',
  'heartbeat',
  'null',
  '{}',
]);

function toFrames({ event, data, problem }: BodyMessage): Frame[] {
  if (problem === 'too_long') return [broken('overflow', 'one event of the answer grew past every bound')];
  if (problem === 'html')
    return [broken('malformed', `the upstream sent ${readApiError(200, data).message}`)];
  const text = data.trim();
  if (text === '[DONE]') return [{ type: 'done' }];
  if (keepAlives.has(text.toLowerCase())) return [];
  const parsed = parseJson(text);
  if (isObject(parsed)) return [toData(event, parsed, text)];
  if (Array.isArray(parsed)) return parsed.filter(isObject).map((json) => toData(event, json));
  // The end of the bytes inside an event is a truncation, which the codec tells by its missing finish (P1).
  if (problem === 'unterminated') return [];
  if (event === 'error') return [broken('upstream', redactedLine(toText(parsed) || text))];
  // What begins like JSON may hold the conversation, which no log and no error may show; plain words are the server's.
  const words = /^[{["]/.test(text) ? `${text.length} characters` : redactedLine(text).slice(0, 200);
  return [broken('malformed', `the upstream sent an event that is no JSON: ${words}`)];
}

function broken(reason: FailureReason, message: string): Frame {
  return { type: 'broken', reason, message };
}

/** The object, out of its envelope; its text stays its own only where that is this very object on one line (L11). */
function toData(event: string, parsed: JsonObject, text?: string): Frame {
  const json = unwrap(parsed);
  const own = json === parsed && text !== undefined && !/[\r\n]/.test(text);
  const whole = json === parsed && text !== undefined;
  return {
    type: 'data',
    event,
    json,
    text: own ? text : JSON.stringify(json),
    ...(whole && { source: text }),
  };
}

/** Some gateways put the answer in an envelope, `{"success":true,"data":{…}}`, and their refusals in the same. */
function unwrap(json: JsonObject): JsonObject {
  const { success, data } = json;
  if (success === false && !json['error']) {
    const { code, message, msg } = { ...toObject(data), ...json };
    return { error: { code, message: toText(message) || toText(msg) || 'the upstream reported no success' } };
  }
  return typeof success === 'boolean' && isObject(data) ? data : json;
}
