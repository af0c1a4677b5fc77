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

/** `totalMs` bounds the whole attempt, in milliseconds. */
export function deadlines(gone: AbortSignal, clock: Clock, totalMs?: number): Deadlines {
  const controller = new AbortController();
  let why: Ended | undefined;
  let disarm = (): void => {};
  const cancelTotal = totalMs === undefined ? () => {} : clock.after(totalMs, () => end('total'));
  const leave = () => end('gone');
  if (gone.aborted) end('gone');
  else gone.addEventListener('abort', leave, { once: true });

  function end(reason: Ended = 'done'): void {
    if (why !== undefined) return;
    why = reason;
    disarm();
    cancelTotal();
    gone.removeEventListener('abort', leave);
    controller.abort();
  }

  return {
    signal: controller.signal,
    arm(name, ms) {
      if (why !== undefined) return;
      disarm();
      disarm = clock.after(ms, () => end(name));
    },
    disarm: () => disarm(),
    ended: () => why,
    end,
  };
}
