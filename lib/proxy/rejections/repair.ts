/**
 * Repairs a refused request: chooses a change, checks that it makes a request that was not refused, and takes it back if the
 * same refusal comes again. Changes are applied to each encoding anew; the client's request is never altered.
 */
import { toRoute } from '../../catalog/routes.ts';
import type { MessagesRequest } from '../../anthropic/request.ts';
import type { WireRoute } from '../../wire/formats.ts';
import { codecs } from '../../wire/codecs.ts';
import type { ModelEntry, Provider } from '../../config/settings.ts';
import { changedBody, changedHeaders, changedRequest, changedRoute, type Change } from './changes.ts';
import type { Diagnosis } from './diagnosis.ts';
import { isRepairable } from './overview.ts';
import { proposals, type Proposal, type Sent } from './repairs.ts';

/** A model of a provider that changes are made for. */
export interface Changeable {
  route: WireRoute;
  provider: Provider;
  /** The model's entry in the configuration. */
  entry: ModelEntry;
  /** What its upstream wants otherwise. Changes of the route are applied to it already. */
  changes?: readonly Change[];
}

/** What is known about the repairs of one model in one request. */
export interface Repairs<Model extends Changeable = Changeable> {
  /** The model without any change of this request. */
  original: Model;
  /** The changes that are in effect. */
  made: readonly Proposal[];
  /** Every change that was tried, also those that were taken back. */
  tried: readonly Proposal[];
  /** The diagnosis that the latest change answers. */
  answers: string;
  /** Each request that was refused, as JSON: none is sent twice. */
  refused: readonly string[];
}

export interface Repaired<Model extends Changeable> {
  candidate: Model;
  repairs: Repairs<Model>;
}

/** The request as it is sent to a candidate. `headers` has the names in lower case. */
export function toSent(
  { route, changes = [] }: Pick<Changeable, 'route' | 'changes'>,
  request: MessagesRequest,
  headers: Readonly<Record<string, string>>,
  session?: string,
): Sent {
  const changed = changes.reduce(changedRequest, request);
  const body: unknown = codecs[route.format].encodeRequest(changed, route, session);
  return { body: changes.reduce(changedBody, body), headers: changes.reduce(changedHeaders, headers) };
}

/** The next repair after a refusal; undefined if no change makes a request that was not refused. */
export function nextRepair<Model extends Changeable>(
  candidate: Model,
  diagnosis: Diagnosis,
  request: MessagesRequest,
  headers: Readonly<Record<string, string>>,
  before?: Repairs<Model>,
  session?: string,
): Repaired<Model> | undefined {
  if (!isRepairable(diagnosis.about)) return undefined;
  const { original, made, tried, answers, ...earlier } = before ?? {
    original: candidate,
    made: [],
    tried: [],
    answers: '',
    refused: [],
  };
  const textOf = (one: Model): string => JSON.stringify(toSent(one, request, headers, session));
  const refused = [...earlier.refused, textOf(candidate)];
  const refusal = signature(diagnosis);
  // The same refusal again: the latest change was not what it is about.
  const kept = refusal === answers ? made.slice(0, -1) : made;
  const from =
    kept === made
      ? candidate
      : withChanges(
          original,
          kept.map(({ change }) => change),
        );
  const sent = toSent(from, request, headers, session);
  const { route, provider, changes = [] } = from;
  for (const proposal of proposals(diagnosis, { route, provider, sent, made: changes })) {
    if (tried.some(({ change }) => isSame(change, proposal.change))) continue;
    const repaired = withChanges(from, [proposal.change]);
    if (repaired === from || refused.includes(textOf(repaired))) continue;
    return {
      candidate: repaired,
      repairs: {
        original,
        made: [...kept, proposal],
        tried: [...tried, proposal],
        answers: refusal,
        refused,
      },
    };
  }
  return undefined;
}

/** Two refusals with the same signature are about the same thing: only their numbers may differ. */
function signature({ about, words = '', names = [] }: Diagnosis): string {
  return `${about} ${names.join(' ')} ${words.replaceAll(/\d+/g, '0')}`;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
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

/** Of the changes in effect, those that are remembered for the model, or for the conversation. */
export function keptRepairs({ made }: Repairs, scope: Proposal['scope']): Change[] {
  return made.flatMap((one) => (one.scope === scope ? [one.change] : []));
}
