/**
 * Models that fail: the id of a model says how, with any prompt and any client. `emulator/refuse-429` refuses every request
 * with status 429, `emulator/cut` breaks off every answer, and `emulator/cut-once` only its first one. Apart from that, their
 * answers are those of the other models.
 */
import { failing, nothing, refuse, webPage, type Answer } from './answer.ts';
import type { Conversation } from './conversation.ts';
import type { Faults } from './faults.ts';

/** Faults within an answer. The situations of the same name have them, too. */
export const faultsByName = {
  cut: { breaks: { at: { deltas: 3 }, how: 'cut' } },
  reset: { breaks: { at: { deltas: 3 }, how: 'reset' } },
  stall: { breaks: { at: { deltas: 3 }, how: 'silence' } },
  error: { errorEvent: { at: { deltas: 3 }, type: 'overloaded_error' } },
  'error-first': { errorEvent: { at: { events: 0 }, type: 'overloaded_error' } },
  'broken-json': { brokenJson: { deltas: 3 } },
  'no-end': { omit: ['finish', 'usage', 'end', 'cost'] },
} as const satisfies Readonly<Record<string, Faults>>;

type Failure = (answer: () => Answer) => Answer;

/**
 * Milliseconds between the events of an answer that breaks off, so that the client has some of it by then. Of a failure that
 * comes with the first content, the client would see nothing, because another model answers.
 */
const betweenEventsMs = 40;

const within =
  (name: keyof typeof faultsByName): Failure =>
  (answer) =>
    failing(answer(), { betweenEventsMs, ...faultsByName[name] });

/** How a model can fail, by its id, and what that means. */
const failures: Readonly<Record<string, { about: string; fail: Failure }>> = {
  cut: { about: 'the HTTP body ends within the answer', fail: within('cut') },
  reset: { about: 'the connection is reset within the answer', fail: within('reset') },
  stall: { about: 'an endless silence within the answer', fail: within('stall') },
  error: { about: 'an error event within the answer', fail: within('error') },
  'error-first': { about: 'a stream whose first event is an error', fail: within('error-first') },
  'broken-json': { about: 'an event with invalid JSON within the answer', fail: within('broken-json') },
  'no-end': { about: 'the answer without a finish reason and a last event', fail: within('no-end') },
  html: { about: 'a web page with status 200', fail: () => webPage() },
  empty: { about: 'status 200 and no body', fail: () => nothing() },
};

/** The ids for people, each with what it means. */
export const failingIds: readonly (readonly [id: string, about: string])[] = [
  ['refuse-<status>', 'this status instead of an answer, such as refuse-429'],
  ...Object.entries(failures).map(([id, { about }]) => [id, about] as const),
];

/** Fails as the model does, or answers. */
export type FailingModels = (conversation: Conversation, answer: () => Answer) => Answer;

/** Those of one emulator, which remembers the models that fail once and have done so. */
export function failingModels(): FailingModels {
  const failed = new Set<string>();
  return ({ model, stream }, answer) => {
    const once = model.endsWith('-once');
    const fail = failureOf(once ? model.slice(0, -'-once'.length) : model);
    // A client that tries again without a stream must not meet the failure again.
    if (fail === undefined || (once && (failed.has(model) || !stream))) return answer();
    failed.add(model);
    return fail(answer);
  };
}

function failureOf(how: string): Failure | undefined {
  const status = /^refuse-([45]\d\d)$/.exec(how)?.[1];
  if (status !== undefined) return () => refuse(Number(status));
  return Object.hasOwn(failures, how) ? failures[how]?.fail : undefined;
}
