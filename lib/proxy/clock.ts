/** Time as the road uses it. Tests pass a clock of their own, so that hours pass without waiting. */

export interface Clock {
  /** The date, in milliseconds since 1970. It can be set back. */
  now(): number;
  /** Milliseconds since an arbitrary start, for durations. It is never set back. */
  monotonic(): number;
  /** Calls `callback` once after `ms` milliseconds. The returned function cancels that. */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms` milliseconds, or as soon as `signal` aborts. */
export function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
