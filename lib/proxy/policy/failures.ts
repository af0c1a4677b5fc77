/** How an attempt ended, and what kind of failure it was; what that earns is in `steps.ts` (contract 5.2). Pure. */
import type { ApiError } from '../../anthropic/errors.ts';
import type { ApiErrorBody } from '../../anthropic/events.ts';

/** Why an attempt that got no usable answer failed. */
export type Trouble =
  | 'connect'
  | 'reset'
  | 'timeout'
  | 'stall'
  | 'empty'
  | 'truncated'
  | 'malformed'
  | 'overflow'
  | 'upstream'
  | 'encoding'
  /** The client's own limit left no more time: no fault of the model. */
  | 'client_limit';

/** The time limit that ended an attempt: a setting by its name in the configuration, or the client's own. */
export type TimeLimit =
  | 'timeout_ms'
  | 'first_event_timeout_ms'
  | 'stream_idle_timeout_ms'
  | 'streaming_timeout_ms'
  | 'client';

/**
 * How far an attempt had come. The last two are seen from the client: for an answer that must be whole first, nothing is
 * after content.
 */
export type Position = 'before_headers' | 'before_content' | 'after_content' | 'after_finish';

/** How one attempt ended. */
export type Outcome =
  | { type: 'answered' }
  /** The upstream said no, with a status. */
  | { type: 'refused'; error: ApiError; retryAfterMs?: number }
  /** There was no answer, or the beginning of one that cannot be used. */
  | {
      type: 'failed';
      trouble: Trouble;
      error: ApiErrorBody;
      status?: number;
      limit?: TimeLimit;
      at: Position;
    }
  /** The client left. */
  | { type: 'abandoned' };

/** One attempt that was made. */
export interface Tried {
  /** Index into the plan's candidates. */
  candidate: number;
  /** Index into the provider's keys. */
  key: number;
  outcome: Outcome;
  /** What it was refused for has been changed, so the same model is worth asking once more. */
  repaired?: boolean;
}

/**
 * - `client`: the request's own fault, or longer than the model's window: returned at once;
 * - `credentials`, `quota`, `gone`: permanent for this key, provider, model;
 * - `format`: the model is not served in this wire format;
 * - `transient`: worth the same model once more;
 * - `other`: worth another model.
 */
export type FailureClass = 'client' | 'credentials' | 'quota' | 'gone' | 'format' | 'transient' | 'other';

/** Names that OpenCode's gateways give an error, which tell more than its status (facts: 401 alone means five things). */
const classByType: Readonly<Record<string, FailureClass>> = {
  AuthError: 'credentials',
  INFERENCE_ACCESS_BLOCKED: 'credentials',
  CreditsError: 'quota',
  MonthlyLimitError: 'quota',
  UserLimitError: 'quota',
  GoUsageLimitError: 'quota',
  FreeUsageLimitError: 'quota',
  SubscriptionUsageLimitError: 'quota',
  BlackUsageLimitError: 'quota',
  EntitlementError: 'quota',
  insufficient_quota: 'quota',
  billing_error: 'quota',
  ModelError: 'gone',
  ModelDeprecated: 'gone',
  ModelAccessError: 'gone',
  ModelProtocolUnsupported: 'format',
  FreeTierError: 'gone',
  RegionError: 'gone',
  DataPolicyError: 'gone',
  RateLimitError: 'transient',
  rate_limit_error: 'transient',
  overloaded_error: 'transient',
};

/** OpenCode's `ModelError` has several meanings, and only its words tell this one from the others. */
const wrongFormat = /not supported for (?:this )?format/i;

/** The class of a refusal: by the upstream's own name for it, then by its code, then by status; never by its text alone. */
export function classify({ status, upstreamType, upstreamCode, overflow, message }: ApiError): FailureClass {
  if (overflow) return 'client';
  if (upstreamType === 'ModelError' && wrongFormat.test(message)) return 'format';
  const named = classNamed(upstreamType) ?? classNamed(upstreamCode);
  if (named) return named;
  // A vendor's own key error behind a gateway is about the model, not about our key (observed 2026-09).
  if (upstreamCode === 'invalid_api_key' && upstreamType === 'invalid_request_error') return 'gone';
  if (status === 401) return 'credentials';
  if (status === 402) return 'quota';
  if (status === 403 || status === 404 || status === 410) return 'gone';
  if (status === 408 || status === 409 || status === 425 || status === 429 || status >= 500)
    return 'transient';
  if (status >= 400) return 'client';
  return 'other';
}

function classNamed(name: string | undefined): FailureClass | undefined {
  return name !== undefined && Object.hasOwn(classByType, name) ? classByType[name] : undefined;
}

/** The class of a trouble by itself. An error that the upstream names inside its answer has its own. */
const classByTrouble: Readonly<Record<Trouble, FailureClass>> = {
  connect: 'transient',
  reset: 'transient',
  timeout: 'other',
  stall: 'other',
  empty: 'other',
  truncated: 'other',
  malformed: 'other',
  overflow: 'other',
  upstream: 'other',
  encoding: 'other',
  client_limit: 'other',
};

/** The class of any failed attempt; undefined for one that did not fail. */
export function classOf(outcome: Outcome): FailureClass | undefined {
  if (outcome.type === 'refused') return classify(outcome.error);
  if (outcome.type !== 'failed') return undefined;
  const error = outcome.trouble === 'upstream' ? (outcome.error as Partial<ApiError>) : undefined;
  if (error?.upstreamType === undefined && !error?.overflow) return classByTrouble[outcome.trouble];
  const found = classify({ status: 0, ...outcome.error, ...error });
  return found === 'transient' ? 'other' : found;
}
