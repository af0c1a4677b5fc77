/**
 * Decides what follows an outcome: the same model again (always when the request was repaired), the next key, the next model,
 * or the end. The table has an entry for every class at every position, which the compiler checks. Pure: outcomes and a random
 * number in, decision out.
 */
import type { Retry } from '../../config/settings.ts';
import { classOf, type FailureClass, type Outcome, type Position, type Tried } from './failures.ts';
import { nameOf, type Candidate } from './plan.ts';
import { describeSpent, modelsForProvider, spentBy } from './quota.ts';

/**
 * - `again`: the same model after a wait, as often as `retry` and the provider's retry budget allow, then the next model.
 * - `next_key`: the same model with the provider's next key, then the next model whose provider has a key left.
 * - `next_key_or_again`: the same model with the next key at once; without another key as `again`.
 * - `next`: the next model.
 * - `return`: the client receives the error.
 * - `break_off`: the client has received content, so the turn ends in an error and no other model may answer.
 * - `ignore`: the answer had finished.
 */
export type Step = 'again' | 'next_key' | 'next_key_or_again' | 'next' | 'return' | 'break_off' | 'ignore';

const late = { after_content: 'break_off', after_finish: 'ignore' } as const;
const early = <S extends Step>(step: S) => ({ before_headers: step, before_content: step, ...late });

const steps = {
  client: early('return'),
  credentials: early('next_key'),
  allowance: early('next_key'),
  balance: early('next_key'),
  rate: early('next_key_or_again'),
  gone: early('next'),
  format: early('next'),
  filter: early('next'),
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
  /** Candidates that may not be tried now: the breaker is open, the keys are spent, or the model is gone. */
  passed?: ReadonlySet<number>;
  /** False if the provider's retry budget is spent. */
  mayRetry?: boolean;
  /** The keys that earlier requests leave for a candidate, best first; all of its provider's keys unless given. */
  keys?: (candidate: Candidate) => readonly number[];
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
  { passed = new Set(), mayRetry = true, keys = allKeys }: StepContext = {},
): Decision {
  const last = tried.at(-1);
  if (!last) return following(-1);
  const failure = classOf(last.outcome);
  if (failure === undefined || tried.length >= retry.maxAttemptsTotal) return { type: 'give_up' };
  const step = stepFor(failure, positionOf(last.outcome));
  if (last.repaired && step !== 'break_off' && step !== 'ignore') return same(last, last.key);
  switch (step) {
    case 'break_off':
    case 'ignore':
    case 'return':
      return { type: 'give_up' };
    case 'again':
      return again(last);
    case 'next_key':
    case 'next_key_or_again': {
      const key = keyFor(last.candidate);
      if (key !== undefined) return same(last, key);
      // An error inside an answer was no refusal, so a wait does not help.
      return step === 'next_key_or_again' && last.outcome.type === 'refused'
        ? again(last)
        : following(last.candidate);
    }
    case 'next':
      return following(last.candidate);
  }

  function again(one: Tried): Decision {
    const waitMs = mayRetry ? waitAfter(one, tried, retry, random) : undefined;
    return waitMs === undefined ? following(one.candidate) : same(one, one.key, waitMs);
  }

  function keyFor(index: number): number | undefined {
    const candidate = candidates[index];
    return candidate && nextKey(keys(candidate), candidate, candidates, tried);
  }

  function same({ candidate }: Tried, key: number, waitMs = 0): Decision {
    return passed.has(candidate) ? following(candidate) : { type: 'try', candidate, key, waitMs };
  }

  /** The first candidate after `from` that may be tried. */
  function following(from: number): Decision {
    for (let i = from + 1; i < candidates.length; i++) {
      const key = passed.has(i) ? undefined : keyFor(i);
      if (key !== undefined) return { type: 'try', candidate: i, key, waitMs: 0 };
    }
    return { type: 'give_up' };
  }
}

/** A provider without keys is tried without one, as key 0. */
function allKeys({ provider }: Candidate): number[] {
  return Array.from({ length: Math.max(1, provider.keys.length) }, (_, key) => key);
}

/**
 * The best of `keys` that this request has not used up for the candidate; undefined if none is left. A key that is only
 * rate-limited for another model comes last.
 */
function nextKey(
  keys: readonly number[],
  candidate: Candidate,
  candidates: readonly Candidate[],
  tried: readonly Tried[],
): number | undefined {
  const own = tried.filter((one) => candidates[one.candidate]?.provider.name === candidate.provider.name);
  const left = keys.filter(
    (key) =>
      !usedUp(
        candidate,
        candidates,
        own.filter((one) => one.key === key),
      ),
  );
  const limited = new Set(own.flatMap((one) => (classOf(one.outcome) === 'rate' ? [one.key] : [])));
  return left.find((key) => !limited.has(key)) ?? left[0];
}

/** Why the attempts of this request leave none of `keys` for a candidate; undefined if they leave one. */
export function whyUsedUp(
  keys: readonly number[],
  candidate: Candidate,
  candidates: readonly Candidate[],
  tried: readonly Tried[],
  now: number,
): string | undefined {
  const own = tried.filter((one) => candidates[one.candidate]?.provider.name === candidate.provider.name);
  const causes = own.filter((one) =>
    usedUp(
      candidate,
      candidates,
      own.filter(({ key }) => key === one.key),
    ),
  );
  const last = causes.at(-1);
  if (last === undefined || nextKey(keys, candidate, candidates, tried) !== undefined) return undefined;
  const cause = candidates[last.candidate];
  const spent = cause && spentBy(last.outcome, cause.provider.name, cause.route.modelId, now);
  return spent ? describeSpent(spent, now) : 'the key of its provider was refused';
}

/** Whether a key, of which `tried` has all attempts, is of no more use for the candidate in this request. */
function usedUp(candidate: Candidate, candidates: readonly Candidate[], tried: readonly Tried[]): boolean {
  const model = nameOf(candidate);
  const broke = new Set<string>();
  for (const { candidate: index, outcome } of tried) {
    const other = candidates[index];
    if (other === undefined) continue;
    switch (classOf(outcome)) {
      case 'credentials':
        return true;
      case 'rate':
        if (nameOf(other) === model) return true;
        break;
      case 'allowance': {
        const spent = spentBy(outcome, other.provider.name, other.route.modelId, 0);
        if (spent?.who === other.provider.name || spent?.who === model) return true;
        break;
      }
      case 'balance':
        broke.add(nameOf(other));
        break;
      default:
    }
  }
  return broke.has(model) || broke.size >= modelsForProvider;
}

/**
 * Milliseconds to wait before the same model is tried again: drawn evenly between base and max, or the upstream's
 * `retry-after`. Undefined if that is too long or the model has used up its tries.
 */
function waitAfter(
  { candidate, key, outcome }: Tried,
  tried: readonly Tried[],
  { attempts, baseMs, maxMs }: Retry,
  random: number,
): number | undefined {
  const failed = tried.filter(
    (one) => one.candidate === candidate && one.key === key && tryAgain.has(classOf(one.outcome)),
  ).length;
  if (failed > attempts) return undefined;
  const asked = outcome.type === 'refused' ? outcome.retryAfterMs : undefined;
  if (asked === undefined) return baseMs + random * Math.max(0, maxMs - baseMs);
  return asked <= longestWaitMs ? asked : undefined;
}

const tryAgain: ReadonlySet<FailureClass | undefined> = new Set<FailureClass>(['transient', 'rate']);
