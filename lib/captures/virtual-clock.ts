/** A clock for replays: time passes only when nothing else can happen, so that an hour takes no time. */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../proxy/clock.ts';

export interface VirtualClock extends Clock {
  /** Lets time pass until `work` has settled. Rejects if nothing is left that it could wait for. */
  runUntilSettled(work: Promise<unknown>): Promise<void>;
}

/** Turns of the event loop in which everything that does not wait for time has happened. */
const turns = 8;

/** `start` is in milliseconds since 1970. `pace` waits for the real milliseconds before each step, instead of skipping them. */
export function virtualClock(start: number, pace?: (ms: number) => Promise<unknown>): VirtualClock {
  let time = 0;
  let made = 0;
  const timers = new Set<{ at: number; order: number; callback: () => void }>();

  /** The timer that is due first; of several at one time, the one that was started first. */
  function next() {
    let first: { at: number; order: number; callback: () => void } | undefined;
    for (const timer of timers) {
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order))
        first = timer;
    }
    return first;
  }

  async function runUntilSettled(work: Promise<unknown>): Promise<void> {
    const state = { settled: false };
    const settle = (): void => void (state.settled = true);
    work.then(settle, settle);
    for (;;) {
      for (let turn = 0; turn < turns && !state.settled; turn++) await setImmediate();
      if (state.settled) return;
      const timer = next();
      if (!timer) throw new Error('the replay waits for something that will not happen');
      if (pace) await pace(timer.at - time);
      time = timer.at;
      timers.delete(timer);
      timer.callback();
    }
  }

  return {
    now: () => start + time,
    monotonic: () => time,
    after(ms, callback) {
      const timer = { at: time + Math.max(0, ms), order: made++, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    runUntilSettled,
  };
}
