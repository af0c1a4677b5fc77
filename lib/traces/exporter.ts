/** Sends spans in batches, one after the other, from a queue that is bounded: of what cannot be sent, the oldest is dropped. */
import type { Clock } from '../proxy/clock.ts';
import type { Span } from './otlp.ts';
import type { Delivered } from './delivery.ts';

export interface ExporterOptions {
  /** Sends one batch. Never rejects. */
  deliver: (spans: readonly Span[]) => Promise<Delivered>;
  clock: Clock;
  /** Called with how many spans were lost, and why. */
  onLost: (spans: number, reason: string) => void;
}

export interface Exporter {
  add: (spans: readonly Span[]) => void;
  /** Sends what is left. Resolves when everything is sent or lost; `deliver` bounds the time. */
  flush: () => Promise<void>;
}

/** The defaults of the specification ("Batching processor"): spans in the queue and in a batch, milliseconds between two. */
export const mostQueued = 2048;
export const mostInBatch = 512;
export const delayMs = 5000;

export function exporter({ deliver, clock, onLost }: ExporterOptions): Exporter {
  let queue: Span[] = [];
  let sending: Promise<void> | undefined;
  let cancelTimer: (() => void) | undefined;

  function add(spans: readonly Span[]): void {
    queue.push(...spans);
    const excess = queue.length - mostQueued;
    if (excess > 0) {
      queue = queue.slice(excess);
      onLost(excess, `more than ${mostQueued} spans were waiting`);
    }
    schedule();
  }

  function schedule(): void {
    if (sending !== undefined || queue.length === 0) return;
    if (queue.length >= mostInBatch) return begin();
    cancelTimer ??= clock.after(delayMs, begin);
  }

  function begin(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    sending = sendBatch().finally(() => {
      sending = undefined;
      schedule();
    });
  }

  async function sendBatch(): Promise<void> {
    const batch = queue.slice(0, mostInBatch);
    queue = queue.slice(mostInBatch);
    const delivered = await deliver(batch);
    if (delivered.lost > 0 && 'reason' in delivered) onLost(delivered.lost, delivered.reason);
  }

  return {
    add,
    async flush() {
      while (sending !== undefined || queue.length > 0) {
        if (sending === undefined) begin();
        await sending;
      }
    },
  };
}
