/**
 * Reads Google's error bodies. Beyond the common fields, `status` names the error more precisely than the HTTP status, and
 * `details` hold the reason (a wrong key is a 400) and the retry delay.
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
  const daily = dailyQuota(google);
  // The delay beside a quota of a day is that of the quota of a minute.
  if (daily !== undefined) return { ...error, upstreamType: name, upstreamCode: daily, limitName: 'daily' };
  const retryAfterMs = retryDelay(google);
  const named = error.upstreamType === undefined && name !== '' ? { upstreamType: name } : {};
  return { ...error, ...named, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** The id of a used-up quota per day, such as `GenerateRequestsPerDayPerProjectPerModel-FreeTier` (gemini-cli#8437). */
function dailyQuota(google: JsonObject): string | undefined {
  const ids = toArray(google['details'])
    .flatMap((detail) => toArray(toObject(detail)['violations']))
    .map((violation) => toText(toObject(violation)['quotaId']).slice(0, 200));
  return ids.find((id) => id.includes('PerDay'));
}

/** The delay of `google.rpc.RetryInfo` in ms. Protobuf's JSON writes durations as "34s" or "34.074824224s". */
function retryDelay(google: JsonObject): number | undefined {
  for (const detail of toArray(google['details']).map(toObject)) {
    if (!toText(detail['@type']).endsWith('/google.rpc.RetryInfo')) continue;
    const [, seconds] = /^(\d{1,9}(?:\.\d{1,9})?)s$/.exec(toText(detail['retryDelay'])) ?? [];
    if (seconds !== undefined) return Math.ceil(Number(seconds) * 1000);
  }
  return undefined;
}
