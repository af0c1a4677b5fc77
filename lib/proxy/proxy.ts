/** What a proxy is given, and what it offers to the program that runs it. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Settings } from '../config/settings.ts';
import type { Log } from '../log/log.ts';
import type { Clock } from './clock.ts';
import type { Control } from './control.ts';
import type { Recalled } from './memory.ts';
import type { ModelFigures } from './model-stats.ts';
import type { CacheReport } from './prompt-memory.ts';
import type { KnownQuota } from '../catalog/quota.ts';
import type { EndedRequest, RecentRequests } from './recent.ts';
import type { Recorder } from './recording/recorder.ts';
import type { Counts, Road } from './road.ts';
import type { Upstream } from './upstream.ts';

/**
 * What the record of a request does not hold: the headers it came with, which may contain secrets, and what it was answered.
 */
export interface Received {
  headers: IncomingHttpHeaders;
  /** The path of the request, without its query. */
  path: string;
  /** The HTTP status that was sent; undefined if the client left before. */
  status: number | undefined;
}

export interface ProxyOptions extends Pick<Road, 'silences' | 'budgets'> {
  /** The settings for a new request. */
  settings: () => Settings;
  /** The token clients must send, in place of the settings' own. A launch sets a random one. */
  token?: string;
  host: string;
  /** 0 takes any free port. */
  port: number;
  log: Log;
  /** The control endpoints below /occ/. */
  control?: Control;
  /** Opens the connection pool for upstreams on first use. Doctor passes one that records. */
  upstream?: () => Promise<Upstream>;
  /** The system's clock unless a test passes another. */
  clock?: Clock;
  /** Keeps the latest requests with all that was sent: in memory, up to a bound, unless a benchmark passes another. */
  recorder?: Recorder;
  /** Receives the record of each request that has ended. */
  onEnded?: (record: EndedRequest, received: Received) => void;
  /** Whether the quotas of providers are requested in the background. */
  watchesQuotas?: boolean;
}

/** Figures since the start, for `status` and the summary of a launch. */
export type ProxyStats = Readonly<Counts> & {
  live: number;
  models: readonly ModelFigures[];
  remembered: Recalled;
  cache: CacheReport;
};

export interface Proxy {
  host: string;
  port: number;
  /** `http://127.0.0.1:49152`, without a path: a loopback address if it listens on every address. */
  url: string;
  stats(): ProxyStats;
  quotas(): readonly KnownQuota[];
  /** The latest requests that have ended. */
  recent: Pick<RecentRequests, 'list'>;
  /** The latest requests with all that was sent. */
  recordings: Pick<Recorder, 'find' | 'list'>;
  /** Refuses new requests, lets live ones finish for `drainMs` milliseconds, then cuts them. Resolves to how many were cut. */
  drain(drainMs: number): Promise<number>;
  /** Drains, then closes the port and everything else. */
  close(drainMs: number): Promise<number>;
}
