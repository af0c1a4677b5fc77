/** Reads the stop reason (P7) or the error of a finished response. */
import type { ApiError } from '../../anthropic/errors.ts';
import { errorInside } from '../decode/errors.ts';
import type { FinishMeaning } from '../decode/finish.ts';
import { finishMeaning } from '../decode/finish-names.ts';
import { isObject, toObject, toText, type JsonObject } from '../../json.ts';

/** The meaning of a response that did not fail. An `unknown` reason of an incomplete response counts as `max_tokens`. */
export function toStopReason(type: string, response: JsonObject): { meaning: FinishMeaning; given: string } {
  const given = toText(toObject(response['incomplete_details'])['reason']);
  if (given === '' && !isIncomplete(type, response)) return { meaning: 'end_turn', given };
  return { meaning: given === '' ? 'unknown' : finishMeaning(given), given };
}

function isIncomplete(type: string, response: JsonObject): boolean {
  return type === 'response.incomplete' || response['status'] === 'incomplete';
}

/** The error of a finished response; undefined if it did not fail. */
export function failureOf(type: string, response: JsonObject): ApiError | undefined {
  const { error, status } = response;
  const failed =
    type === 'response.failed' ||
    type === 'response.cancelled' ||
    status === 'failed' ||
    status === 'cancelled';
  const reported = errorInside({ error: error ?? null });
  if (reported) return reported;
  if (!failed) return undefined;
  const how = type === 'response.cancelled' || status === 'cancelled' ? 'cancelled' : 'failed';
  return { status: 0, type: 'api_error', message: `the upstream ${how} its answer without saying why` };
}

/** The response in an event, or the JSON itself if the body is the bare response. */
export function responseIn(json: JsonObject): JsonObject {
  return isObject(json['response']) ? json['response'] : json;
}
