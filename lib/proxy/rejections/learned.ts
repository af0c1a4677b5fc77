/** What is remembered about a model from refusals, and how long. */
import { describeChange, type Change } from './changes.ts';
import type { Diagnosis } from './diagnosis.ts';
import { withChanges, type Changeable } from './changeable.ts';

export type Learned =
  /** The model is missing, disabled or not available to this account; `reason` is the upstream's message. */
  | { what: 'gone'; reason: string }
  /** A change that every request to the model needs. */
  | { what: 'change'; change: Change };

/** How long it is remembered, in milliseconds: an hour, after which learning it again costs one refusal. */
export const learnedMs = 3_600_000;

/**
 * What a refusal shows about the model, whether or not the request is tried again; undefined if nothing. `reason`: its message.
 */
export function learnedFrom(
  { about, counts }: Diagnosis,
  { route }: Pick<Changeable, 'route'>,
  reason: string,
): Learned | undefined {
  switch (about) {
    case 'model':
      return { what: 'gone', reason };
    case 'no_tools':
      return { what: 'change', change: { kind: 'lacks', capability: 'tools' } };
    case 'window':
    case 'answer_room': {
      const limit = counts?.limit;
      // A limit larger than the assumed one is ignored: vendors also report the sum of a request and its answer.
      return limit !== undefined && limit >= leastWindow && limit < route.contextWindow
        ? { what: 'change', change: { kind: 'window', tokens: limit } }
        : undefined;
    }
    default:
      return undefined;
  }
}

/** Tokens. A smaller number in a refusal is no context window. */
const leastWindow = 2048;

/** What may be known once about a model: of several answers of a kind, the latest counts. */
export function learnedKey(learned: Learned): string {
  if (learned.what === 'gone') return 'gone';
  const { change } = learned;
  switch (change.kind) {
    case 'quirks':
      return `quirks ${Object.keys(change.quirks).join(' ')}`;
    case 'lacks':
      return `lacks ${change.capability}`;
    case 'without':
    case 'set':
    case 'rename':
    case 'shorten':
      return `field ${change.path.join('.')}`;
    case 'keyword':
      return `keyword ${change.keyword}`;
    case 'header':
      return `header ${change.name} ${change.values?.join(' ') ?? ''}`;
    default:
      return change.kind;
  }
}

/** Applies everything that was learned about the candidate's model. */
export function applyLearned<Model extends Changeable>(candidate: Model, learned: readonly Learned[]): Model {
  const changes = learned.flatMap((one) => (one.what === 'change' ? [one.change] : []));
  return withChanges(candidate, changes);
}

/** Describes it for people. */
export function describeLearned(learned: Learned): string {
  return learned.what === 'gone' ? `not available: ${learned.reason}` : describeChange(learned.change);
}

/** Describes it for the log, without the upstream's words. */
export function summarizeLearned(learned: Learned): string {
  return learned.what === 'gone' ? 'not available' : describeChange(learned.change);
}
