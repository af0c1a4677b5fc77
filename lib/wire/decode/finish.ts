/** How the upstream finished. Until it has said so its answer is not whole (P1); what it says after that may not count. */
import { cutsTurn, type Remark, type StopReason } from '../../anthropic/events.ts';

export interface FinishTracker {
  /** Undefined until the upstream has said that it is done. */
  reason(): StopReason | undefined;
  /** True for a reason that cut the turn. */
  isCut(): boolean;
  /** The upstream is done. A reason that cuts the turn stands, whatever is said after it (L7). */
  set(reason: StopReason): void;
  /** The same, against any reason said before. */
  override(reason: StopReason): void;
  /** It was the end of something else than the answer. */
  clear(): void;
}

/** What an upstream's own word for its finish means (P7); a failure by another name is none. */
export type FinishMeaning = StopReason | 'failure' | 'malformed' | 'unknown';

export function finishTracker(tell: (remark: Remark) => void): FinishTracker {
  let reason: StopReason | undefined;

  function override(next: StopReason): void {
    if (reason === undefined) tell({ type: 'finished' });
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
      reason = undefined;
    },
  };
}
