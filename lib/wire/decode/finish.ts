/** How the upstream finished. Until it has said so its answer is not whole (P1); what it says after that may not count. */
import { cutsTurn, type Remark, type StopReason } from '../../anthropic/events.ts';

export interface Finish {
  /** Undefined until the upstream has said that it is done. */
  reason(): StopReason | undefined;
  /** True for a reason that cut the turn. */
  isCut(): boolean;
  /** The upstream is done. A reason that cuts the turn stands, whatever is said after it (L7). */
  say(reason: StopReason): void;
  /** The same, against any reason said before. */
  overrule(reason: StopReason): void;
  /** It was the end of something else than the answer. */
  takeBack(): void;
}

/** What an upstream's own word for its finish means (P7); a failure by another name is none. */
export type Meaning = StopReason | 'failure' | 'malformed' | 'unknown';

export function finishing(tell: (remark: Remark) => void): Finish {
  let reason: StopReason | undefined;

  function overrule(next: StopReason): void {
    if (reason === undefined) tell({ type: 'finished' });
    reason = next;
  }

  function isCut(): boolean {
    return cutsTurn(reason);
  }

  return {
    reason: () => reason,
    isCut,
    say(next) {
      if (!isCut()) overrule(next);
    },
    overrule,
    takeBack() {
      reason = undefined;
    },
  };
}
