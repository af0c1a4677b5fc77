/**
 * A conversation keeps the model it began with, for the sake of the upstream's prompt cache and of one voice throughout
 * (contract 3): by the client's session and agent, within the same tier and request class, unless capacity fails.
 */
import type { ScenarioMatch } from './scenario.ts';
import type { Asked } from './plan.ts';
import { tierOf } from './tiers.ts';

/** Requests of one conversation that keep together: the same tier and class. Chores are a class, however they are told. */
export function groupOf({ request, requestClass }: Asked, { scenario }: ScenarioMatch): string {
  const tier = tierOf(request.model) ?? 'none';
  return `${tier} ${scenario === 'background' ? 'background' : requestClass || 'main'}`;
}

/**
 * Whether a conversation that has the entry `name` keeps it for a request of this scenario. `long_context` is about
 * size, which is capacity: the threshold is a limit the configuration sets, and below it again, the conversation has
 * been compacted and nothing of it is cached any more.
 */
export function stays(name: string, scenario: ScenarioMatch['scenario']): boolean {
  return (name === 'long_context') === (scenario === 'long_context');
}
