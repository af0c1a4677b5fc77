/** Whether a model can take a request at all: its images, its tools and its length. */
import type { Route } from '../../wire/codec.ts';
import type { RoutingRequest } from './plan.ts';
import { anyImages } from './scenario.ts';

/** Tokens that must stay free for the answer, or fewer if the request's `max_tokens` is smaller. */
const leastAnswer = 1024;

/** What a model lacks for a request. */
export interface Lack {
  reason: string;
  /** The window in tokens, if the request is only too long for it. */
  window?: number;
}

/** Undefined if the model has the capacity. */
export function missingCapacity(route: Route, { request, inputTokens }: RoutingRequest): Lack | undefined {
  if (anyImages(request) && !route.images) return { reason: 'it takes no images' };
  if (request.tools !== undefined && request.tools.length > 0 && !route.tools)
    return { reason: 'it takes no tools' };
  const { contextWindow: window, contextMargin: margin = 0 } = route;
  const needed = Math.min(request.max_tokens ?? leastAnswer, leastAnswer);
  if (window - margin - inputTokens >= needed) return undefined;
  const size = margin === 0 ? `${window}` : `${window}, less a margin of ${margin},`;
  return { reason: `its window of ${size} is too small for about ${inputTokens} tokens`, window };
}
