/** The limits of one attempt, by name. Every wait of an attempt is armed here, and ends when the client leaves. */

/** Why an attempt was ended from this side. */
export type Ended = 'gone' | 'headers' | 'first_event' | 'idle' | 'total' | 'done';

export interface Deadlines {
  /** Aborts when any limit is reached, when the client leaves, or when `end` is called. */
  readonly signal: AbortSignal;
  /** Starts the one running limit anew; the limit before it is off. */
  arm(name: 'headers' | 'first_event' | 'idle', ms: number): void;
  /** No limit runs, while the client and not the upstream is waited for. */
  disarm(): void;
  /** What ended it; undefined while it runs. */
  ended(): Ended | undefined;
  /** Ends the attempt and stops every timer. */
  end(why?: Ended): void;
}

export function deadlines(gone: AbortSignal, totalMs?: number): Deadlines {
  const controller = new AbortController();
  let why: Ended | undefined;
  let running: NodeJS.Timeout | undefined;
  const total = totalMs === undefined ? undefined : setTimeout(() => end('total'), totalMs);
  const leave = () => end('gone');
  if (gone.aborted) end('gone');
  else gone.addEventListener('abort', leave, { once: true });

  function end(reason: Ended = 'done'): void {
    if (why !== undefined) return;
    why = reason;
    clearTimeout(running);
    clearTimeout(total);
    gone.removeEventListener('abort', leave);
    controller.abort();
  }

  return {
    signal: controller.signal,
    arm(name, ms) {
      if (why !== undefined) return;
      clearTimeout(running);
      running = setTimeout(() => end(name), ms);
    },
    disarm: () => clearTimeout(running),
    ended: () => why,
    end,
  };
}
