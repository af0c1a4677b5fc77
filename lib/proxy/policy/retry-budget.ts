/**
 * Limits the retries that a provider's outage may cause to a share of its regular attempts, so that a thousand clients do not
 * become two thousand when it can answer none. When the share is spent, the next model is tried at once.
 */

/** A slot of time and its attempts. */
interface Slot {
  readonly at: number;
  readonly attempts: number;
  readonly retries: number;
}

/** The slots of the last minute, oldest first; at most `windowMs / slotMs` and one. */
export type Budget = readonly Slot[];

/** The time that counts, and the length of its slots, in milliseconds. */
const windowMs = 60_000;
const slotMs = 5000;

/** Retries for each first attempt: with a fifth, an outage adds at most a fifth to a provider's load. */
const share = 0.2;
/**
 * Retries in a minute that are always allowed, enough for one user's agents in a short disturbance. From fifty attempts a
 * minute on the share is larger.
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
