/** Errors in Anthropic's shape, and the mapping between statuses and error types. */
import type { ApiErrorBody, ApiErrorType } from './events.ts';

/**
 * What an error body says, before anything is concluded from it; outermost envelope first. At most 8 entries per list, each
 * of at most 200 characters (types, codes, params) or 4,096 (messages). Not redacted: never logged and never shown.
 */
export interface ErrorFacts {
  readonly types: readonly string[];
  readonly codes: readonly string[];
  /** Paths as written; a validator's list is joined with dots: `body.stream_options`. */
  readonly params: readonly string[];
  readonly messages: readonly string[];
}

/** An error from an upstream or from occ itself. */
export interface ApiError extends ApiErrorBody {
  /** The upstream's HTTP status. */
  status: number;
  /** The upstream's own type and code, such as `GoUsageLimitError`. The proxy's policy uses them before the status. */
  upstreamType?: string;
  upstreamCode?: string;
  /** The request field that caused the error, as the upstream names it: `temperature`, `tools[0].function`. */
  param?: string;
  /** The exhausted quota, if the upstream names it: "5 hour", "weekly", "monthly". */
  limitName?: string;
  /** The model whose own quota is exhausted, if the upstream names it beside the limit. */
  limitModel?: string;
  /** True if the request exceeds the context window; `message` then has the form that makes Claude Code compact. */
  overflow?: boolean;
  /** The number of tokens in the request, if the overflow error contains it. */
  requested?: number;
  /** The context window in tokens, if the overflow error contains it. */
  limit?: number;
  /** The retry delay in the body, in milliseconds; a `retry-after` header takes precedence. */
  retryAfterMs?: number;
  /** When the limit ends, in seconds or milliseconds since 1970, as the body names it. */
  resetAt?: number;
  /** Everything that the body says. Missing in an error of occ's own. */
  facts?: ErrorFacts;
}

/** Tokens, where the upstream named them. */
export interface Overflow {
  /** Tokens of the request, plus its output limit where the vendor adds both. */
  requested?: number | undefined;
  /** The most tokens that the model accepts. */
  limit?: number | undefined;
}

/**
 * The message that makes Claude Code compact the conversation: the two numbers decide how much it removes, and without both
 * it compacts less precisely (measured).
 */
export function promptTooLong({ requested, limit }: Overflow): string {
  return requested !== undefined && limit !== undefined && requested > limit
    ? `prompt is too long: ${requested} tokens > ${limit} maximum`
    : 'prompt is too long for this model';
}

export const statusByType = {
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

/** The error type for a status: unknown 4xx map to `invalid_request_error`, everything else to `api_error`. */
export function typeOf(status: number): ApiErrorType {
  for (const [type, known] of Object.entries(statusByType)) if (known === status) return type as ApiErrorType;
  if (status === 503) return 'overloaded_error';
  if (status === 408) return 'timeout_error';
  return status >= 400 && status < 500 ? 'invalid_request_error' : 'api_error';
}
