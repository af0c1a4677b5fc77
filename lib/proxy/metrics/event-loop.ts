/**
 * The delay of the event loop. Measuring wakes the process fifty times a second, so it begins with the first scrape and ends
 * when no more come.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../clock.ts';
import type { Sample } from './families.ts';

/** In milliseconds. Node measures from one tick to the next, so this is a part of each of its figures. */
export const resolutionMs = 20;
/** Milliseconds after the last scrape in which the measurement goes on. */
const keptMs = 5 * 60_000;

export interface EventLoopDelay {
  /** Seconds by statistic since the last call; empty on the first one, which begins to measure. */
  read(): Record<string, Sample[]>;
  close(): void;
}

export function eventLoopDelay(
  clock: Clock,
  delays = monitorEventLoopDelay({ resolution: resolutionMs }),
): EventLoopDelay {
  let cancel: (() => void) | undefined;

  function close(): void {
    cancel?.();
    cancel = undefined;
    delays.disable();
    delays.reset();
  }

  return {
    read() {
      const measured = cancel !== undefined && delays.count > 0;
      cancel?.();
      cancel = clock.after(keptMs, close);
      const { min, mean, max } = delays;
      const read = measured
        ? {
            min: seconds(min),
            mean: seconds(mean),
            max: seconds(max),
            p50: seconds(delays.percentile(50)),
            p90: seconds(delays.percentile(90)),
            p99: seconds(delays.percentile(99)),
          }
        : {};
      delays.reset();
      delays.enable();
      return read;
    },
    close,
  };
}

function seconds(nanoseconds: number): Sample[] {
  return [{ suffix: '', labels: {}, value: Math.max(0, nanoseconds / 1e6 - resolutionMs) / 1000 }];
}
