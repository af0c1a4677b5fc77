/**
 * How many extra tries a provider's outage may cost: a share of what is asked of it anyway, so that a thousand clients
 * do not become two thousand when it can answer none. When the share is spent, the next model is asked at once.
 */

/** A slot of time with what was asked in it. */
interface Slot {
  readonly at: number;
  readonly attempts: number;
  readonly retries: number;
}

/** The slots of the last minute, oldest first; at most `windowMs / slotMs` and one. */
export type Budget = readonly Slot[];

/** Milliseconds that are looked back on, and how finely. */
const windowMs = 60_000;
const slotMs = 5000;

/** Extra tries for each attempt that is none: with a fifth an outage never costs a provider much more than it has anyway. */
const share = 0.2;
/**
 * Extra tries in a minute that are always allowed: what one person's agents need for a hiccup. The share is more from
 * fifty attempts a minute on.
 */
const least = 10;

export const unspent: Budget = [];

/** The budget after one more attempt. */
export function spend(budget: Budget, kind: 'attempt' | 'retry', now: number): Budget {
  const recent = budget.filter(({ at }) => isRecent(at, now));
  const last = recent.at(-1);
  const current = last && now - last.at < slotMs ? last : { at: now, attempts: 0, retries: 0 };
  const counted =
    kind === 'retry'
      ? { ...current, retries: current.retries + 1 }
      : { ...current, attempts: current.attempts + 1 };
  return [...recent.filter((slot) => slot !== current), counted];
}

/** True while another try of the same model is within the share. */
export function mayRetry(budget: Budget, now: number): boolean {
  const recent = budget.filter(({ at }) => isRecent(at, now));
  const attempts = recent.reduce((sum, slot) => sum + slot.attempts, 0);
  const retries = recent.reduce((sum, slot) => sum + slot.retries, 0);
  return retries < Math.max(least, attempts * share);
}

function isRecent(at: number, now: number): boolean {
  return now - at < windowMs;
}
