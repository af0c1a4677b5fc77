/** The time limit of one check: time in which other programs kept this process from running does not count. */
import type { Clock } from '../proxy/clock.ts';

/**
 * Why a check was ended.
 * - `limit`: it had all of its time, and was not finished.
 * - `busy`: it had several times its limit, but little of that was its own.
 * - `run`: the whole run has no time left.
 */
export type Ended = 'limit' | 'busy' | 'run';

export interface LimitOptions {
  clock: Clock;
  /** Milliseconds since the start of the run that other programs took. */
  lostMs: () => number;
  limitMs: number;
  /** When the whole run must end, on the monotonic clock. */
  deadlineMs: number;
}

export interface Limit {
  /** Aborts when the time is over. */
  signal: AbortSignal;
  /** Why; undefined as long as there is time. */
  ended(): Ended | undefined;
  cancel(): void;
}

/** How many times its limit a check may take on a busy machine. */
const maxStretch = 6;

/** Starts the limit of a check. */
export function startLimit({ clock, lostMs, limitMs, deadlineMs }: LimitOptions): Limit {
  const controller = new AbortController();
  const began = clock.monotonic();
  const lostBefore = lostMs();
  let ended: Ended | undefined;
  let cancel = (): void => {};

  function look(): void {
    const now = clock.monotonic();
    const own = now - began - (lostMs() - lostBefore);
    const ownLeft = limitMs - own;
    const stretchLeft = began + limitMs * maxStretch - now;
    if (now >= deadlineMs) end('run');
    else if (ownLeft < 1) end('limit');
    else if (stretchLeft < 1) end('busy');
    else cancel = clock.after(Math.ceil(Math.min(ownLeft, stretchLeft, deadlineMs - now)), look);
  }

  function end(why: Ended): void {
    ended = why;
    controller.abort();
  }

  look();
  return { signal: controller.signal, ended: () => ended, cancel: () => cancel() };
}
