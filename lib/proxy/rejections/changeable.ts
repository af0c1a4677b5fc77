/** A model with the changes that its upstream wants. Nothing here encodes a request, so that planning loads no codec. */
import { toRoute } from '../../catalog/routes.ts';
import type { ModelEntry, Provider } from '../../config/settings.ts';
import type { WireRoute } from '../../wire/formats.ts';
import { changedRoute, type Change } from './changes.ts';

/** A model of a provider that changes are made for. */
export interface Changeable {
  route: WireRoute;
  provider: Provider;
  /** The model's entry in the configuration. */
  entry: ModelEntry;
  /** What its upstream wants otherwise. Changes of the route are applied to it already. */
  changes?: readonly Change[];
}

/** The candidate with more changes; a change of format that its provider has no endpoint for is ignored. */
export function withChanges<Model extends Changeable>(candidate: Model, changes: readonly Change[]): Model {
  let changed = candidate;
  for (const change of changes) changed = withChange(changed, change);
  return changed;
}

function withChange<Model extends Changeable>(candidate: Model, change: Change): Model {
  if (change.kind === 'format') return inFormat(candidate, change);
  if (change.kind === 'several') return withChanges(candidate, change.changes);
  const { changes = [], route } = candidate;
  return { ...candidate, route: changedRoute(route, change), changes: [...changes, change] };
}

function inFormat<Model extends Changeable>(
  candidate: Model,
  change: Extract<Change, { kind: 'format' }>,
): Model {
  const { entry, provider, route, changes = [] } = candidate;
  const { use } = change;
  if (use === route.format || provider.endpoints[use] === undefined) return candidate;
  const { contextWindow, maxOutputTokens } = route;
  const other = { ...toRoute({ ...entry, wire_format: use }, provider), contextWindow, maxOutputTokens };
  return { ...candidate, route: changes.reduce(changedRoute, other), changes: [...changes, change] };
}
