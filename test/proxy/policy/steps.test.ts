/** The next step after every class of failure at every position of an answer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  classOf,
  type FailureClass,
  type Outcome,
  type Position,
  type Tried,
} from '../../../lib/proxy/policy/failures.ts';
import { decide, stepFor, type Step } from '../../../lib/proxy/policy/steps.ts';
import { readApiError } from '../../../lib/wire/decode/errors.ts';
import { candidateOf, failedWith, refusedWith } from '../../support/candidates.ts';

const positions: readonly Position[] = ['before_headers', 'before_content', 'after_content', 'after_finish'];

const beforeContent: Record<FailureClass, Step> = {
  client: 'return',
  credentials: 'next_key',
  allowance: 'next_key',
  balance: 'next_key',
  rate: 'next_key_or_again',
  gone: 'next',
  format: 'next',
  filter: 'next',
  transient: 'again',
  other: 'next',
};

/** An outcome of each class at a given position. */
const outcomes: Record<FailureClass, (at: Position) => Outcome> = {
  client: (at) => inside('invalid_request_error', at, 'prompt is too long: 9000 tokens > 8000 maximum'),
  credentials: (at) => inside('AuthError', at),
  allowance: (at) => inside('GoUsageLimitError', at),
  balance: (at) => inside('CreditsError', at),
  rate: (at) => inside('RateLimitError', at),
  gone: (at) => inside('ModelDeprecated', at),
  format: (at) => inside('ModelProtocolUnsupported', at),
  filter: (at) => inside('content_filter', at),
  transient: (at) => failedWith('reset', at),
  other: (at) => failedWith('stall', at),
};

/** An error that the upstream reports inside its answer. */
function inside(type: string, at: Position, message = 'm'): Outcome {
  const error = readApiError(0, JSON.stringify({ error: { type, message } }));
  return { type: 'failed', trouble: 'upstream', error, at };
}

const retry = { attempts: 1, baseMs: 500, maxMs: 500, maxAttemptsTotal: 6 };
const candidates = [candidateOf('p/a', { keys: 2 }), candidateOf('p/b', { keys: 2 }), candidateOf('q/c')];
const giveUp = { type: 'give_up' } as const;
const tryOf = (candidate: number, key = 0, waitMs = 0) => ({ type: 'try', candidate, key, waitMs }) as const;

const decisions: Record<Step, { plain: object; repaired?: object }> = {
  again: { plain: tryOf(0, 0, 500) },
  next_key: { plain: tryOf(0, 1) },
  next_key_or_again: { plain: tryOf(0, 1) },
  next: { plain: tryOf(1), repaired: tryOf(0) },
  return: { plain: giveUp, repaired: tryOf(0) },
  break_off: { plain: giveUp, repaired: giveUp },
  ignore: { plain: giveUp, repaired: giveUp },
};

for (const failure of Object.keys(beforeContent) as FailureClass[]) {
  for (const at of positions) {
    const expected =
      at === 'after_finish' ? 'ignore' : at === 'after_content' ? 'break_off' : beforeContent[failure];
    test(`${failure}, ${at}: ${expected}`, () => {
      assert.equal(stepFor(failure, at), expected);
      const outcome = outcomes[failure](at);
      assert.equal(classOf(outcome), failure);
      const { plain, repaired } = decisions[expected];
      const tried: Tried = { candidate: 0, key: 0, outcome };
      assert.deepEqual(decide(candidates, [tried], retry, 0), plain);
      if (repaired) assert.deepEqual(decide(candidates, [{ ...tried, repaired: true }], retry, 0), repaired);
    });
  }
}

test('excluded candidates are skipped, also for retries, key changes and repairs', () => {
  const tried: Tried[] = [{ candidate: 0, key: 0, outcome: refusedWith(503) }];
  assert.deepEqual(decide(candidates, [], retry, 0, { passed: new Set([0, 1]) }), tryOf(2));
  assert.deepEqual(decide(candidates, [], retry, 0, { passed: new Set([0, 1, 2]) }), giveUp);
  assert.deepEqual(decide(candidates, tried, retry, 0, { passed: new Set([0]) }), tryOf(1));
  const key: Tried[] = [{ candidate: 0, key: 0, outcome: refusedWith(401) }];
  assert.deepEqual(decide(candidates, key, retry, 0, { passed: new Set([0]) }), tryOf(1, 1));
  const repaired: Tried[] = [{ candidate: 0, key: 0, outcome: refusedWith(400), repaired: true }];
  assert.deepEqual(decide(candidates, repaired, retry, 0, { passed: new Set([0]) }), tryOf(1));
});

