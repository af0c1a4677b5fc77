/** Scrubs what a capture says of the configuration: addresses, headers, and sentences about it. */
import type { Json } from '../../json.ts';
import type { Capture, CapturedCandidate } from '../capture.ts';
import { scrubHeaders } from './headers.ts';
import type { Scrubber } from './scrubber.ts';

type Plan = Capture['plan'];

export function scrubPlan({ reason, candidates, passedOver }: Plan, scrubber: Scrubber): Plan {
  return {
    reason: prose(reason, scrubber),
    candidates: candidates.map((one) => scrubCandidate(one, scrubber)),
    passedOver: passedOver.map((one) => ({
      ...one,
      reason: prose(one.reason, scrubber),
      ...(one.hindrance && { hindrance: scrubHindrance(one.hindrance, scrubber) }),
    })),
  };
}

export function scrubBarriers(barriers: Capture['barriers'], scrubber: Scrubber): Capture['barriers'] {
  return barriers.map((one) => ({ ...one, hindrance: scrubHindrance(one.hindrance, scrubber) }));
}

function scrubHindrance<Found extends { reason: string }>(hindrance: Found, scrubber: Scrubber): Found {
  return { ...hindrance, reason: prose(hindrance.reason, scrubber) };
}

function scrubCandidate(candidate: CapturedCandidate, scrubber: Scrubber): CapturedCandidate {
  const { why, route, entry, changes, provider } = candidate;
  return {
    why: prose(why, scrubber),
    route: {
      ...(setting(route as unknown as Json, scrubber) as unknown as typeof route),
      headers: scrubHeaders(route.headers, scrubber),
    },
    entry: setting(entry as unknown as Json, scrubber) as unknown as typeof entry,
    ...(changes && { changes: setting(changes as unknown as Json, scrubber) as unknown as typeof changes }),
    provider: setting(provider as unknown as Json, scrubber) as unknown as typeof provider,
  };
}

/** Names and values of settings stay; addresses and sentences do not. */
function setting(value: Json, scrubber: Scrubber): Json {
  if (typeof value === 'string') {
    if (/^\w+:\/\//.test(value)) return scrubber.scrub('url', value, (inner) => inner);
    return /^[\w.:/@$+-]{0,100}$/.test(value) ? value : prose(value, scrubber);
  }
  if (Array.isArray(value)) return value.map((one) => setting(one, scrubber));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, inner === undefined ? null : setting(inner, scrubber)]),
  );
}

function prose(text: string, scrubber: Scrubber): string {
  return scrubber.scrub('prose', text, (inner) => inner);
}
