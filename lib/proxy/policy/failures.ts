/** How an attempt ended and which class of failure it was. What follows from that is in `steps.ts`. Pure. */
import type { ApiError } from '../../anthropic/errors.ts';
import type { ApiErrorBody } from '../../anthropic/events.ts';
import { diagnose } from '../rejections/diagnose.ts';
import type { About, Diagnosis } from '../rejections/diagnosis.ts';
import { isLasting, type NetworkFault } from './network-faults.ts';

/**
 * - `client`: the request is invalid or longer than the model's window; returned at once unless it was repaired.
 * - `credentials`: the key was refused.
 * - `allowance`: a limit of a plan or of a key is used up, until a reset that may be named.
 * - `balance`: no money is left, which only a payment changes.
 * - `rate`: too many requests or tokens in a short time for this key.
 * - `gone`: the model is missing, disabled or not for this account.
 * - `format`: the model is not served in this wire format.
 * - `filter`: the provider's own filter, or a mistake that the model made in its answer.
 * - `transient`: the same model may work on a second try.
 * - `other`: another model may work.
 */
export type FailureClass =
  | 'client'
  | 'credentials'
  | 'allowance'
  | 'balance'
  | 'rate'
  | 'gone'
  | 'format'
  | 'filter'
  | 'transient'
  | 'other';

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
 * What is wrong with a configured address:
 * - `no_version`: no part of the path is a version such as `/v1`.
 * - `two_versions`: the version is there twice.
 * - `two_endpoints`: the base URL itself ends in the path of an endpoint, such as `/chat/completions`.
 */
export type AddressFault = 'no_version' | 'two_versions' | 'two_endpoints';

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
  | {
      type: 'refused';
      error: ApiError;
      retryAfterMs?: number;
      notSent?: true;
      gateway?: true;
      diagnosis?: Diagnosis;
      /** What is wrong with the configured address, which has no such endpoint. */
      address?: AddressFault;
    }
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
      /** The network or the address is at fault. */
      network?: NetworkFault;
      /** Until the limit ends that the error inside the answer is about. */
      retryAfterMs?: number;
      /** What the error inside the answer is about. */
      diagnosis?: Diagnosis;
      address?: AddressFault;
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

const classByAbout: Readonly<Record<About, FailureClass>> = {
  field: 'client',
  header: 'client',
  tool_schema: 'client',
  turn_order: 'client',
  seal: 'client',
  thinking_history: 'client',
  media: 'client',
  answer_limit: 'client',
  answer_room: 'client',
  window: 'client',
  request: 'client',
  rate: 'rate',
  allowance: 'allowance',
  balance: 'balance',
  filter: 'filter',
  model_mistake: 'filter',
  model: 'gone',
  no_tools: 'other',
  format: 'format',
  key: 'credentials',
  outage: 'transient',
  other: 'other',
};

/** The class of an error response. A server error that blames the request is one of this model alone. */
export function classify(error: ApiError, gateway = false): FailureClass {
  return classFor(error.status, diagnose(error, '', gateway));
}

function classFor(status: number, { about }: Diagnosis): FailureClass {
  const found = classByAbout[about];
  return found === 'client' && (status >= 500 || status === 404) && about !== 'window' ? 'other' : found;
}

/** What an outcome's error is about; undefined if there is no error from the upstream. */
export function diagnosisOf(outcome: Outcome): Diagnosis | undefined {
  if (outcome.type === 'refused')
    return outcome.diagnosis ?? diagnose(outcome.error, '', outcome.gateway === true);
  if (outcome.type !== 'failed' || outcome.trouble !== 'upstream') return undefined;
  return outcome.diagnosis ?? diagnose({ status: 0, ...outcome.error });
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
  if (outcome.type !== 'refused' && outcome.type !== 'failed') return undefined;
  const diagnosis = diagnosisOf(outcome);
  if (outcome.address !== undefined) return 'gone';
  if (outcome.type === 'refused') return diagnosis && classFor(outcome.error.status, diagnosis);
  if (isUnreachable(outcome)) return 'other';
  if (!diagnosis) return classByTrouble[outcome.trouble];
  const found = classFor(0, diagnosis);
  const uncertain = diagnosis.uncertain && diagnosis.about !== 'window' && diagnosis.about !== 'answer_room';
  return found === 'transient' || (found === 'client' && uncertain) ? 'other' : found;
}

/** Nothing of the request could reach a model, and no other try will before a person has done something. */
export function isUnreachable(outcome: Outcome): boolean {
  if (outcome.type !== 'failed') return false;
  return outcome.notRunning === true || (outcome.network !== undefined && isLasting(outcome.network));
}