test('when the retry budget is spent the next model is tried at once; key changes and repairs still happen', () => {
  const mayRetry = false;
  const after = (outcome: Outcome, repaired = false) =>
    decide(candidates, [{ candidate: 0, key: 0, outcome, repaired }], retry, 0, { mayRetry });
  assert.deepEqual(after(refusedWith(503)), tryOf(1));
  assert.deepEqual(after(refusedWith(401)), tryOf(0, 1));
  assert.deepEqual(after(refusedWith(400), true), tryOf(0));
});

const one = [candidateOf('p/a'), candidateOf('p/b'), candidateOf('q/c')];
const first = (status: number, error: object, retryAfterMs?: number): Tried[] => [
  { candidate: 0, key: 0, outcome: refusedWith(status, error, retryAfterMs) },
];

test('an allowance of one model leaves the provider’s other models, that of a key leaves none', () => {
  assert.deepEqual(decide(one, first(429, { type: 'FreeUsageLimitError' }), retry, 0), tryOf(1));
  assert.deepEqual(decide(one, first(429, { type: 'GoUsageLimitError' }), retry, 0), tryOf(2));
});

test('an empty balance counts for the model first, then for the key when a second model reports one', () => {
  const tried = first(402, { message: 'Insufficient Balance' });
  assert.deepEqual(decide(one, tried, retry, 0), tryOf(1));
  const models = [...one.slice(0, 2), candidateOf('p/d'), candidateOf('q/c')];
  tried.push({ candidate: 1, key: 0, outcome: refusedWith(402) });
  assert.deepEqual(decide(models, tried, retry, 0), tryOf(3));
});

test('every limit moves to the next key before the next model, and an empty balance too', () => {
  for (const [status, error] of [
    [429, { type: 'GoUsageLimitError' }],
    [402, {}],
    [429, {}],
    [401, {}],
  ] as const) {
    const tried = first(status, error);
    assert.deepEqual(decide(candidates, tried, retry, 0), tryOf(0, 1));
    tried.push({ candidate: 0, key: 1, outcome: refusedWith(status, error) });
    const last = decide(candidates, tried, { ...retry, attempts: 0 }, 0);
    // Another model may have money or a rate of its own; a plan and a refused key have nothing left for it.
    assert.deepEqual(last, status === 402 || (status === 429 && !('type' in error)) ? tryOf(1) : tryOf(2));
  }
});

test('a rate limit waits only when there is no other key, and each key has its own tries', () => {
  assert.deepEqual(decide(one, first(429, {}, 3000), retry, 0), tryOf(0, 0, 3000));
  assert.deepEqual(decide(one, first(429, {}, 8001), retry, 0), tryOf(1));
  const tried = first(429, {}, 3000);
  assert.deepEqual(decide(candidates, tried, retry, 0), tryOf(0, 1));
  tried.push({ candidate: 0, key: 1, outcome: refusedWith(429, {}, 2000) });
  assert.deepEqual(decide(candidates, tried, retry, 0), tryOf(0, 1, 2000));
  tried.push({ candidate: 0, key: 1, outcome: refusedWith(429, {}, 2000) });
  assert.deepEqual(decide(candidates, tried, retry, 0), tryOf(1));
});

test('the keys that earlier requests leave are tried in their order, and no others', () => {
  const keys = () => [1];
  assert.deepEqual(decide(candidates, [], retry, 0, { keys }), tryOf(0, 1));
  const tried: Tried[] = [{ candidate: 0, key: 1, outcome: refusedWith(401) }];
  // The next provider's key, since this provider has none left.
  assert.deepEqual(decide(candidates, tried, retry, 0, { keys }), tryOf(2, 1));
  assert.deepEqual(decide(candidates, [], retry, 0, { keys: () => [1, 0] }), tryOf(0, 1));
});
