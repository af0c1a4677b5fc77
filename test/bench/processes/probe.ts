/** Loaded into the proxy of a soak with `--import`: tells the process that started it what only the inside knows. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface Inside {
  /** Bytes of the heap and of buffers after a collection. */
  heap: number;
  /** Milliseconds by which timers were late since the last question: the median and the 99th percentile. */
  delayMs: { p50: number; p99: number };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const resolutionMs = 10;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });
delay.enable();

function look(): Inside {
  // The histogram holds the intervals of a timer, in nanoseconds.
  const late = (percentile: number) => Math.max(0, delay.percentile(percentile) / 1e6 - resolutionMs);
  const delayMs = { p50: late(50), p99: late(99) };
  // Finalizers of buffers run after the first collection.
  collectGarbage();
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  delay.reset();
  return { heap: heapUsed + arrayBuffers, delayMs };
}

process.on('message', () => process.send?.(look()));
process.channel?.unref();
