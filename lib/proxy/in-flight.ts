/** The responses in progress: counts them, waits for them, and cuts those that take too long to finish. */
import type { ServerResponse } from 'node:http';

export interface InFlight {
  /**
   * Counts a response until its connection closes it, and its work until that ends. `stop` ends both early, with an
   * error for the client.
   */
  add(res: ServerResponse, work: Promise<void>, stop: () => void): void;
  /** Responses whose connection is still open. */
  count(): number;
  /** Waits until all current responses and their work have ended, at most `ms` milliseconds. */
  settled(ms: number): Promise<void>;
  /** Stops all responses in progress and returns how many there were. */
  cut(): number;
  /** Resolves when all work has ended. */
  quiet(): Promise<unknown>;
}

export function inFlight(): InFlight {
  const live = new Map<ServerResponse, () => void>();
  /** Work may outlive its response: a price may follow the last event (P3). */
  const running = new Set<Promise<void>>();

  function add(res: ServerResponse, work: Promise<void>, stop: () => void): void {
    live.set(res, stop);
    res.once('close', () => live.delete(res));
    const counted = work.finally(() => running.delete(counted));
    running.add(counted);
  }

  async function settled(ms: number): Promise<void> {
    if (live.size === 0 && running.size === 0) return;
    const closed = [...live.keys()].map((res) => new Promise((resolve) => res.once('close', resolve)));
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([Promise.all([...closed, ...running]), timeout]);
    clearTimeout(timer);
  }

  function cut(): number {
    const open = [...live.values()];
    for (const stop of open) stop();
    return open.length;
  }

  return { add, count: () => live.size, settled, cut, quiet: () => Promise.all(running) };
}
