/** The latest requests an emulator was asked, for tests and doctor to look into and to wait for. */
import type { AskedRequest } from './asked.ts';

export interface RecentRequests {
  /** Oldest first. */
  requests: readonly AskedRequest[];
  add(asked: AskedRequest): void;
  /** Resolves with the nth request (from 1) when it has arrived; rejects after `withinMs`. */
  asked(number: number, withinMs: number): Promise<AskedRequest>;
}

/** Keeps the latest `most` requests. */
export function recentRequests(most: number): RecentRequests {
  const requests: AskedRequest[] = [];
  const waiting = new Set<(asked: AskedRequest) => void>();
  return {
    requests,
    add(asked) {
      requests.push(asked);
      if (requests.length > most) requests.shift();
      for (const look of waiting) look(asked);
    },
    asked(number, withinMs) {
      const known = requests.find((asked) => asked.number === number);
      if (known) return Promise.resolve(known);
      return new Promise((resolve, reject) => {
        const look = (asked: AskedRequest): void => {
          if (asked.number !== number) return;
          forget();
          resolve(asked);
        };
        const patience = setTimeout(() => {
          forget();
          reject(new Error(`request ${number} did not arrive within ${withinMs} ms`));
        }, withinMs);
        const forget = (): void => {
          clearTimeout(patience);
          waiting.delete(look);
        };
        waiting.add(look);
      });
    },
  };
}
