/** Whether two runs of one request end in the same way, whatever their text is. Pure. */
import type { EndedRequest } from '../proxy/recent.ts';
import { eventsOf, type ClientSide } from './difference.ts';

export interface Ended extends ClientSide {
  record: Pick<EndedRequest, 'ending' | 'attempts'>;
  /** How many attempts were made. */
  attempts: number;
}

export interface Unlike {
  what: 'ending' | 'status' | 'attempts' | 'attempt' | 'event';
  /** Number of the attempt or of the event, from 1. */
  number?: number;
  before: string;
  after: string;
}

/** The first thing that is not alike: the ending, the attempts and how each failed, the types and lengths of events. */
export function firstUnlike(before: Ended, after: Ended): Unlike | undefined {
  const ways: [Unlike['what'], unknown, unknown][] = [
    ['ending', before.record.ending, after.record.ending],
    ['status', before.status, after.status],
    ['attempts', before.attempts, after.attempts],
  ];
  for (const [what, one, other] of ways) {
    if (one !== other) return { what, before: String(one), after: String(other) };
  }
  const attempts = [before, after].map(({ record }) => record.attempts.map(attemptShape));
  const events = [before, after].map((side) => eventsOf(side).map(eventShape));
  return unlikeIn('attempt', attempts) ?? unlikeIn('event', events);
}

function unlikeIn(what: Unlike['what'], [before = [], after = []]: string[][]): Unlike | undefined {
  for (let at = 0; at < Math.max(before.length, after.length); at++) {
    const [one = 'nothing', other = 'nothing'] = [before[at], after[at]];
    if (one !== other) return { what, number: at + 1, before: one, after: other };
  }
  return undefined;
}

function attemptShape(attempt: EndedRequest['attempts'][number]): string {
  const { model, outcome, class: failure, trouble, upstreamStatus, limit } = attempt;
  return [model, outcome, failure, trouble, upstreamStatus, limit]
    .filter((one) => one !== undefined)
    .join(' ');
}

/** The type of the event and its length in bytes. */
function eventShape(event: string): string {
  const [, type = 'answer'] = /^event: ([^\n]*)/.exec(event) ?? [];
  return `${type} of ${Buffer.byteLength(event)} bytes`;
}
