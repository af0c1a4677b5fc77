/**
 * The breaker of one provider, model and format (contract 5.7): a reducer over outcomes. It opens after some failures in
 * a row, lets one probe through when its time is over, and closes when that succeeds.
 *
 * Two guards keep it from staying open for ever. A probe holds its place for `resetMs` at most, so one whose end is never
 * heard of, or that takes its time, keeps nobody out; and one that said nothing about the model gives the place back.
 */
import { classOf, type Outcome } from './failures.ts';

export type Circuit =
  | { readonly state: 'closed'; readonly failures: number }
  /** `until`, in milliseconds, no attempt is admitted: the next probe, or the end of the one under way. */
  | { readonly state: 'open' | 'half_open'; readonly failures: number; readonly until: number };

export interface BreakerSettings {
  /** Failures in a row that open it. */
  failures: number;
  resetMs: number;
}

/** What an attempt says about its model's health; `neutral` says nothing. */
export type Sign = 'answered' | 'failed' | 'neutral';

export type BreakerEvent =
  /** A probe sets out. */
  | { type: 'probing' }
  /** Content has come: it speaks again, and nobody need wait for the end of a long answer. */
  | { type: 'content'; probe: boolean }
  | { type: Sign; probe: boolean };

export const closed: Circuit = { state: 'closed', failures: 0 };

/** Whether an attempt may be made now, and if not, in how many milliseconds the next one may. */
export type Admission = { admitted: true; probe: boolean } | { admitted: false; waitMs: number };

/** A probe is under way and may end at any moment. */
const soonMs = 1000;

export function admission(circuit: Circuit, now: number): Admission {
  if (circuit.state === 'closed') return { admitted: true, probe: false };
  if (now >= circuit.until) return { admitted: true, probe: true };
  const leftMs = circuit.until - now;
  return { admitted: false, waitMs: circuit.state === 'open' ? leftMs : Math.min(leftMs, soonMs) };
}

export function next(
  circuit: Circuit,
  event: BreakerEvent,
  now: number,
  { failures, resetMs }: BreakerSettings,
): Circuit {
  if (event.type === 'probing')
    return { state: 'half_open', failures: circuit.failures, until: now + resetMs };
  if (circuit.state === 'closed') return nextClosed(circuit, event, now, { failures, resetMs });
  // Attempts from before it opened change nothing: they say how it was then.
  if (!event.probe) return circuit;
  switch (event.type) {
    case 'answered':
      return closed;
    case 'content':
      return { state: 'closed', failures: failures - 1 };
    case 'failed':
      return { state: 'open', failures: circuit.failures + 1, until: now + resetMs };
    case 'neutral':
      return { ...circuit, state: 'open', until: now };
  }
}

function nextClosed(
  circuit: Circuit & { state: 'closed' },
  event: Exclude<BreakerEvent, { type: 'probing' }>,
  now: number,
  { failures, resetMs }: BreakerSettings,
): Circuit {
  if (event.type === 'answered') return closed;
  if (event.type !== 'failed') return circuit;
  const inARow = circuit.failures + 1;
  if (inARow < failures) return { state: 'closed', failures: inARow };
  return { state: 'open', failures: inARow, until: now + resetMs };
}

/**
 * Only what the model itself does counts. A client that left, a client's mistake and a client's own time limit say
 * nothing about it; a refused key, a spent allowance or a model that is gone has a memory of its own, which says so in
 * better words; and a request that could not be written never left.
 */
export function signOf(outcome: Outcome): Sign {
  if (outcome.type === 'answered') return 'answered';
  if (outcome.type === 'abandoned') return 'neutral';
  if (outcome.type === 'failed' && (outcome.trouble === 'encoding' || outcome.trouble === 'client_limit'))
    return 'neutral';
  const failure = classOf(outcome);
  return failure === 'transient' || failure === 'other' ? 'failed' : 'neutral';
}
