/** The responses in progress: counts them, waits for them, and cuts those that take too long to finish. */
import type { ServerResponse } from 'node:http';

export interface InFlight {
  /** Counts a response until its connection closes it, and the work behind it until that ends. */
  add(res: ServerResponse, work: Promise<void>): void;
  /** Responses whose connection is still open. */
  count(): number;
  /** Waits until all current responses and their work have ended, at most `ms` milliseconds. */
  settled(ms: number): Promise<void>;
  /** Closes the connections of all responses in progress and returns how many there were. */
  cut(): number;
  /** Resolves when all work has ended. */
  quiet(): Promise<unknown>;
}

export function inFlight(): InFlight {
  const live = new Set<ServerResponse>();
  /** Work may outlive its response: a price may follow the last event (P3). */
  const running = new Set<Promise<void>>();

  function add(res: ServerResponse, work: Promise<void>): void {
    live.add(res);
    res.once('close', () => live.delete(res));
    const counted = work.finally(() => running.delete(counted));
    running.add(counted);
  }

  async function settled(ms: number): Promise<void> {
    if (live.size === 0 && running.size === 0) return;
    const closed = [...live].map((res) => new Promise((resolve) => res.once('close', resolve)));
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([Promise.all([...closed, ...running]), timeout]);
    clearTimeout(timer);
  }

  function cut(): number {
    const open = [...live];
    for (const res of open) res.destroy();
    return open.length;
  }

  return { add, count: () => live.size, settled, cut, quiet: () => Promise.all(running) };
}
