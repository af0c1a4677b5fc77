/** A request as `occ why` knows it: from the memory of a running proxy, or from the log. */
import type { EndedRequest } from '../../proxy/recent.ts';

export interface ExplainedRequest extends Omit<EndedRequest, 'ending'> {
  /** `unknown`: the log says nothing about its end. */
  ending: EndedRequest['ending'] | 'unknown';
  /** The reason of a request that occ itself refused. */
  refusedBecause?: string;
}

/** How the first model came to its answer, if not at once: another one answered, or the request was changed or sent again. */
export type Detour = 'fallback' | 'repair' | 'retry';

/** Undefined for a request without an answer, and for one that its first model answered at once. */
export function detourOf({ ending, fallbackFrom, repairs, attempts }: ExplainedRequest): Detour | undefined {
  if (ending !== 'answered') return undefined;
  if (fallbackFrom !== undefined) return 'fallback';
  if (repairs.length > 0) return 'repair';
  return attempts.some(({ outcome }) => outcome === 'refused' || outcome === 'failed') ? 'retry' : undefined;
}

/** Where it was found. Only the memory of a running proxy has an upstream's words. */
export type Source = 'memory' | 'log';

export interface Explained {
  request: ExplainedRequest;
  source: Source;
  /** The place, for people. */
  from: string;
}
