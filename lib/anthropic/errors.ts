/**
 * Errors in Anthropic's shape: status and type, both ways, and the reading of whatever an upstream calls an error.
 * Upstream messages are shown to a person; they are bounded, one line, and cleared of anything that looks like a key.
 */
import { isObject, parseJson, toNumber, toObject, toText, type JsonObject } from '../stream/json.ts';
import type { ApiErrorBody, ApiErrorType } from './events.ts';

/** What an upstream refused with, or what occ itself refuses with. */
export interface ApiError extends ApiErrorBody {
  /** HTTP status as the upstream sent it. */
  status: number;
  /** The upstream's own names for it, which policy trusts before the status (contract 5.2): `GoUsageLimitError`. */
  upstreamType?: string;
  upstreamCode?: string;
  /** The allowance that ran out, where the upstream names it: "5 hour", "weekly", "monthly". */
  limitName?: string;
  /** True when the request is longer than the model's window; `message` then says so in the words Claude Code acts on. */
  overflow?: boolean;
}

const statusByType = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
} as const satisfies Record<ApiErrorType, number>;

/** The status Anthropic documents for an error type. */
export function statusOf(type: ApiErrorType): number {
  return statusByType[type];
}

/** The error type for a status; unknown 4xx are the request's fault, everything else is the server's. */
export function typeOf(status: number): ApiErrorType {
  for (const [type, known] of Object.entries(statusByType)) if (known === status) return type as ApiErrorType;
  if (status === 503) return 'overloaded_error';
  if (status === 408) return 'timeout_error';
  return status >= 400 && status < 500 ? 'invalid_request_error' : 'api_error';
}

/** Reads an error body in any of the shapes seen in the field; a body that is no JSON at all is told in its first words. */
export function readApiError(status: number, body: string): ApiError {
  const parsed = parseJson(body);
  if (!isObject(parsed)) return describe(status, { message: isHtml(body) ? htmlWords(body) : body });
  return describe(status, errorFields(parsed));
}

/**
 * The error inside a stream's JSON, or undefined when the object is none. An object, a string and an array under
 * `error` have all been seen, and Anthropic's own `{"type":"error"}`.
 */
export function errorInside(data: JsonObject): ApiError | undefined {
  const failed = data['type'] === 'error' || hasError(data['error']);
  return failed ? describe(toNumber(toObject(data['error'])['code']) ?? 0, errorFields(data)) : undefined;
}

function hasError(error: unknown): boolean {
  if (typeof error === 'string') return error !== '';
  if (Array.isArray(error)) return error.length > 0;
  return isObject(error) && Object.keys(error).length > 0;
}

interface ErrorFields {
  message: string;
  type?: string;
  code?: string;
  limitName?: string;
}

function errorFields(body: JsonObject): ErrorFields {
  const first = Array.isArray(body['error']) ? body['error'][0] : body['error'];
  const inner = isObject(first) ? first : body;
  const said = typeof first === 'string' ? first : toText(inner['message']) || toText(inner['detail']);
  const nested = realCause(toObject(inner['metadata'])['raw']);
  const type = typeof inner['type'] === 'string' && inner['type'] !== 'error' ? inner['type'] : undefined;
  const code = inner['code'] ?? undefined;
  const limitName = toText(toObject(body['metadata'] ?? inner['metadata'])['limitName']);
  return {
    message: nested && nested !== said ? `${said}: ${nested}` : said,
    ...(type !== undefined && { type }),
    ...((typeof code === 'string' || typeof code === 'number') && { code: String(code) }),
    ...(limitName !== '' && { limitName }),
  };
}

/** Some gateways hide the vendor's own words in `metadata.raw`, a JSON string behind "Provider returned error". */
function realCause(raw: unknown): string {
  if (typeof raw !== 'string') return '';
  const parsed = parseJson(raw);
  return isObject(parsed) ? errorFields(parsed).message : raw;
}

function describe(status: number, fields: ErrorFields): ApiError {
  const limit = overflowIn(status, fields);
  const known = fields.type !== undefined && Object.hasOwn(statusByType, fields.type);
  const type = status > 0 ? typeOf(status) : known ? (fields.type as ApiErrorType) : 'api_error';
  return {
    status,
    type: limit === undefined ? type : 'invalid_request_error',
    message: limit ?? (toWords(fields.message) || `the upstream answered ${status} without saying why`),
    ...(fields.type !== undefined && { upstreamType: fields.type }),
    ...(fields.code !== undefined && { upstreamCode: fields.code }),
    ...(fields.limitName !== undefined && { limitName: fields.limitName }),
    ...(limit !== undefined && { overflow: true }),
  };
}

/** How vendors say that a request is too long (observed; upstream facts, section 7). Each may name the window. */
const overflowWords =
  /prompt is too long|exceeds? the (?:model'?s? )?(?:maximum )?context (?:window|length|size)|maximum context length|context_length_exceeded|context window exceeds limit|exceeded model token limit|range of input length should be|prompt exceeds max length|input token count.{0,40}exceeds the maximum|maximum prompt length|input is too long|exceeds the available context size|reduce the length of the messages|longer than the maximum model length|but model only supports up to|input length and `?max_tokens`? exceed context limit|request_too_large/i;

/**
 * The sentence that makes Claude Code compact (measured: the numbers steer how much it cuts), or undefined when the
 * error is another one. Only the client's own statuses count: a 500 that mentions a length is still a 500.
 */
function overflowIn(status: number, { message, type, code }: ErrorFields): string | undefined {
  const said = `${message} ${type ?? ''} ${code ?? ''}`;
  const clients = status === 0 || status === 400 || status === 413 || status === 422;
  if (!clients || !(status === 413 || code === '1261' || overflowWords.test(said))) return undefined;
  const already = /prompt is too long: \d+ tokens > \d+ maximum/.exec(message);
  if (already) return already[0];
  const numbers = [...message.matchAll(/\d[\d,]{3,}/g)].map(([digits]) => Number(digits.replaceAll(',', '')));
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  return numbers.length > 1 && low < high
    ? `prompt is too long: ${high} tokens > ${low} maximum`
    : 'prompt is too long for this model';
}

const longestMessage = 600;

/** One line a person can read, without anything that might be a secret. */
export function toWords(text: string): string {
  const line = clearSecrets(text).replace(/\s+/g, ' ').trim();
  return line.length > longestMessage ? `${line.slice(0, longestMessage)}…` : line;
}

/** Keys and tokens in the spellings of the known vendors, and whatever follows Bearer or an api-key field. */
const secrets =
  /\b(?:sk|oc_sk|st|pk|rk|gsk|xai|AIza|ghp|hf|nvapi)[-_][A-Za-z0-9._-]{6,}|\bAIza[A-Za-z0-9_-]{20,}|(?<=\bBearer\s+)[^\s"',;]+|(?<=\bapi[-_ ]?key["']?\s*[:=]\s*["']?)[^\s"',;]{6,}/gi;

export function clearSecrets(text: string): string {
  return text.replace(secrets, '•••');
}

function isHtml(body: string): boolean {
  return /^\s*(?:<!doctype|<html|<\?xml|<head|<body)/i.test(body);
}

/** What a person would see of a web page: its title, or its first words. */
function htmlWords(body: string): string {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(body)?.[1]?.trim();
  return `an HTML page instead of an API answer${title ? ` ("${title}")` : ''}`;
}
