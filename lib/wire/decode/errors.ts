/**
 * Converts the errors of all wire formats to `ApiError`. Error messages are shown to the user, so they pass through
 * `redactedLine`.
 */
import { typeOf, type ApiError, type ErrorFacts } from '../../anthropic/errors.ts';
import {
  isObject,
  parseJson,
  toArray,
  toNumber,
  toObject,
  toText,
  type Json,
  type JsonObject,
} from '../../json.ts';
import { redactedLine } from '../../redact.ts';
import { jsonIn } from './embedded-json.ts';
import { errorFacts, isStructure } from './error-facts.ts';
import { chosenMessage, isHtml, messageIn, rawError } from './error-message.ts';
import { resetIn, type Reset } from './error-reset.ts';
import { isExactType, miniMaxType, typeSaid } from './error-types.ts';

/** Characters of an error body that are read when it is not JSON. */
const maxBody = 64 * 1024;

/** Reads an error body in any of the observed shapes. A body that is not JSON becomes the message. */
export function readApiError(status: number, body: string): ApiError {
  const json = parseJson(body);
  const parsed = json === undefined ? cutOff(body) : json;
  // Gemini sends an error for a streaming request as an array with one element.
  const first = Array.isArray(parsed) ? parsed[0] : parsed;
  if (isObject(first)) return toApiError(status, errorFields(first), errorFacts(parsed ?? null));
  const text = typeof first === 'string' ? first : body.slice(0, maxBody);
  // A page has many words, and none of them are about the request.
  const facts = isHtml(text)
    ? { types: [], codes: [], params: [], messages: [] }
    : errorFacts(parsed === undefined ? text : parsed);
  return toApiError(status, { message: text, reset: {} }, facts);
}

/** The error in a body that is JSON without its end, or an event of a stream; undefined for other text. */
function cutOff(body: string): Json | undefined {
  return isStructure(body) || /^\s*(?:data|event):/.test(body) ? jsonIn(body.slice(0, maxBody)) : undefined;
}

/**
 * The error in a JSON object of a stream, or undefined when it has none. `error` may be an object, a string or an array;
 * Anthropic's errors have `"type": "error"`, those of vLLM, SGLang and Mistral `"object": "error"`; Cloudflare's are in
 * `errors`, MiniMax's in `base_resp`.
 */
export function errorInside(data: JsonObject): ApiError | undefined {
  const failed =
    data['type'] === 'error' ||
    data['object'] === 'error' ||
    hasError(data['error']) ||
    hasError(data['errors']);
  if (failed) return errorIn(data);
  const base = toObject(data['base_resp']);
  const code = toNumber(base['status_code']) ?? 0;
  return code === 0 ? undefined : errorIn({ type: miniMaxType(code), code, ...base });
}

/** The error that an object of a stream is, which has nothing of an answer. */
export function errorIn(data: JsonObject): ApiError {
  const status = statusSaid(data);
  const fields = errorFields(data);
  const error = toApiError(status, fields, errorFacts(data));
  const type = typeSaid([
    fields.type ?? '',
    fields.code ?? '',
    ...(error.facts?.types ?? []),
    ...(error.facts?.codes ?? []),
  ]);
  return { ...error, type: status === 0 || isExactType(type) ? (type ?? 'api_error') : error.type };
}

/** Fields for the HTTP status in an error: the vendor's own (Google, OpenRouter), or the one a gateway got (MiniMax). */
const statusFields = [
  'code',
  'status',
  'status_code',
  'statusCode',
  'http_code',
  'http_status',
  'httpStatus',
];

/** The HTTP status that an error inside an answer names, or 0. */
function statusSaid(data: JsonObject): number {
  const error = Array.isArray(data['error']) ? data['error'][0] : data['error'];
  const said = [toObject(error), data].flatMap((object) =>
    statusFields.map((name) => toNumber(object[name])),
  );
  return said.find((number) => number !== undefined && number >= 400 && number <= 599) ?? 0;
}

/** An object with only null and empty fields is not an error: some servers send one with each chunk. */
function hasError(error: unknown): boolean {
  if (typeof error === 'string') return error !== '';
  if (error === true) return true;
  if (Array.isArray(error)) return error.length > 0;
  return (
    isObject(error) && Object.values(error).some((value) => value !== null && value !== '' && value !== 0)
  );
}

interface ErrorFields {
  message: string;
  type?: string;
  code?: string;
  param?: string;
  limitName?: string;
  limitModel?: string;
  reset: Reset;
}

function errorFields(body: JsonObject): ErrorFields {
  const first = Array.isArray(body['error']) ? body['error'][0] : body['error'];
  const error = isObject(first) ? first : body;
  const message = typeof first === 'string' ? first : messageIn(error);
  const raw = rawError(toObject(error['metadata'])['raw'], parseJson);
  const cause = raw && errorFields(raw);
  const type = typeof error['type'] === 'string' && error['type'] !== 'error' ? error['type'] : undefined;
  const daily = dailyQuota(error);
  const code = daily ?? error['code'] ?? undefined;
  const param = toText(error['param']);
  const limitName =
    toText(toObject(body['metadata'])['limitName']) ||
    toText(toObject(error['metadata'])['limitName']) ||
    (daily === undefined ? '' : 'daily');
  const limitModel = [error, body]
    .map((place) => toObject(place['metadata']))
    .flatMap((metadata) => modelFields.map((name) => toText(metadata[name])))
    .find((model) => model !== '');
  const reset = { ...cause?.reset, ...resetIn(error, body) };
  return {
    message:
      cause && cause.message !== message ? [message, cause.message].filter(Boolean).join(': ') : message,
    ...(type !== undefined && { type }),
    ...((typeof code === 'string' || typeof code === 'number') && { code: String(code) }),
    ...(param !== '' && { param: param.slice(0, 100) }),
    ...(limitName !== '' && { limitName }),
    ...(limitModel !== undefined && { limitModel: limitModel.slice(0, 200) }),
    reset,
  };
}

/** Fields beside the name of a limit that name the model whose limit it is. */
const modelFields = ['model', 'modelId', 'modelID', 'model_id'];

/**
 * The id of a used-up quota per day in Google's errors, also behind its OpenAI-compatible endpoint:
 * `GenerateRequestsPerDayPerProjectPerModel-FreeTier` (gemini-cli#8437).
 */
function dailyQuota(error: JsonObject): string | undefined {
  const ids = toArray(error['details'])
    .flatMap((detail) => toArray(toObject(detail)['violations']))
    .map((violation) => toText(toObject(violation)['quotaId']).slice(0, 200));
  return ids.find((id) => id.includes('PerDay'));
}

/** `status` is 0 for an error inside a stream that names none. */
function toApiError(status: number, fields: ErrorFields, facts: ErrorFacts): ApiError {
  const message = chosenMessage(fields.message, facts);
  const withoutMessage =
    status > 0
      ? `the upstream answered ${status} without saying why`
      : 'the upstream reported an error without saying why';
  return {
    status,
    type: typeOf(status),
    message: redactedLine(message) || withoutMessage,
    ...(fields.type !== undefined && { upstreamType: fields.type }),
    ...(fields.code !== undefined && { upstreamCode: fields.code }),
    ...(fields.param !== undefined && { param: fields.param }),
    ...(fields.limitName !== undefined && { limitName: fields.limitName }),
    ...(fields.limitModel !== undefined && { limitModel: fields.limitModel }),
    ...fields.reset,
    facts,
  };
}
