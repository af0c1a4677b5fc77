/** Tracks the upstream's finish reason. Without one the response is incomplete (P1). */
import { cutsTurn, type Remark, type StopReason } from '../../anthropic/events.ts';

export interface FinishTracker {
  /** Undefined until the upstream has sent a finish reason. */
  reason(): StopReason | undefined;
  /** True when the reason cut the turn off. */
  isCut(): boolean;
  /** Records a reason. One that cut the turn off is kept, whatever follows it (L7). */
  set(reason: StopReason): void;
  /** Records a reason in place of any earlier one. */
  override(reason: StopReason): void;
  /** Forgets the reason: another choice is a part of the answer and has not finished. */
  clear(): void;
}

/** The meaning of an upstream's finish reason (P7); `failure` and `malformed` fail the turn. */
export type FinishMeaning = StopReason | 'failure' | 'malformed' | 'unknown';

/** Emits `finished` with the first reason, and `resumed` when it is forgotten. */
export function finishTracker(emit: (remark: Remark) => void): FinishTracker {
  let reason: StopReason | undefined;

  function override(next: StopReason): void {
    if (reason === undefined) emit({ type: 'finished' });
    reason = next;
  }

  function isCut(): boolean {
    return cutsTurn(reason);
  }

  return {
    reason: () => reason,
    isCut,
    set(next) {
      if (!isCut()) override(next);
    },
    override,
    clear() {
      if (reason !== undefined) emit({ type: 'resumed' });
      reason = undefined;
    },
  };
}
