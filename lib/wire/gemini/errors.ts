/**
 * Reads Google's error bodies. Beyond the common fields, `status` names the error more precisely than the HTTP status, and
 * `details` hold the reason (a wrong key is a 400).
 */
import type { ApiError } from '../../anthropic/errors.ts';
import { readApiError } from '../decode/errors.ts';
import { parseJson, toArray, toObject, toText, type JsonObject } from '../../json.ts';

export function readGeminiError(status: number, body: string): ApiError {
  const parsed = parseJson(body);
  const first = toObject(Array.isArray(parsed) ? parsed[0] : parsed);
  return withDetails(readApiError(status, body), toObject(first['error']));
}

/** Adds the fields that only Google's errors have. */
export function withDetails(error: ApiError, google: JsonObject): ApiError {
  const name = toText(google['status']);
  const reasons = new Set(toArray(google['details']).map((detail) => toText(toObject(detail)['reason'])));
  // "API key not valid" has the status 400, but the request is valid and another key may work.
  if (reasons.has('API_KEY_INVALID') || reasons.has('API_KEY_EXPIRED'))
    return { ...error, status: 401, type: 'authentication_error', upstreamType: 'AuthError' };
  const named = error.upstreamType === undefined && name !== '' ? { upstreamType: name } : {};
  return { ...error, ...named };
}
