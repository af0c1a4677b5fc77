/** The latest requests of an emulator. Tests and doctor can inspect and await them. */
import type { ReceivedRequest } from './received-request.ts';

export interface RecentRequests {
  /** Oldest first. */
  requests: readonly ReceivedRequest[];
  add(request: ReceivedRequest): void;
  /** Resolves with the nth request (from 1) when it has arrived; rejects after `withinMs`. */
  received(number: number, withinMs: number): Promise<ReceivedRequest>;
}

/** Keeps the latest `max` requests. */
export function recentRequests(max: number): RecentRequests {
  const requests: ReceivedRequest[] = [];
  const waiting = new Set<(request: ReceivedRequest) => void>();
  return {
    requests,
    add(request) {
      requests.push(request);
      if (requests.length > max) requests.shift();
      for (const check of waiting) check(request);
    },
    received(number, withinMs) {
      const known = requests.find((request) => request.number === number);
      if (known) return Promise.resolve(known);
      return new Promise((resolve, reject) => {
        const check = (request: ReceivedRequest): void => {
          if (request.number !== number) return;
          stop();
          resolve(request);
        };
        const timer = setTimeout(() => {
          stop();
          reject(new Error(`request ${number} did not arrive within ${withinMs} ms`));
        }, withinMs);
        const stop = (): void => {
          clearTimeout(timer);
          waiting.delete(check);
        };
        waiting.add(check);
      });
    },
  };
}
