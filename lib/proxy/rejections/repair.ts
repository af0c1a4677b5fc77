/**
 * Repairs a refused request: chooses a change, checks that it makes a request that was not refused, and takes it back if the
 * same refusal comes again. Changes are applied to each encoding anew; the client's request is never altered.
 */
import type { MessagesRequest } from '../../anthropic/request.ts';
import { codecs } from '../../wire/codecs.ts';
import type { WireRoute } from '../../wire/formats.ts';
import { withChanges, type Changeable } from './changeable.ts';
import { changedBody, changedHeaders, changedRequest, type Change } from './changes.ts';
import type { Diagnosis } from './diagnosis.ts';
import { isRepairable } from './overview.ts';
import { proposals, type Proposal, type Sent } from './repairs.ts';

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

/** Writes the client's own body for an upstream of the same format; undefined where the formats differ. */
export type OwnBody = (route: WireRoute) => unknown;

/**
 * The request as it is sent to a candidate. `headers` has the names in lower case. The client's own body is sent if the
 * upstream has the same format and no change is about the conversation or how it is encoded.
 */
export function toSent(
  { route, changes = [] }: Pick<Changeable, 'route' | 'changes'>,
  request: MessagesRequest,
  headers: Readonly<Record<string, string>>,
  session?: string,
  own?: OwnBody,
): Sent {
  const changed = changes.reduce(changedRequest, request);
  const passes = changed === request && !changes.some(isEncoded);
  const given = passes ? own?.(route) : undefined;
  const body: unknown = given ?? codecs[route.format].encodeRequest(changed, route, session);
  return { body: changes.reduce(changedBody, body), headers: changes.reduce(changedHeaders, headers) };
}

/** Whether only an encoding of the request can make the change. */
function isEncoded(change: Change): boolean {
  if (change.kind === 'several') return change.changes.some(isEncoded);
  return change.kind === 'quirks' || change.kind === 'lacks';
}

/** The next repair after a refusal; undefined if no change makes a request that was not refused. */
export function nextRepair<Model extends Changeable>(
  candidate: Model,
  diagnosis: Diagnosis,
  request: MessagesRequest,
  headers: Readonly<Record<string, string>>,
  before?: Repairs<Model>,
  session?: string,
  own?: OwnBody,
): Repaired<Model> | undefined {
  if (!isRepairable(diagnosis.about)) return undefined;
  const { original, made, tried, answers, ...earlier } = before ?? {
    original: candidate,
    made: [],
    tried: [],
    answers: '',
    refused: [],
  };
  const textOf = (one: Model): string => JSON.stringify(toSent(one, request, headers, session, own));
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
  const sent = toSent(from, request, headers, session, own);
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

/** Of the changes in effect, those that are remembered for the model, or for the conversation. */
export function keptRepairs({ made }: Repairs, scope: Proposal['scope']): Change[] {
  return made.flatMap((one) => (one.scope === scope ? [one.change] : []));
}
