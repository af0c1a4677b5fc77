/**
 * Keeps a conversation on the model it began with, for the upstream's prompt cache and a consistent style: by the client's
 * session and agent, within the same tier and request class, unless the model lacks the capacity.
 */
import type { ScenarioMatch } from './scenario.ts';
import type { RoutingRequest } from './plan.ts';
import { tierLike, tierOf } from './tiers.ts';

/** The group of requests that share a model: the same tier and class. All background work is one class. */
export function groupOf({ request, requestClass }: RoutingRequest, { scenario }: ScenarioMatch): string {
  const tier = tierOf(request.model) ?? tierLike(request.model) ?? 'none';
  return `${tier} ${scenario === 'background' ? 'background' : requestClass || 'main'}`;
}

/**
 * Whether a conversation with the entry `name` keeps it for a request of this scenario. `long_context` depends on size, so
 * it counts as capacity. Below the threshold again, the conversation was compacted and nothing of it is cached any more.
 */
export function stays(name: string, scenario: ScenarioMatch['scenario']): boolean {
  return (name === 'long_context') === (scenario === 'long_context');
}
