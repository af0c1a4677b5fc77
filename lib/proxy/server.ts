/** node:http: listen, endpoints, drain, close. */
import type { Settings } from '../config/schema.ts';
import type { Log } from '../ledger/log.ts';

export interface ProxyOptions {
  /** The snapshot a new request is to see. */
  settings: () => Settings;
  /** What clients must present; wins over the settings' own. A launch sets a random one. */
  token?: string;
  host: string;
  /** 0 takes any free port. */
  port: number;
  log: Log;
}

/** Figures since the start, for `status` and the line a launch ends with. */
export interface ProxyStats {
  requests: number;
  failures: number;
  /** Requests that another model than the first answered. */
  fallbacks: number;
  live: number;
  inputTokens: number;
  outputTokens: number;
  /** US dollars, as the upstreams reported them; undefined while none did. */
  cost: number | undefined;
}

export interface Proxy {
  host: string;
  port: number;
  /** `http://127.0.0.1:49152`, without a path. */
  url: string;
  stats(): ProxyStats;
  /** Refuses new requests, lets live ones finish for `drainMs`, then cuts them; resolves to how many were cut. */
  close(drainMs: number): Promise<number>;
}

/** Rejects with an OccError `port_in_use` (or `cannot_listen`) when it cannot listen. */
export async function startProxy(_options: ProxyOptions): Promise<Proxy> {
  throw new Error('not built yet');
}
