/** What the proxy loads only after it listens: the code of a request, and the HTTP client. */
import type { exchange } from './exchange.ts';
import { lazy } from './lazy.ts';
import type { Upstream } from './upstream.ts';

export interface Late {
  /** The first request opens the connection pool. It is closed by `close` below. */
  readonly upstream: Upstream;
  exchange(): Promise<typeof exchange>;
  /** To be called once the proxy listens. */
  warm(): void;
  /** Closes the connection pool, if it is open. Never rejects. */
  close(): Promise<void>;
}

/**
 * Milliseconds after which both are loaded, if no request has come yet: not before a launch has started its child, and
 * `occ start` has asked whether this proxy answers.
 */
const warmMs = 100;

export function loadLate(openUpstream: () => Promise<Upstream>): Late {
  const upstream = lazy(openUpstream);
  const code = lazy(() => import('./exchange.ts'));
  let timer: NodeJS.Timeout | undefined;
  return {
    upstream: {
      post: async (...args) => (await upstream.get()).post(...args),
      get: async (...args) => (await upstream.get()).get(...args),
      close: async () => {},
    },
    exchange: async () => (await code.get()).exchange,
    warm() {
      const load = (): void => void Promise.all([upstream.get(), code.get()]).catch(() => {});
      timer = setTimeout(load, warmMs).unref();
    },
    async close() {
      clearTimeout(timer);
      await upstream
        .opened()
        ?.then((opened) => opened.close())
        .catch(() => {}); // it never opened
    },
  };
}
