/** Whether a model can take a request at all: its images, its tools, its length (contract 3 and 5.1). */
import type { Route } from '../../wire/codec.ts';
import type { Asked } from './route.ts';
import { anyImages } from './scenario.ts';

/** Tokens that must stay free for an answer; the permission check asks for 64, so no more is demanded of it. */
const leastAnswer = 1024;

/** What a model lacks for this request; undefined when it has the capacity. */
export function lackOf(route: Route, { request, inputTokens }: Asked): string | undefined {
  if (anyImages(request) && !route.images) return 'it takes no images';
  if (request.tools !== undefined && request.tools.length > 0 && !route.tools) return 'it takes no tools';
  const room = route.contextWindow - inputTokens;
  const needed = Math.min(request.max_tokens ?? leastAnswer, leastAnswer);
  return room < needed
    ? `its window of ${route.contextWindow} is too small for about ${inputTokens} tokens`
    : undefined;
}
