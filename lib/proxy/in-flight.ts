/** The answers under way: who may still finish, who is cut, and when all is quiet. */
import type { ServerResponse } from 'node:http';

export interface InFlight {
  /** Counts an answer until its connection is done with it, and the work behind it until that ends. */
  add(res: ServerResponse, work: Promise<void>): void;
  /** Answers whose connection is still theirs. */
  count(): number;
  /** Waits until the answers and the work of this moment have ended, at most for `ms` milliseconds. */
  settled(ms: number): Promise<void>;
  /** Takes the connections of those that are still under way; how many these were. */
  cut(): number;
  /** Resolves when no work runs any more. */
  quiet(): Promise<unknown>;
}

export function inFlight(): InFlight {
  const live = new Set<ServerResponse>();
  /** Work outlives its answer a little: a price may follow the last event (P3). */
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
    const patience = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([Promise.all([...closed, ...running]), patience]);
    clearTimeout(timer);
  }

  function cut(): number {
    const taken = [...live];
    for (const res of taken) res.destroy();
    return taken.length;
  }

  return { add, count: () => live.size, settled, cut, quiet: () => Promise.all(running) };
}
