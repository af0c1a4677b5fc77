/**
 * What an outcome earns: the same model again, the next key, the next model, or an end (contract 5.2). The table has a
 * place for every class at every position, and the compiler counts them. Pure: outcomes and chance in, decision out.
 */
import type { Retry } from '../../config/settings.ts';
import { classOf, type FailureClass, type Outcome, type Position, type Tried } from './failures.ts';
import { spentBy } from './quota.ts';
import type { Candidate } from './plan.ts';

/**
 * - `again`: the same model after a wait, as often as the policy and the provider's retry budget allow, then the next;
 * - `next_key`: the same model with the provider's next key, then the next provider's;
 * - `next_provider`: no other model of this one;
 * - `next`: the next model;
 * - `repaired_or_next`, `repaired_or_return`: the same model without what it refused, where that is known; else as said;
 * - `break_off`: the client has seen a part, so it hears of the break, and nobody else may answer;
 * - `ignore`: the answer had been given.
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

/** How far an attempt had come when it failed. A refusal comes with headers and instead of content. */
export function positionOf(outcome: Outcome): Position {
  return outcome.type === 'failed' ? outcome.at : 'before_content';
}

export type Decision = { type: 'try'; candidate: number; key: number; waitMs: number } | { type: 'give_up' };

/** What is known beside the request's own attempts. */
export interface StepContext {
  /** Candidates that may not be asked now: their breaker is open, their provider spent, or they are gone. */
  passed?: ReadonlySet<number>;
  /** False when the provider's retry budget is spent. */
  mayRetry?: boolean;
}

/** `retry-after` up to this is waited for; a longer one means the next model at once (contract 5.2). */
const longestWaitMs = 8000;

/**
 * What to do next. `random` is in [0, 1). Before the first attempt `tried` is empty. Never asks for more than
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

  /** The first one after `from` that may be asked. */
  function following(from: number): Decision {
    for (const [i, candidate] of candidates.entries()) {
      const key = i > from && !passed.has(i) ? nextKey(candidate, candidates, tried) : undefined;
      if (key !== undefined) return { type: 'try', candidate: i, key, waitMs: 0 };
    }
    return { type: 'give_up' };
  }
}

/**
 * The first key of a candidate's provider that was not refused in this request; undefined when all were or its
 * allowance is spent, for then none of its models can answer now. A provider without keys is asked with none.
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
 * Milliseconds to wait before the same model is asked again: drawn evenly between base and max, or what the upstream
 * asked for; undefined when that is too long, or the model has had its tries.
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
