/**
 * Errors in Anthropic's shape: status and type, both ways, and the reading of whatever an upstream calls an error.
 * Upstream messages are shown to a person; they are bounded, one line, and cleared of anything that looks like a key.
 */
import { isObject, parseJson, toArray, toNumber, toObject, toText, type JsonObject } from '../json.ts';
import type { ApiErrorBody, ApiErrorType } from './events.ts';
import { overflowIn, overflowNumbers, promptTooLong, type Overflow } from '../wire/decode/overflow.ts';

/** What an upstream refused with, or what occ itself refuses with. */
export interface ApiError extends ApiErrorBody {
  /** HTTP status as the upstream sent it. */
  status: number;
  /** The upstream's own names for it, which policy trusts before the status (contract 5.2): `GoUsageLimitError`. */
  upstreamType?: string;
  upstreamCode?: string;
  /** The field of the request that it is about, as the upstream names it: `temperature`, `tools[0].function`. */
  param?: string;
  /** The allowance that ran out, where the upstream names it: "5 hour", "weekly", "monthly". */
  limitName?: string;
  /** True when the request is longer than the model's window; `message` then says so in the words Claude Code acts on. */
  overflow?: boolean;
  /** Tokens the model can hold, where an overflow names them. */
  limit?: number;
  /** Milliseconds after which to ask again, where the body says so; a `retry-after` header has the last word. */
  retryAfterMs?: number;
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
    message: overflow ? promptTooLong(overflow) : toWords(fields.message) || silence,
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

const longestMessage = 600;

/** One line a person can read, without anything that might be a secret. */
export function toWords(text: string): string {
  const line = clearSecrets(text.slice(0, longestBody).replace(/[\s\p{Cc}]+/gu, ' ')).trim();
  // A character of two halves is not cut in two.
  return line.length > longestMessage
    ? `${line.slice(0, longestMessage).replace(/[\uD800-\uDBFF]$/, '')}…`
    : line;
}

/**
 * Keys and tokens in the spellings of the known vendors, and whatever stands where a key would. What is looked back at is
 * bounded: an upstream's page of blanks must not cost a minute.
 */
const secrets = new RegExp(
  [
    // OpenAI, Anthropic, OpenCode, OpenRouter, DeepSeek, Groq, xAI, Cerebras, Perplexity, NVIDIA, Fireworks, GitHub, Stripe
    String.raw`\b(?:sk|oc_sk|pk|rk|gsk|xai|csk|pplx|nvapi)[-_][A-Za-z0-9._-]{6,}`,
    String.raw`\b(?:st|hf|fw|r8|tgp|gh[opsur]|github_pat)_[A-Za-z0-9._-]{6,}`,
    String.raw`\bAIza[A-Za-z0-9_-]{20,}`,
    String.raw`\bAKIA[A-Z0-9]{12,}`,
    // JSON web tokens
    String.raw`(?<![\w-])eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9._-]+`,
    // Zhipu; a token of 256 bits
    String.raw`\b[0-9a-f]{32}\.[A-Za-z0-9]{8,}`,
    String.raw`\b[0-9a-f]{64}\b`,
    String.raw`(?<=\b(?:Bearer|Basic)\s{1,4})[A-Za-z0-9+/=._~-]{6,}`,
    String.raw`(?<=\b(?:api|auth|access|secret)[-_ ]?(?:key|token)(?: provided| is)?["']?\s{0,4}[:=]\s{0,4}["']?)(?:(?=[^\s"',;]*\d)[^\s"',;]{6,}|[^\s"',;]{16,})`,
    // In an address: as a parameter, and before the host
    String.raw`(?<=[?&](?:key|token)=)[^\s"'&]+`,
    String.raw`(?<=://)[^\s/@"']+(?=@)`,
  ].join('|'),
  'gi',
);

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
