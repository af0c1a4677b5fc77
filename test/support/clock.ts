/** A clock that a test moves by hand, so that hours pass without waiting. */
import type { Clock } from '../../lib/proxy/clock.ts';
import { waitUntil } from './proxy.ts';

export interface ManualClock extends Clock {
  /** Moves the time on by `ms` milliseconds and calls what is due, in order of time. */
  advance(ms: number): void;
  /** Waits until a timer is due in exactly `ms` milliseconds, then moves the time on to it. */
  reach(ms: number): Promise<void>;
  /** Timers that are set and neither due nor cancelled. */
  pending(): number;
  /** In how many milliseconds each of them is due. */
  due(): number[];
}

/** Starts at `start`, in milliseconds since 1970. */
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
