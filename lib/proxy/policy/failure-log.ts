/** A failed attempt for the log: classes, codes and names. An upstream's words may quote the request, so they are left out. */
import type { ApiError } from '../../anthropic/errors.ts';
import { nameForLog } from '../../redact.ts';
import {
  classOf,
  diagnosisOf,
  type AddressFault,
  type FailureClass,
  type Outcome,
  type Position,
  type TimeLimit,
  type Trouble,
} from './failures.ts';
import type { NetworkFault } from './network-faults.ts';
import { resetMsOf } from './quota.ts';
import type { About } from '../rejections/diagnosis.ts';

export interface FailureLog {
  class?: FailureClass;
  /** What the upstream's error is about. */
  about?: About;
  trouble?: Trouble;
  limit?: TimeLimit;
  /** How far an answer had come. */
  position?: Position;
  /** Nothing was sent, because the provider has no key. */
  notSent?: true;
  /** What is wrong with the configured address. */
  address?: AddressFault;
  /** Nothing listens at the address, which is on this machine. */
  notRunning?: true;
  /** What is wrong with the network or the address. */
  network?: NetworkFault;
  /** Seconds until the limit ends, if the upstream named them. */
  retryAfter?: number;
  /** The upstream's status, and its own type and code. */
  upstreamStatus?: number;
  upstreamType?: string;
  upstreamCode?: string;
}

/** What is known of one failed attempt. */
export interface FailedAttempt extends FailureLog {
  /** `provider/model`. */
  model: string;
  /**
   * What the upstream said or, for a failure that only occ noticed, what that was. May quote the conversation, so it never
   * reaches the disk, and is absent where only the log is left.
   */
  words?: string;
}

/** Empty for an attempt that did not fail. */
export function failureForLog(outcome: Outcome): FailureLog {
  if (outcome.type !== 'refused' && outcome.type !== 'failed') return {};
  const { status, upstreamType, upstreamCode }: Partial<ApiError> = outcome.error;
  const about = diagnosisOf(outcome)?.about;
  const failure = classOf(outcome);
  const retryAfter = retryAfterOf(outcome, failure);
  return {
    ...(failure !== undefined && { class: failure }),
    ...(about !== undefined && { about }),
    ...(outcome.type === 'failed' && { trouble: outcome.trouble, position: outcome.at }),
    ...(outcome.type === 'failed' && outcome.limit !== undefined && { limit: outcome.limit }),
    ...(outcome.address !== undefined && { address: outcome.address }),
    ...(outcome.type === 'failed' && outcome.notRunning && { notRunning: true }),
    ...(outcome.type === 'failed' && outcome.network && { network: outcome.network }),
    ...(outcome.type === 'refused' && outcome.notSent && { notSent: true }),
    ...(retryAfter !== undefined && { retryAfter }),
    ...(status !== undefined && status > 0 && { upstreamStatus: status }),
    ...(upstreamType !== undefined && { upstreamType: nameForLog(upstreamType) }),
    ...(upstreamCode !== undefined && { upstreamCode: nameForLog(upstreamCode) }),
  };
}

/** The same with the upstream's words, which must stay in memory. */
export function failureOf(outcome: Outcome): Omit<FailedAttempt, 'model'> {
  if (outcome.type !== 'refused' && outcome.type !== 'failed') return {};
  return { ...failureForLog(outcome), words: outcome.error.message };
}

/** Seconds, if the upstream named them: in its headers or in the message about a limit. */
export function retryAfterOf(outcome: Outcome, failure = classOf(outcome)): number | undefined {
  const isLimit = failure === 'allowance' || failure === 'balance' || failure === 'rate';
  const ms = isLimit ? resetMsOf(outcome) : outcome.type === 'refused' ? outcome.retryAfterMs : undefined;
  return ms === undefined ? undefined : Math.ceil(ms / 1000);
}
