/** Errors in Anthropic's shape: what occ knows of one, and the status and type that belong together. */
import type { ApiErrorBody, ApiErrorType } from './events.ts';

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
  /** Tokens of the request, if an overflow names them. */
  requested?: number;
  /** Tokens the model can hold, if an overflow names them. */
  limit?: number;
  /** Milliseconds after which to ask again, where the body says so; a `retry-after` header has the last word. */
  retryAfterMs?: number;
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

/** The error type for a status; unknown 4xx are the request's fault, everything else is the server's. */
export function typeOf(status: number): ApiErrorType {
  for (const [type, known] of Object.entries(statusByType)) if (known === status) return type as ApiErrorType;
  if (status === 503) return 'overloaded_error';
  if (status === 408) return 'timeout_error';
  return status >= 400 && status < 500 ? 'invalid_request_error' : 'api_error';
}
