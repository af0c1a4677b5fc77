/**
 * Reads whatever an upstream calls an error, in every wire format, into one `ApiError`. The messages are shown to a
 * person, so they pass through `redactedLine`.
 */
import { statusByType, typeOf, type ApiError } from '../../anthropic/errors.ts';
import type { ApiErrorType } from '../../anthropic/events.ts';
import { isObject, parseJson, toArray, toNumber, toObject, toText, type JsonObject } from '../../json.ts';
import { redactedLine } from '../../redact.ts';
import { overflowIn, overflowNumbers, promptTooLong, type Overflow } from './overflow.ts';

/** Longest error body that is read; what is said of it is far shorter. */
const longestBody = 256 * 1024;

/** Reads an error body in any of the shapes seen in the field; a body that is no JSON at all is told in its first words. */
export function readApiError(status: number, body: string): ApiError {
  const parsed = parseJson(body);
  // Gemini answers a stream it refuses with an array of one.
  const first = Array.isArray(parsed) ? parsed[0] : parsed;
  if (isObject(first)) return describe(status, errorFields(first));
  const text = typeof first === 'string' ? first : body.slice(0, longestBody);
  return describe(status, { message: isHtml(text) ? htmlWords(text) : text });
}

/**
 * The error inside a stream's JSON, or undefined when the object is none. An object, a string and an array under
 * `error` have all been seen, and Anthropic's own `{"type":"error"}`.
 */
export function errorInside(data: JsonObject): ApiError | undefined {
  const failed = data['type'] === 'error' || hasError(data['error']);
  if (!failed) return undefined;
  const fields = errorFields(data);
  const code = toNumber(fields.code) ?? 0;
  return describe(code >= 400 && code <= 599 ? code : 0, fields);
}

/** An object whose every field is null or empty is as good as null: some servers send one with each chunk. */
function hasError(error: unknown): boolean {
  if (typeof error === 'string') return error !== '';
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
  /** Type and code of an error inside this one. */
  inner?: string;
}

function errorFields(body: JsonObject): ErrorFields {
  const first = Array.isArray(body['error']) ? body['error'][0] : body['error'];
  const error = isObject(first) ? first : body;
  const said = typeof first === 'string' ? first : saidIn(error);
  const cause = realCause(toObject(error['metadata'])['raw']);
  const type = typeof error['type'] === 'string' && error['type'] !== 'error' ? error['type'] : undefined;
  const code = error['code'] ?? undefined;
  const param = toText(error['param']);
  const limitName =
    toText(toObject(body['metadata'])['limitName']) || toText(toObject(error['metadata'])['limitName']);
  return {
    message: cause && cause.message !== said ? [said, cause.message].filter(Boolean).join(': ') : said,
    ...(type !== undefined && { type }),
    ...((typeof code === 'string' || typeof code === 'number') && { code: String(code) }),
    ...(param !== '' && { param: param.slice(0, 100) }),
    ...(limitName !== '' && { limitName }),
    ...(cause && { inner: `${cause.type ?? ''} ${cause.code ?? ''} ${cause.inner ?? ''}` }),
  };
}

/** FastAPI says `detail`, a text or a list; others `msg`. */
function saidIn(error: JsonObject): string {
  const detail = toObject(toArray(error['detail'])[0]);
  return toText(error['message']) || toText(error['detail']) || toText(detail['msg']) || toText(error['msg']);
}

/** Some gateways hide the vendor's own words in `metadata.raw`, a JSON string behind "Provider returned error". */
function realCause(raw: unknown): ErrorFields | undefined {
  const parsed = typeof raw === 'string' ? parseJson(raw) : raw;
  if (isObject(parsed)) return errorFields(parsed);
  if (typeof raw !== 'string' || raw === '') return undefined;
  return { message: isHtml(raw) ? htmlWords(raw) : raw };
}

function describe(status: number, fields: ErrorFields): ApiError {
  const overflow = overflowOf(status, fields);
  const known = fields.type !== undefined && Object.hasOwn(statusByType, fields.type);
  const type = status > 0 ? typeOf(status) : known ? (fields.type as ApiErrorType) : 'api_error';
  const silence =
    status > 0
      ? `the upstream answered ${status} without saying why`
      : 'the upstream reported an error without saying why';
  return {
    status,
    type: overflow === undefined ? type : 'invalid_request_error',
    message: overflow ? promptTooLong(overflow) : redactedLine(fields.message) || silence,
    ...(fields.type !== undefined && { upstreamType: fields.type }),
    ...(fields.code !== undefined && { upstreamCode: fields.code }),
    ...(fields.param !== undefined && { param: fields.param }),
    ...(fields.limitName !== undefined && { limitName: fields.limitName }),
    ...(overflow && { overflow: true }),
    ...(overflow?.limit !== undefined && { limit: overflow.limit }),
  };
}

/** Zhipu's code for a prompt that is too long; its words come in two languages. */
const zhipuTooLong = '1261';

/** Only the client's own statuses count (0: inside a stream): a 500 that mentions a length is still a 500. */
function overflowOf(status: number, { message, type, code, inner }: ErrorFields): Overflow | undefined {
  if (status === 413) return overflowIn(message) ?? {};
  if (code === zhipuTooLong) return overflowNumbers(message);
  if (status !== 0 && status !== 400 && status !== 422) return undefined;
  return overflowIn(`${message} ${type ?? ''} ${code ?? ''} ${inner ?? ''}`);
}

function isHtml(body: string): boolean {
  return /^\s*(?:<!doctype|<html|<\?xml|<head|<body)/i.test(body);
}

/** What a person would see of a web page: its title, or its first words. */
function htmlWords(body: string): string {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(body)?.[1]?.trim();
  return `an HTML page instead of an API answer${title ? ` ("${title}")` : ''}`;
}
