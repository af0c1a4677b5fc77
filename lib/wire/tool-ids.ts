/** Converts the ids of tool calls between the client and the upstream of a route (P9). */
import {
  clientToolId,
  maxReversibleToolId,
  upstreamToolId,
  type ToolIdRules,
} from '../anthropic/provenance.ts';
import type { Remark } from '../anthropic/events.ts';
import { toText } from '../json.ts';
import type { Route } from './codec.ts';

/**
 * Returns a function that maps the upstream's id to the client's; "" stays "". It reports an id that is too long to be
 * returned to the upstream.
 */
export function clientToolIds(route: Route, emit: (remark: Remark) => void): (id: string) => string {
  const rules = rulesOf(route);
  return (id) => {
    if (id === '') return '';
    if (id.length > maxReversibleToolId)
      emit({
        type: 'dropped',
        what: `a tool id of more than ${maxReversibleToolId} characters, which was hashed`,
      });
    return clientToolId(id, route, rules);
  };
}

/** The id to send to the upstream for an id that the client returned. */
export function toUpstreamId(id: unknown, route: Route): string {
  return upstreamToolId(toText(id), rulesOf(route), route);
}

function rulesOf({ quirks }: Route): ToolIdRules {
  return { max: quirks.toolIdMax, nine: quirks.toolIds === 'mistral' };
}
