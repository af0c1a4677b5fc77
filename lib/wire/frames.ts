/** The body of an answer as JSON objects, for every format: what is no JSON, and what ends the stream, told apart. */
import { isObject, parseJson, type JsonObject } from '../stream/json.ts';
import { bodyDecoder, type BodyMessage } from '../stream/body.ts';
import { compose, type Transducer } from '../stream/transducer.ts';
import { readApiError, toWords } from '../anthropic/errors.ts';
import type { FailureReason } from '../anthropic/events.ts';

/**
 * - `data`: one object; `text` is the JSON it was parsed from, for what passes on unchanged;
 * - `done`: OpenAI's `[DONE]`;
 * - `broken`: something that cannot be understood; the turn is lost unless it had already finished.
 */
export type Frame =
  | { type: 'data'; event: string; json: JsonObject; text: string }
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
  if (isObject(parsed)) return [{ type: 'data', event, json: unwrap(parsed), text }];
  if (Array.isArray(parsed)) {
    return parsed.filter(isObject).map((json) => ({ type: 'data', event, json, text: JSON.stringify(json) }));
  }
  // The end of the bytes inside an event is a truncation, which the codec tells by its missing finish (P1).
  if (problem === 'unterminated') return [];
  return [broken('malformed', `the upstream sent an event that is no JSON: ${toWords(text).slice(0, 200)}`)];
}

function broken(reason: FailureReason, message: string): Frame {
  return { type: 'broken', reason, message };
}

/** Some gateways put the answer in an envelope: `{"success":true,"data":{…}}`. */
function unwrap(json: JsonObject): JsonObject {
  const { success, data } = json;
  return typeof success === 'boolean' && isObject(data) ? data : json;
}
