/** Reads a client's request in the format that the client speaks. */
import { withBreakpoints } from '../anthropic/breakpoints.ts';
import type { GivenRequest, ReadRequest, ServedFormat } from '../wire/served.ts';
import { Unservable } from '../wire/served.ts';
import { pathOf } from './connection.ts';
import { Refused } from './inbound.ts';

/** Throws `Refused` for a request that cannot be answered. */
export function readGiven(served: ServedFormat, given: GivenRequest): ReadRequest {
  try {
    const read = served.read(given);
    return served.translated ? { ...read, request: withBreakpoints(read.request) } : read;
  } catch (error) {
    if (!(error instanceof Unservable)) throw error;
    const { message, param } = error;
    throw new Refused('invalid_request_error', message, {
      ...(param !== undefined && { param }),
      ...(served.translated && { forClient: true }),
    });
  }
}

/** The query parameters that change an answer. Others may hold a key. */
const keptParameters: ReadonlySet<string> = new Set(['alt', 'beta']);

/** The path and the query without credentials. */
export function toPath({ pathname, query }: Pick<GivenRequest, 'pathname' | 'query'>): string {
  if (query.size === 0) return pathname;
  const kept = new URLSearchParams([...query].filter(([name]) => keptParameters.has(name)));
  return kept.size > 0 ? `${pathname}?${kept.toString()}` : pathname;
}

/** The parts of a URL that a request is read from. The host does not matter. */
export function partsOf(url = '/'): Pick<GivenRequest, 'pathname' | 'query'> {
  const at = url.indexOf('?');
  const query = at < 0 ? '' : url.slice(at + 1).replace(/#.*$/s, '');
  return { pathname: pathOf(url), query: new URLSearchParams(query) };
}
