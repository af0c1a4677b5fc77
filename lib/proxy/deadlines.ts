/** The time limits of one attempt, by name. Every wait of an attempt is armed here and ends when the client disconnects. */
import type { Clock } from './clock.ts';

/** Why this side ended an attempt. */
export type Ended = 'gone' | 'headers' | 'first_event' | 'idle' | 'total' | 'done';

export interface Deadlines {
  /** Aborts when a limit is reached, when the client disconnects, or when `end` is called. */
  readonly signal: AbortSignal;
  /** Starts a limit of `ms` milliseconds in place of the one that runs. */
  arm(name: 'headers' | 'first_event' | 'idle', ms: number): void;
  /** Stops the running limit, while the proxy waits for the client and not for the upstream. */
  disarm(): void;
  /** What ended the attempt; undefined while it runs. */
  ended(): Ended | undefined;
  /** Ends the attempt and stops every timer. */
  end(why?: Ended): void;
}

/** One reason for all, since every attempt ends with an abort: the default one is made anew each time, with its stack. */
const attemptEnded = new Error('the attempt has ended');

/** `totalMs` bounds the whole attempt, in milliseconds. */
export function deadlines(gone: AbortSignal, clock: Clock, totalMs?: number): Deadlines {
  const controller = new AbortController();
  let why: Ended | undefined;
  /** The running limit and when it is reached, on the monotonic clock. */
  let limit: { name: Ended; at: number } | undefined;
  /** When the timer looks at the limit. It may be earlier than the limit, never later. */
  let looksAt = Infinity;
  let cancel = (): void => {};
  const cancelTotal = totalMs === undefined ? () => {} : clock.after(totalMs, () => end('total'));
  const leave = () => end('gone');
  if (gone.aborted) end('gone');
  else gone.addEventListener('abort', leave, { once: true });

  function end(reason: Ended = 'done'): void {
    if (why !== undefined) return;
    why = reason;
    cancel();
    cancelTotal();
    gone.removeEventListener('abort', leave);
    controller.abort(attemptEnded);
  }

  /** A limit is moved with every piece of an answer, so its timer stays where it is and looks again when it fires. */
  function look(): void {
    looksAt = Infinity;
    if (limit === undefined) return;
    const left = limit.at - clock.monotonic();
    // A timer may fire up to a millisecond early.
    if (left < 1) end(limit.name);
    else schedule(left);
  }

  function schedule(ms: number): void {
    cancel();
    looksAt = clock.monotonic() + ms;
    cancel = clock.after(ms, look);
  }

  return {
    signal: controller.signal,
    arm(name, ms) {
      if (why !== undefined) return;
      limit = { name, at: clock.monotonic() + ms };
      if (limit.at < looksAt) schedule(ms);
    },
    disarm() {
      cancel();
      limit = undefined;
      looksAt = Infinity;
    },
    ended: () => why,
    end,
  };
}
