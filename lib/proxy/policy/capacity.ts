/** Whether a model can take a request at all: its images, its tools and its length. */
import { estimateMargin } from '../../anthropic/estimate.ts';
import type { Route } from '../../wire/codec.ts';
import type { RoutingRequest } from './plan.ts';
import { anyImages } from './scenario.ts';

/** Tokens that must stay free for the answer, or fewer if the request's `max_tokens` is smaller. */
const leastAnswer = 1024;

/** Tokens for the summary of a compaction and the thinking before it; in small windows an eighth of the window. */
const summaryTokens = 4096;

/** Claude Code takes a window for at least so many tokens (measured, 2.1.332), and leaves room for a summary itself. */
export const leastClientWindow = 100_000;

/** What a model lacks for a request. */
export interface Lack {
  reason: string;
  /** The window in tokens, if the request is only too long for it. */
  window?: number;
  /** The request must not be sent even if no model is left: the client shortens it when it is refused. */
  refuse?: true;
}

/** Undefined if the model has the capacity. */
export function missingCapacity(route: Route, asked: RoutingRequest): Lack | undefined {
  const { request, inputTokens } = asked;
  if (!route.images && anyImages(request)) return { reason: 'it takes no images' };
  if (request.tools !== undefined && request.tools.length > 0 && !route.tools)
    return { reason: 'it takes no tools' };
  const { contextWindow: window, contextMargin: margin = 0 } = route;
  const size = margin === 0 ? `${window}` : `${window}, less a margin of ${margin},`;
  const limit = summaryLimit(window - margin, asked);
  if (inputTokens > limit) {
    const reason = `its window of ${size} leaves no room for a summary of about ${inputTokens} tokens`;
    return { reason, window: limit, refuse: true };
  }
  const needed = Math.min(request.max_tokens ?? leastAnswer, leastAnswer);
  if (window - margin - inputTokens >= needed) return undefined;
  return { reason: `its window of ${size} is too small for about ${inputTokens} tokens`, window };
}

/**
 * The longest conversation of which a model with this window can write a summary, in tokens as they are estimated. Claude
 * Code gives a conversation up when its summary is cut, but leaves the oldest turns out of it and asks again when the request
 * for it is refused as too long (measured, 2.1.332).
 */
function summaryLimit(window: number, { request, requestClass }: RoutingRequest): number {
  if (requestClass !== 'compaction' || window >= leastClientWindow) return Infinity;
  const room = Math.min(request.max_tokens ?? summaryTokens, summaryTokens, window / 8);
  return Math.floor((window - room) / estimateMargin);
}
