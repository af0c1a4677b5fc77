/** Which request waits for which model while an upstream is silent. */
import { nameOf, type Candidate } from './policy/plan.ts';
import type { EndedRequest } from './recent.ts';
import type { NamedLimit, SilenceObserver } from './silence.ts';

export interface Waiting {
  /** What is known of the request so far. */
  record: EndedRequest;
  /** `provider/model`. */
  model: string;
  /** Milliseconds since the attempt began. */
  ms: number;
  /** What would end the wait. */
  limit: NamedLimit;
}

/** Must not throw. */
export interface SilenceListener {
  waiting(waiting: Waiting): void;
  /** After `waiting`: the upstream has begun to answer, or the attempt has ended. */
  waited(record: EndedRequest): void;
}

/** Observes one attempt for a listener. */
export function observerFor(
  listener: SilenceListener | undefined,
  record: EndedRequest,
  candidate: Candidate,
): SilenceObserver | undefined {
  if (listener === undefined) return undefined;
  const model = nameOf(candidate);
  return {
    silent: (ms, limit) => listener.waiting({ record, model, ms, limit }),
    over: () => listener.waited(record),
  };
}
