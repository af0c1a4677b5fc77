/**
 * Decides what follows an outcome: the same model again, the next key, the next model, or the end. The table has an entry for
 * every class at every position, which the compiler checks. Pure: outcomes and a random number in, decision out.
 */
import type { Retry } from '../../config/settings.ts';
import { classOf, type FailureClass, type Outcome, type Position, type Tried } from './failures.ts';
import { spentBy } from './quota.ts';
import type { Candidate } from './plan.ts';

/**
 * - `again`: the same model after a wait, as often as `retry` and the provider's retry budget allow, then the next model.
 * - `next_key`: the same model with the provider's next key, then the next provider.
 * - `next_provider`: the next model of another provider.
 * - `next`: the next model.
 * - `repaired_or_next`, `repaired_or_return`: the same model if the request was repaired; otherwise the next model, or the end.
 * - `break_off`: the client has received content, so the turn ends in an error and no other model may answer.
 * - `ignore`: the answer had finished.
 */
export type Step =
  | 'again'
  | 'next_key'
  | 'next_provider'
  | 'next'
  | 'repaired_or_next'
  | 'repaired_or_return'
  | 'break_off'
  | 'ignore';

const late = { after_content: 'break_off', after_finish: 'ignore' } as const;
const early = <S extends Step>(step: S) => ({ before_headers: step, before_content: step, ...late });

const steps = {
  client: early('repaired_or_return'),
  credentials: early('next_key'),
  quota: early('next_provider'),
  gone: early('next'),
  format: early('repaired_or_next'),
  transient: early('again'),
  other: early('next'),
} as const satisfies Record<FailureClass, Record<Position, Step>>;

/** The step for a failure of this class at this position. */
export function stepFor(failure: FailureClass, at: Position): Step {
  return steps[failure][at];
}

/** How far an attempt had come when it failed. An error response counts as `before_content`. */
export function positionOf(outcome: Outcome): Position {
  return outcome.type === 'failed' ? outcome.at : 'before_content';
}

export type Decision = { type: 'try'; candidate: number; key: number; waitMs: number } | { type: 'give_up' };

/** What is known from outside the request's own attempts. */
export interface StepContext {
  /** Candidates that may not be tried now: the breaker is open, the quota is spent, or the model is gone. */
  passed?: ReadonlySet<number>;
  /** False if the provider's retry budget is spent. */
  mayRetry?: boolean;
}

/** The longest `retry-after` to wait for, in milliseconds. A longer one means the next model at once. */
const longestWaitMs = 8000;

/**
 * Decides what to do next. `random` is in [0, 1). `tried` is empty before the first attempt. There are never more than
 * `retry.maxAttemptsTotal` attempts.
 */
export function decide(
  candidates: readonly Candidate[],
  tried: readonly Tried[],
  retry: Retry,
  random: number,
  { passed = new Set(), mayRetry = true }: StepContext = {},
): Decision {
  const last = tried.at(-1);
  if (!last) return following(-1);
  const failure = classOf(last.outcome);
  if (failure === undefined || tried.length >= retry.maxAttemptsTotal) return { type: 'give_up' };
  const step = stepFor(failure, positionOf(last.outcome));
  switch (step) {
    case 'break_off':
    case 'ignore':
      return { type: 'give_up' };
    case 'repaired_or_return':
      return last.repaired ? same(last, last.key) : { type: 'give_up' };
    case 'repaired_or_next':
      return last.repaired ? same(last, last.key) : following(last.candidate);
    case 'again': {
      const waitMs = mayRetry ? waitAfter(last, tried, retry, random) : undefined;
      return waitMs === undefined ? following(last.candidate) : same(last, last.key, waitMs);
    }
    case 'next_key': {
      const current = candidates[last.candidate];
      const key = current && nextKey(current, candidates, tried);
      return key === undefined ? following(last.candidate) : same(last, key);
    }
    case 'next_provider':
    case 'next':
      return following(last.candidate);
  }

  function same({ candidate }: Tried, key: number, waitMs = 0): Decision {
    return passed.has(candidate) ? following(candidate) : { type: 'try', candidate, key, waitMs };
  }

  /** The first candidate after `from` that may be tried. */
  function following(from: number): Decision {
    for (const [i, candidate] of candidates.entries()) {
      const key = i > from && !passed.has(i) ? nextKey(candidate, candidates, tried) : undefined;
      if (key !== undefined) return { type: 'try', candidate: i, key, waitMs: 0 };
    }
    return { type: 'give_up' };
  }
}

/**
 * The first key of a candidate's provider that was not refused in this request. Undefined if all were refused or the
 * provider's quota is spent. A provider without keys is tried without one.
 */
function nextKey(
  { provider }: Candidate,
  candidates: readonly Candidate[],
  tried: readonly Tried[],
): number | undefined {
  const own = tried.filter(({ candidate }) => candidates[candidate]?.provider.name === provider.name);
  const spent = own.map(({ candidate, outcome }) =>
    spentBy(outcome, provider.name, candidates[candidate]?.route.modelId ?? '', 0),
  );
  if (spent.some((allowance) => allowance?.who === provider.name)) return undefined;
  const refused = new Set(
    own.flatMap(({ key, outcome }) => (classOf(outcome) === 'credentials' ? [key] : [])),
  );
  for (let key = 0; key < Math.max(1, provider.keys.length); key++) if (!refused.has(key)) return key;
  return undefined;
}

/**
 * Milliseconds to wait before the same model is tried again: drawn evenly between base and max, or the upstream's
 * `retry-after`. Undefined if that is too long or the model has used up its tries.
 */
function waitAfter(
  { candidate, outcome }: Tried,
  tried: readonly Tried[],
  { attempts, baseMs, maxMs }: Retry,
  random: number,
): number | undefined {
  const failed = tried.filter(
    (one) => one.candidate === candidate && classOf(one.outcome) === 'transient',
  ).length;
  if (failed > attempts) return undefined;
  const asked = outcome.type === 'refused' ? outcome.retryAfterMs : undefined;
  if (asked === undefined) return baseMs + random * Math.max(0, maxMs - baseMs);
  return asked <= longestWaitMs ? asked : undefined;
}
