/** Compares what an upstream has answered with what it was sent before, and what it reported with what was possible. */
import type { Attempted } from './attempt.ts';
import type { Trial } from './course.ts';
import type { CacheRecord } from './policy/cache-causes.ts';
import { nameOf, type Candidate } from './policy/plan.ts';
import type { Road } from './road.ts';

/** The candidate that was asked, with which of its keys, and the one that should have answered instead. */
interface Asked {
  candidate: Candidate;
  key: number;
  first: Candidate | undefined;
}

/** Undefined if the upstream did not begin to answer, or reported no usage. */
export function noteCache(
  { print, tally }: Attempted,
  { candidate, key, first }: Asked,
  { turn, record, requestId }: Trial,
  road: Road,
): CacheRecord | undefined {
  if (!print) return undefined;
  const { session, agent, requestClass } = record;
  const withTools = print.parts.some(({ kind }) => kind === 'tool');
  const answered = {
    conversation: turn.session,
    // Without the client's hint, a request without tools is one that the client makes for itself.
    group: requestClass ?? (withTools ? 'main' : 'aside'),
    model: nameOf(candidate),
    format: candidate.route.format,
    key,
    print,
    usage: tally.usage,
    fallbackFrom: first && nameOf(first),
    request: requestId,
    session,
    agent,
  };
  return road.prompts.note(answered, road.now());
}
