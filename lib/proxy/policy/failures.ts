/** How an attempt ended and which class of failure it was. What follows from that is in `steps.ts`. Pure. */
import { statusOf, type ApiError } from '../../anthropic/errors.ts';
import type { ApiErrorBody } from '../../anthropic/events.ts';
import { classNamed, classSaid, type FailureClass } from './failure-names.ts';

export type { FailureClass } from './failure-names.ts';

/** Why an attempt without a usable answer failed. */
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
  /** The client's own time limit was reached, which is not the model's fault. */
  | 'client_limit';

/** The time limit that ended an attempt: a setting by its name in the configuration, or the client's own. */
export type TimeLimit =
  | 'timeout_ms'
  | 'first_event_timeout_ms'
  | 'stream_idle_timeout_ms'
  | 'streaming_timeout_ms'
  | 'client';

/**
 * How far an attempt had come when it failed. `after_content` means that the client has received content, which it never
 * has while an answer must be whole first.
 */
export type Position = 'before_headers' | 'before_content' | 'after_content' | 'after_finish';

/** How one attempt ended. */
export type Outcome =
  | { type: 'answered' }
  /**
   * The upstream answered with an error status; with `notSent` occ did, because the provider has no key. `gateway` is set
   * for a provider with keys of its own at the vendors.
   */
  | { type: 'refused'; error: ApiError; retryAfterMs?: number; notSent?: true; gateway?: true }
  /** There was no answer, or only the start of one. */
  | {
      type: 'failed';
      trouble: Trouble;
      error: ApiErrorBody;
      status?: number;
      limit?: TimeLimit;
      at: Position;
      /** The connection to a server on this machine was refused, so the server is not running. */
      notRunning?: true;
    }
  /** The client disconnected. */
  | { type: 'abandoned' };

/** One attempt that was made. */
export interface Tried {
  /** Index into the plan's candidates. */
  candidate: number;
  /** Index into the provider's keys. */
  key: number;
  outcome: Outcome;
  /** The request was repaired, so the same model is tried once more. */
  repaired?: boolean;
}

/** OpenCode's `ModelError` has several meanings, and only its message distinguishes this one. */
const wrongFormat = /not supported for (?:this )?format/i;

/** The class of an error response: by the upstream's error type, then its code, then known sentences, then the status. */
export function classify(error: ApiError, gateway = false): FailureClass {
  const { upstreamType, upstreamCode, overflow, message, facts } = error;
  if (overflow) return 'client';
  if (upstreamType === 'ModelError' && wrongFormat.test(message)) return 'format';
  const said = [upstreamType, upstreamCode, ...(facts?.types ?? []), ...(facts?.codes ?? [])];
  const named = said.map(classNamed).filter((name) => name !== undefined);
  // Many vendors call every limit a rate limit, and say elsewhere which one it is.
  const exact = named.find((name) => name !== 'rate') ?? classSaid(error.status, message) ?? named[0];
  if (exact) return exact;
  // A vendor's key error behind a gateway is about the gateway's key for that model, not the user's (observed 2026-09).
  if (upstreamCode === 'invalid_api_key')
    return gateway && upstreamType === 'invalid_request_error' ? 'gone' : 'credentials';
  // An error inside an answer has the status that its type stands for.
  const status = error.status || statusOf(error.type);
  if (status === 401) return 'credentials';
  if (status === 402) return 'balance';
  if (status === 403 || status === 404 || status === 410) return 'gone';
  if (status === 429) return 'rate';
  if (status === 408 || status === 409 || status === 425 || status >= 500) return 'transient';
  if (status >= 400) return 'client';
  return 'other';
}

/** The class of a failure without an error from the upstream. An error inside the answer has a class of its own. */
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
  if (outcome.type === 'refused') return classify(outcome.error, outcome.gateway);
  if (outcome.type !== 'failed') return undefined;
  // Nothing listens there, so a second try changes nothing.
  if (outcome.notRunning) return 'other';
  if (outcome.trouble !== 'upstream') return classByTrouble[outcome.trouble];
  const found = classify({ status: 0, ...outcome.error });
  return found === 'transient' ? 'other' : found;
}
