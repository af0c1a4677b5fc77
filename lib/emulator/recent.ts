/** The latest requests an emulator was asked, for tests and doctor to look into and to wait for. */
import type { ReceivedRequest } from './received-request.ts';

export interface RecentRequests {
  /** Oldest first. */
  requests: readonly ReceivedRequest[];
  add(asked: ReceivedRequest): void;
  /** Resolves with the nth request (from 1) when it has arrived; rejects after `withinMs`. */
  received(number: number, withinMs: number): Promise<ReceivedRequest>;
}

/** Keeps the latest `most` requests. */
export function recentRequests(most: number): RecentRequests {
  const requests: ReceivedRequest[] = [];
  const waiting = new Set<(asked: ReceivedRequest) => void>();
  return {
    requests,
    add(asked) {
      requests.push(asked);
      if (requests.length > most) requests.shift();
      for (const look of waiting) look(asked);
    },
    received(number, withinMs) {
      const known = requests.find((asked) => asked.number === number);
      if (known) return Promise.resolve(known);
      return new Promise((resolve, reject) => {
        const look = (asked: ReceivedRequest): void => {
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
