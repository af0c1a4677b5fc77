/** A request as `occ why` knows it: from the memory of a running proxy, or from the log. */
import type { EndedRequest } from '../../proxy/recent.ts';

export interface ToldRequest extends Omit<EndedRequest, 'ending'> {
  /** `unknown`: the log says nothing about its end. */
  ending: EndedRequest['ending'] | 'unknown';
  /** The reason of a request that occ itself refused. */
  refusedBecause?: string;
}

/** Where it was found. Only the memory of a running proxy has an upstream's words. */
export type Source = 'memory' | 'log';

export interface Told {
  request: ToldRequest;
  source: Source;
  /** The place, for people. */
  from: string;
}
