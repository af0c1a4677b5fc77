/** A failed attempt for the log: classes, codes and names. An upstream's words may quote the request, so they are left out. */
import type { ApiError } from '../../anthropic/errors.ts';
import { nameForLog } from '../../redact.ts';
import {
  classOf,
  diagnosisOf,
  type FailureClass,
  type Outcome,
  type TimeLimit,
  type Trouble,
} from './failures.ts';
import type { About } from '../rejections/diagnosis.ts';

export interface FailureLog {
  class?: FailureClass;
  /** What the upstream's error is about. */
  about?: About;
  trouble?: Trouble;
  limit?: TimeLimit;
  /** The upstream's status, and its own type and code. */
  upstreamStatus?: number;
  upstreamType?: string;
  upstreamCode?: string;
}

/** Empty for an attempt that did not fail. */
export function failureForLog(outcome: Outcome): FailureLog {
  if (outcome.type !== 'refused' && outcome.type !== 'failed') return {};
  const { status, upstreamType, upstreamCode }: Partial<ApiError> = outcome.error;
  const about = diagnosisOf(outcome)?.about;
  const failure = classOf(outcome);
  return {
    ...(failure !== undefined && { class: failure }),
    ...(about !== undefined && { about }),
    ...(outcome.type === 'failed' && { trouble: outcome.trouble }),
    ...(outcome.type === 'failed' && outcome.limit !== undefined && { limit: outcome.limit }),
    ...(status !== undefined && status > 0 && { upstreamStatus: status }),
    ...(upstreamType !== undefined && { upstreamType: nameForLog(upstreamType) }),
    ...(upstreamCode !== undefined && { upstreamCode: nameForLog(upstreamCode) }),
  };
}
