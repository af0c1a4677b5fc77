/**
 * Measures the time that other programs take from this process. On a busy machine its event loop has work to do and waits
 * for a processor, so a check takes many times as long as on a quiet one, which is no fault.
 */
import { availableParallelism, loadavg } from 'node:os';
import { performance } from 'node:perf_hooks';

export interface LostTime {
  /** Milliseconds since the start in which there was work to do but no processor for it. It never decreases. */
  lostMs(): number;
  /** True if a considerable part of the last seconds was lost, or the system reports a high load. */
  isBusy(): boolean;
  stop(): void;
}

/** How often a sample is taken, in milliseconds. In samples that are too long, the work of other threads hides the waiting. */
const sampleMs = 250;
/** The number of samples that `isBusy` looks at: 5 seconds. */
const recent = 20;
/** The share of lost time from which a machine counts as busy. A quiet machine stays below 5 %. */
const busyShare = 0.25;
/** The load from which a machine counts as busy. */
const busyLoad = 2;

/** What is measured, each in milliseconds since the start of the process. */
export interface Sample {
  elapsedMs: number;
  /** Time in which the event loop had work. */
  activeMs: number;
  /** Time on a processor, of all threads. */
  processorMs: number;
}

/** The process and its machine. */
export interface Measured {
  sample: () => Sample;
  /** Programs per processor that want to run, on average over a minute. */
  load: () => number;
}

/** Starts measuring. Does not keep the process alive. */
export function measureLostTime({ sample, load }: Measured = thisProcess): LostTime {
  let lost = 0;
  let before = sample();
  const history = [{ atMs: before.elapsedMs, lost }];

  function update(): void {
    const now = sample();
    // The loop counts as active while it waits for a processor; the processor time counts only what it got.
    lost += Math.max(0, now.activeMs - before.activeMs - (now.processorMs - before.processorMs));
    before = now;
    history.push({ atMs: now.elapsedMs, lost });
    if (history.length > recent) history.shift();
  }

  const timer = setInterval(update, sampleMs).unref();
  return {
    lostMs() {
      update();
      return lost;
    },
    isBusy() {
      update();
      const [first] = history;
      const elapsed = first === undefined ? 0 : before.elapsedMs - first.atMs;
      const share = first === undefined || elapsed === 0 ? 0 : (lost - first.lost) / elapsed;
      return share > busyShare || load() > busyLoad;
    },
    stop: () => clearInterval(timer),
  };
}

const thisProcess: Measured = {
  sample() {
    const { user, system } = process.cpuUsage();
    return {
      elapsedMs: performance.now(),
      activeMs: performance.eventLoopUtilization().active,
      processorMs: (user + system) / 1000,
    };
  },
  load: () => (loadavg()[0] ?? 0) / availableParallelism(),
};
