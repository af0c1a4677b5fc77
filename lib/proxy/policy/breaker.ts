/**
 * The circuit breaker of one provider, model and format: a reducer over outcomes. It opens after some failures in a row,
 * lets one probe through after `resetMs`, and closes when the probe succeeds.
 *
 * Two rules keep it from staying open for ever. A probe blocks others for `resetMs` at most, so a slow or lost one cannot
 * block them longer. A probe that shows nothing about the model lets the next one through.
 */
import { classOf, isUnreachable, type Outcome } from './failures.ts';

export type Circuit =
  | { readonly state: 'closed'; readonly failures: number }
  /** No attempt is admitted before `until`, in milliseconds: the time of the next probe. */
  | { readonly state: 'open' | 'half_open'; readonly failures: number; readonly until: number };

export interface BreakerSettings {
  /** How many failures in a row open it. */
  failures: number;
  resetMs: number;
}

/** What an attempt shows about its model's health; `neutral` shows nothing. */
export type Sign = 'answered' | 'failed' | 'neutral';

export type BreakerEvent =
  /** A probe starts. */
  | { type: 'probing' }
  /** Content has arrived: the model works again, before the end of a long answer. */
  | { type: 'content'; probe: boolean }
  | { type: Sign; probe: boolean };

export const closed: Circuit = { state: 'closed', failures: 0 };

/** Whether an attempt may be made now, and if not, in how many milliseconds the next one may. */
export type Admission = { admitted: true; probe: boolean } | { admitted: false; waitMs: number };

/** Milliseconds to wait while a probe is in progress, which may end at any moment. */
const soonMs = 1000;

/** Whether an attempt may be made at `now`, in milliseconds, and whether it is the probe of an open breaker. */
export function admission(circuit: Circuit, now: number): Admission {
  if (circuit.state === 'closed') return { admitted: true, probe: false };
  if (now >= circuit.until) return { admitted: true, probe: true };
  const leftMs = circuit.until - now;
  return { admitted: false, waitMs: circuit.state === 'open' ? leftMs : Math.min(leftMs, soonMs) };
}

/** The state after an event. The same object if the event changes nothing. */
export function next(
  circuit: Circuit,
  event: BreakerEvent,
  now: number,
  { failures, resetMs }: BreakerSettings,
): Circuit {
  if (event.type === 'probing')
    return { state: 'half_open', failures: circuit.failures, until: now + resetMs };
  if (circuit.state === 'closed') return nextClosed(circuit, event, now, { failures, resetMs });
  // Attempts that began before it opened change nothing.
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
 * Only the model's own behaviour counts. A disconnected client, an invalid request and the client's own time limit show
 * nothing about it. A refused key, a spent quota and a missing model are remembered elsewhere, with a better explanation. A
 * request that could not be encoded was never sent. A server on this machine that is not running, and a fault of
 * the network that only a person can end, say so at once.
 */
export function signOf(outcome: Outcome): Sign {
  if (outcome.type === 'answered') return 'answered';
  if (outcome.type === 'abandoned') return 'neutral';
  if (
    outcome.type === 'failed' &&
    (outcome.trouble === 'encoding' || outcome.trouble === 'client_limit' || isUnreachable(outcome))
  )
    return 'neutral';
  const failure = classOf(outcome);
  return failure === 'transient' || failure === 'rate' || failure === 'other' ? 'failed' : 'neutral';
}
