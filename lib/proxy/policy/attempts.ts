/**
 * What kind of failure was it, and what does it earn: the same model again, the next key, the next model, or an end
 * (contract 5.2). Pure: outcomes and chance in, decision out.
 */
import type { ApiError } from '../../anthropic/errors.ts';
import type { ApiErrorBody } from '../../anthropic/events.ts';
import type { Retry } from '../../config/schema.ts';
import type { Candidate } from './route.ts';

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
  | 'encoding';

/** How one attempt ended. */
export type Outcome =
  | { type: 'answered' }
  /** The upstream said no, with a status. */
  | { type: 'refused'; error: ApiError; retryAfterMs?: number }
  /** There was an answer, or the beginning of one, that cannot be used. `committed`: the client has seen some of it. */
  | { type: 'failed'; trouble: Trouble; error: ApiErrorBody; status?: number; committed: boolean }
  /** The client left. */
  | { type: 'abandoned' };

/** One attempt that was made. */
export interface Tried {
  /** Index into the plan's candidates. */
  candidate: number;
  /** Index into the provider's keys. */
  key: number;
  outcome: Outcome;
}

/**
 * - `client`: the request's own fault, or longer than the model's window: returned at once;
 * - `credentials`, `quota`, `gone`: permanent for this key, provider, model;
 * - `transient`: worth the same model once more;
 * - `other`: worth another model.
 */
export type FailureClass = 'client' | 'credentials' | 'quota' | 'gone' | 'transient' | 'other';

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
  ModelProtocolUnsupported: 'gone',
  FreeTierError: 'gone',
  RegionError: 'gone',
  DataPolicyError: 'gone',
  RateLimitError: 'transient',
  rate_limit_error: 'transient',
  overloaded_error: 'transient',
};

/** The class of a refusal: by the upstream's own name for it, then by its code, then by status; never by its text. */
export function classify({ status, upstreamType, upstreamCode, overflow }: ApiError): FailureClass {
  if (overflow) return 'client';
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

/** The class of any failed attempt. */
export function classOf(outcome: Outcome): FailureClass | undefined {
  if (outcome.type === 'refused') return classify(outcome.error);
  if (outcome.type !== 'failed') return undefined;
  if (outcome.trouble === 'connect' || outcome.trouble === 'reset') return 'transient';
  const error = outcome.trouble === 'upstream' ? (outcome.error as Partial<ApiError>) : undefined;
  if (error?.upstreamType === undefined && !error?.overflow) return 'other';
  const found = classify({ status: 0, ...outcome.error, ...error });
  return found === 'transient' ? 'other' : found;
}

export type Decision = { type: 'try'; candidate: number; key: number; waitMs: number } | { type: 'give_up' };

/** `retry-after` up to this is waited for; a longer one means the next model at once (contract 5.2). */
const longestWaitMs = 8000;

/**
 * What to do next. `random` is in [0, 1). Before the first attempt `tried` is empty. Never asks for more than
 * `retry.maxAttemptsTotal` attempts.
 */
export function decide(
  candidates: readonly Candidate[],
  tried: readonly Tried[],
  retry: Retry,
  random: number,
): Decision {
  const last = tried.at(-1);
  if (!last)
    return candidates.length > 0 ? { type: 'try', candidate: 0, key: 0, waitMs: 0 } : { type: 'give_up' };
  if (tried.length >= retry.maxAttemptsTotal) return { type: 'give_up' };
  if (last.outcome.type === 'failed' && last.outcome.committed) return { type: 'give_up' };
  const failure = classOf(last.outcome);
  if (failure === undefined || failure === 'client') return { type: 'give_up' };
  const current = candidates[last.candidate];
  if (failure === 'credentials' && current) {
    const key = nextKey(current, candidates, tried);
    if (key !== undefined) return { type: 'try', candidate: last.candidate, key, waitMs: 0 };
  }
  if (failure === 'transient') {
    const again = tried.filter(
      ({ candidate, outcome }) => candidate === last.candidate && classOf(outcome) === 'transient',
    ).length;
    const wait = waitFor(last.outcome, retry, random);
    if (again <= retry.attempts && wait !== undefined) {
      return { type: 'try', candidate: last.candidate, key: last.key, waitMs: wait };
    }
  }
  for (const [i, candidate] of candidates.entries()) {
    const key = i > last.candidate ? nextKey(candidate, candidates, tried) : undefined;
    if (key !== undefined) return { type: 'try', candidate: i, key, waitMs: 0 };
  }
  return { type: 'give_up' };
}

/**
 * The first key of a candidate's provider that was not refused in this request; undefined when all were or its
 * allowance is spent, for then none of its models can answer now. A provider without keys is asked with none.
 */
function nextKey(
  { provider }: Candidate,
  candidates: readonly Candidate[],
  tried: readonly Tried[],
): number | undefined {
  const own = tried.filter(({ candidate }) => candidates[candidate]?.provider.name === provider.name);
  if (own.some(({ outcome }) => classOf(outcome) === 'quota')) return undefined;
  const refused = new Set(
    own.flatMap(({ key, outcome }) => (classOf(outcome) === 'credentials' ? [key] : [])),
  );
  for (let key = 0; key < Math.max(1, provider.keys.length); key++) if (!refused.has(key)) return key;
  return undefined;
}

/** Drawn evenly between base and max, or what the upstream asked for; undefined when that is too long to wait. */
function waitFor(outcome: Outcome, { baseMs, maxMs }: Retry, random: number): number | undefined {
  const asked = outcome.type === 'refused' ? outcome.retryAfterMs : undefined;
  if (asked === undefined) return baseMs + random * Math.max(0, maxMs - baseMs);
  return asked <= longestWaitMs ? asked : undefined;
}
