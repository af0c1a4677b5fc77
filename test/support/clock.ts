/** A clock that a test advances by hand. */
import type { Clock } from '../../lib/proxy/clock.ts';
import { waitUntil } from './limits.ts';

export interface ManualClock extends Clock {
  /** Advances the time by `ms` milliseconds and runs the timers that are due, in order. */
  advance(ms: number): void;
  /** Waits until a timer is due in exactly `ms` milliseconds, then advances to it. */
  reach(ms: number): Promise<void>;
  /** Number of pending timers. */
  pending(): number;
  /** Milliseconds until each pending timer is due. */
  due(): number[];
}

/** `start` is in milliseconds since 1970. */
export function manualClock(start = 1_700_000_000_000): ManualClock {
  let time = 0;
  const timers = new Set<{ at: number; callback: () => void }>();

  function advance(ms: number): void {
    const end = time + ms;
    for (;;) {
      const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      time = next.at;
      timers.delete(next);
      next.callback();
    }
    time = end;
  }

  return {
    now: () => start + time,
    monotonic: () => time,
    after(ms, callback) {
      const timer = { at: time + Math.max(0, ms), callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance,
    async reach(ms) {
      const due = (): number[] => [...timers].map(({ at }) => at - time);
      await waitUntil(
        () => due().includes(ms),
        () => `a timer of ${ms} ms; there are ${due().join(', ')}`,
      );
      advance(ms);
    },
    pending: () => timers.size,
    due: () => [...timers].map(({ at }) => at - time),
  };
}
