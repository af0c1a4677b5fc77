/** How failures are classified, what is tried after each, and what the client receives when all models fail. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readApiError } from '../../../lib/wire/decode/errors.ts';
import {
  classify,
  classOf,
  type Outcome,
  type Tried,
  type Trouble,
} from '../../../lib/proxy/policy/failures.ts';
import { decide } from '../../../lib/proxy/policy/steps.ts';
import type { Candidate } from '../../../lib/proxy/policy/plan.ts';
import { verdict } from '../../../lib/proxy/policy/verdict.ts';
import { diagnosed } from '../../../lib/proxy/policy/diagnosed.ts';
import { toRetryAfterMs } from '../../../lib/proxy/refusal.ts';
import { openCodeErrors } from '../../support/opencode-errors.ts';
import { candidateOf, failedWith, refusedWith } from '../../support/candidates.ts';

const retry = { attempts: 1, baseMs: 500, maxMs: 4000, maxAttemptsTotal: 6 };
const refused = (status: number, type?: string, retryAfterMs?: number): Outcome =>
  refusedWith(status, { ...(type && { type }) }, retryAfterMs);
const failed = failedWith;
const at = (candidate: number, outcome: Outcome, key = 0): Tried => ({ candidate, key, outcome });

test('a prompt that is too long is a client error, with any status and type', () => {
  for (const [status, body] of [
    [413, { error: { type: 'request_too_large', message: 'prompt is too long: 9 tokens > 8 maximum' } }],
    [400, { error: { type: 'server_error', message: 'the input exceeds the context window' } }],
    [422, { error: { code: 'context_length_exceeded', message: 'maximum context length is 8 tokens' } }],
  ] as const)
    assert.equal(classify(readApiError(status, JSON.stringify(body))), 'client', JSON.stringify(body));
});

test('every OpenCode error is classified', () => {
  for (const { name, status, body, failure } of openCodeErrors)
    assert.equal(classify(readApiError(status, body), true), failure, name);
});

test('the error type takes precedence over the status, and the message is never used', () => {
  assert.equal(
    classify(readApiError(500, '{"error":{"type":"GoUsageLimitError","message":"x"}}')),
    'allowance',
  );
  assert.equal(classify(readApiError(400, '{"error":{"type":"ModelDeprecated","message":"x"}}')), 'gone');
  assert.equal(
    classify(readApiError(429, '{"error":{"message":"invalid api key, model not found"}}')),
    'rate',
  );
  for (const type of ['constructor', '__proto__', 'toString'])
    assert.equal(classify(readApiError(503, JSON.stringify({ error: { type, message: 'x' } }))), 'transient');
});

test('connection failures are transient, all other failures of an attempt are not', () => {
  const expected: Record<Trouble, string> = {
    connect: 'transient',
    reset: 'transient',
    timeout: 'other',
    stall: 'other',
    empty: 'other',
    truncated: 'other',
    malformed: 'other',
    overflow: 'other',
    upstream: 'other',
    encoding: 'other',
    client_limit: 'other',
  };
  for (const [trouble, failure] of Object.entries(expected))
    assert.equal(classOf(failed(trouble as Trouble)), failure, trouble);
  assert.equal(classOf({ type: 'answered' }), undefined);
  assert.equal(classOf({ type: 'abandoned' }), undefined);
});

test('an error inside a 200 is classified by its type', () => {
  const inside = (type: string): Outcome => ({
    type: 'failed',
    trouble: 'upstream',
    error: readApiError(0, JSON.stringify({ error: { type, message: 'm' } })),
    at: 'before_content',
  });
  assert.equal(classOf(inside('GoUsageLimitError')), 'allowance');
  assert.equal(classOf(inside('AuthError')), 'credentials');
  assert.equal(classOf(inside('overloaded_error')), 'other');
  assert.equal(classOf(inside('something')), 'other');
});

const a = candidateOf('p/a');
const b = candidateOf('p/b');
const c = candidateOf('q/c');

const decisions: [string, Candidate[], Tried[], object][] = [
  ['nothing to try', [], [], { type: 'give_up' }],
  ['the first', [a, b], [], { type: 'try', candidate: 0, key: 0, waitMs: 0 }],
  ['an answer', [a, b], [at(0, { type: 'answered' })], { type: 'give_up' }],
  ['a client disconnect', [a, b], [at(0, { type: 'abandoned' })], { type: 'give_up' }],
  ['a client error', [a, b], [at(0, refused(400))], { type: 'give_up' }],
  ['an outage', [a, b], [at(0, refused(503))], { type: 'try', candidate: 0, key: 0, waitMs: 2250 }],
  [
    'a second outage',
    [a, b],
    [at(0, refused(503)), at(0, refused(500))],
    { type: 'try', candidate: 1, key: 0, waitMs: 0 },
  ],
  ['a second outage of the last model', [a], [at(0, refused(503)), at(0, refused(503))], { type: 'give_up' }],
  [
    'a short wait',
    [a, b],
    [at(0, refused(429, undefined, 8000))],
    { type: 'try', candidate: 0, key: 0, waitMs: 8000 },
  ],
  [
    'a long wait',
    [a, b],
    [at(0, refused(429, undefined, 8001))],
    { type: 'try', candidate: 1, key: 0, waitMs: 0 },
  ],
  ['no wait', [a, b], [at(0, refused(429, undefined, 0))], { type: 'try', candidate: 0, key: 0, waitMs: 0 }],
  [
    'a refused connection',
    [a, b],
    [at(0, failed('connect'))],
    { type: 'try', candidate: 0, key: 0, waitMs: 2250 },
  ],
  ['a stall', [a, b], [at(0, failed('stall'))], { type: 'try', candidate: 1, key: 0, waitMs: 0 }],
  ['an empty answer', [a, b], [at(0, failed('empty'))], { type: 'try', candidate: 1, key: 0, waitMs: 0 }],
  ['a break after content', [a, b], [at(0, failed('reset', 'after_content'))], { type: 'give_up' }],
  ['a model that is gone', [a, b], [at(0, refused(410))], { type: 'try', candidate: 1, key: 0, waitMs: 0 }],
  ['no money', [a, b, c], [at(0, refused(402))], { type: 'try', candidate: 1, key: 0, waitMs: 0 }],
  [
    'a spent plan',
    [a, b, c],
    [at(0, refused(429, 'GoUsageLimitError'))],
    { type: 'try', candidate: 2, key: 0, waitMs: 0 },
  ],
  [
    'a spent plan without another provider',
    [a, b],
    [at(0, refused(429, 'GoUsageLimitError'))],
    { type: 'give_up' },
  ],
  ['a rejected key', [a, b, c], [at(0, refused(401))], { type: 'try', candidate: 2, key: 0, waitMs: 0 }],
];

for (const [name, candidates, tried, expected] of decisions) {
  test(`decision after: ${name}`, () => assert.deepEqual(decide(candidates, tried, retry, 0.5), expected));
}

test('keys rotate within a provider, and a rejected key is not tried again', () => {
  const [x, y, z] = [candidateOf('p/x', { keys: 3 }), candidateOf('p/y', { keys: 3 }), candidateOf('q/z')];
  const candidates = [x, y, z];
  const tried = [at(0, refused(401), 0)];
  assert.deepEqual(decide(candidates, tried, retry, 0), { type: 'try', candidate: 0, key: 1, waitMs: 0 });
  tried.push(at(0, refused(410), 1));
  assert.deepEqual(decide(candidates, tried, retry, 0), { type: 'try', candidate: 1, key: 1, waitMs: 0 });
  tried.push(at(1, refused(401), 1));
  assert.deepEqual(decide(candidates, tried, retry, 0), { type: 'try', candidate: 1, key: 2, waitMs: 0 });
  tried.push(at(1, refused(401), 2));
  assert.deepEqual(decide(candidates, tried, retry, 0), { type: 'try', candidate: 2, key: 0, waitMs: 0 });
});

test('the retry delay is uniformly distributed between base and max', () => {
  for (const [random, waitMs] of [
    [0, 500],
    [0.5, 2250],
    [0.999, 3996.5],
  ] as const)
    assert.deepEqual(decide([a], [at(0, refused(503))], retry, random), {
      type: 'try',
      candidate: 0,
      key: 0,
      waitMs,
    });
});

const anyOutcome = fc.oneof(
  fc.constantFrom(400, 401, 402, 403, 404, 410, 429, 500, 503, 529).map((status) => refused(status)),
  fc.constantFrom('GoUsageLimitError', 'CreditsError').map((type) => refused(429, type)),
  fc
    .constantFrom<Trouble>('connect', 'reset', 'stall', 'empty', 'truncated')
    .map((trouble) => failed(trouble)),
);

test('any sequence of failures ends within the limit, moves forward only, and uses no key that is spent or refused', () => {
  fc.assert(
    fc.property(
      fc.array(anyOutcome, { minLength: 40, maxLength: 40 }),
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 1, max: 9 }),
      (outcomes, attempts, maxAttemptsTotal) => {
        const candidates = [a, b, c, candidateOf('q/d', { keys: 3 }), candidateOf('r/e', { keys: 0 })];
        const tried: Tried[] = [];
        for (;;) {
          const decision = decide(candidates, tried, { ...retry, attempts, maxAttemptsTotal }, 0.3);
          if (decision.type === 'give_up') break;
          assert(decision.candidate >= (tried.at(-1)?.candidate ?? 0));
          const name = candidates[decision.candidate]?.provider.name;
          const usedUp = tried.some(
            ({ candidate, key, outcome }) =>
              ['allowance', 'credentials'].includes(classOf(outcome) ?? '') &&
              key === decision.key &&
              candidates[candidate]?.provider.name === name,
          );
          assert(!usedUp);
          tried.push({ ...decision, outcome: outcomes[tried.length] ?? assert.fail() });
        }
        assert(tried.length >= 1 && tried.length <= maxAttemptsTotal);
      },
    ),
  );
});

test('retry-after is read as seconds, as a date and as retry-after-ms; invalid values are ignored', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  for (const [headers, ms] of [
    [{}, undefined],
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '-3' }, 0],
    [{ 'retry-after': '' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
    [{ 'retry-after-ms': '250', 'retry-after': '7' }, 250],
    [{ 'retry-after-ms': 'x', 'retry-after': '7' }, 7000],
  ] as [Record<string, string>, number | undefined][])
    assert.equal(toRetryAfterMs(headers, now), ms, JSON.stringify(headers));
});

test('the verdict lists the attempts with their failures, and the models that were skipped', () => {
  const plan = {
    candidates: [a, b, c],
    reason: 'r',
    passedOver: [{ model: 'x/y', reason: 'it takes no images' }],
  };
  const { status, permanent, message } = verdict(
    plan,
    [at(0, refused(429, 'GoUsageLimitError', 7_200_000)), at(2, failed('stall'))],
    9,
  );
  assert.deepEqual(message.split('\n'), [
    'all models failed',
    '- p/a: 429 m (resets in 2 h)',
    '- q/c: stall',
    '- x/y: not tried, it takes no images',
  ]);
  assert.deepEqual([status, permanent], [429, false]);
});

test('the verdict is permanent only if every failure is', () => {
  const plan = { candidates: [a, b, c], reason: 'r', passedOver: [] };
  const permanent = (...outcomes: Outcome[]) =>
    verdict(
      plan,
      outcomes.map((outcome, i) => at(i, outcome)),
      9,
    ).permanent;
  assert.equal(permanent(refused(401), refused(410), refused(402)), true);
  assert.equal(permanent(refused(401), refused(503)), false);
  assert.equal(permanent(refused(402, undefined, 60_000)), false);
  assert.equal(permanent(refused(402, undefined, 61_000)), true);
  assert.equal(permanent(failed('stall')), false);
});

test('the client receives the status it can act on best', () => {
  const plan = { candidates: [a, b, c], reason: 'r', passedOver: [] };
  const status = (...outcomes: Outcome[]) =>
    verdict(
      plan,
      outcomes.map((outcome, i) => at(i, outcome)),
      9,
    ).status;
  assert.equal(status(refused(410), refused(401)), 424);
  assert.equal(status(refused(402)), 402);
  assert.equal(status(refused(402, undefined, 60_000)), 429);
  assert.equal(status(refused(401), failed('stall')), 504);
  assert.equal(status(refused(401), refused(503)), 503);
  assert.equal(status(refused(503), refused(402)), 429);
  assert.equal(status(refused(503), refused(400)), 400);
  assert.equal(status(failed('truncated')), 502);
  assert.equal(verdict({ candidates: [], reason: 'none', passedOver: [] }, [], 9).status, 400);
});

test('unavailable models give 424, to which the client adds nothing, and which it does not retry', () => {
  const plan = { candidates: [a, b], reason: 'r', passedOver: [] };
  const { status, type, permanent } = verdict(
    plan,
    [at(0, refused(410)), at(1, refused(401, 'ModelError'))],
    9,
  );
  assert.deepEqual([status, type, permanent], [424, 'api_error', true]);
});

test('a message about a prompt that is too long has both numbers, estimated if the provider gives none', () => {
  const plan = { candidates: [a], reason: 'r', passedOver: [] };
  const clientMessage = (message: string, inputTokens: number) => {
    const error = readApiError(400, JSON.stringify({ error: { message } }));
    return verdict(plan, [at(0, diagnosed({ type: 'refused', error }, 'a'))], inputTokens).message;
  };
  const window = a.route.contextWindow;
  const named = 'prompt is too long: 210000 tokens > 200000 maximum';
  assert.equal(clientMessage(named, 9), named);
  assert.equal(
    clientMessage('context window exceeds limit', window + 500),
    `prompt is too long: ${window + 500} tokens > ${window} maximum`,
  );
  assert.equal(
    clientMessage('context window exceeds limit', 9),
    `prompt is too long: ${window + 1} tokens > ${window} maximum`,
  );
  assert.match(
    clientMessage('Range of input length should be [1, 98304]', 120_000),
    /^prompt is too long: 120000 tokens > 98304 maximum$/,
  );
});
