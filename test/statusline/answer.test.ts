import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrived, type EndedRequest } from '../../lib/proxy/recent.ts';
import { toSessionAnswer, type SessionAnswer } from '../../lib/statusline/answer.ts';

const at = '2026-11-29T10:00:00.000Z';

function record(more: Partial<EndedRequest>): EndedRequest {
  return { ...arrived('req_1', at), ms: 1500, ending: 'answered', requestClass: 'main', ...more };
}

const answered = { model: 'zen/deepseek-v4', provider: 'zen', format: 'chat' } as const;

function toAnswer(more: Partial<EndedRequest>): SessionAnswer | undefined {
  return toSessionAnswer(record(more), [], undefined);
}

test('an answer: the model without its provider, and when it ended', () => {
  assert.deepEqual(toAnswer({ answered, firstContentMs: 812.4 }), {
    at: '2026-11-29T10:00:01.500Z',
    model: 'deepseek-v4',
    provider: 'zen',
    first_content_ms: 812,
  });
  const nested = { ...answered, model: 'router/z-ai/glm', provider: 'router' };
  assert.equal(toAnswer({ answered: nested })?.model, 'z-ai/glm');
});

test('requests of sub-agents, of the client itself, and those that the client left are ignored', () => {
  assert.equal(toAnswer({ answered, agent: 'a1' }), undefined);
  assert.equal(toAnswer({ answered, requestClass: 'title' }), undefined);
  assert.equal(toAnswer({ answered, ending: 'left' }), undefined);
  assert.notEqual(toAnswer({ answered, requestClass: '' }), undefined);
});

test('the cost is that of the session', () => {
  assert.equal(toSessionAnswer(record({ answered, cost: 0.25 }), [], 0.5)?.cost, 0.75);
  assert.equal(toSessionAnswer(record({ answered }), [], 0.5)?.cost, 0.5);
  assert.equal(toSessionAnswer(record({ answered }), [], undefined)?.cost, undefined);
});

test('the share of cached input is that of the answer, where anything could be cached', () => {
  const cache = { input: 1000, read: 974, possible: 980 };
  assert.equal(toAnswer({ answered, cache })?.cached, 97);
  assert.equal(toAnswer({ answered, cache: { ...cache, read: 0 } })?.cached, 0);
  assert.equal(toAnswer({ answered, cache: { ...cache, read: 0, possible: 0 } })?.cached, undefined);
});

test("the plan is the fullest window of the answering model's provider", () => {
  const window = (name: string, percent: number | null) => ({
    window: name,
    percent,
    spent: false,
    resets_at: null,
  });
  const quotas = [
    { provider: 'other', at, windows: [window('weekly', 99)] },
    {
      provider: 'zen',
      at,
      windows: [window('rolling', 12), window('weekly', 42.4), window('monthly', null)],
    },
  ];
  assert.deepEqual(toSessionAnswer(record({ answered }), quotas, undefined)?.plan, {
    window: 'week',
    percent: 42,
  });
});

test('a fallback names the model that should have answered, and why it did not', () => {
  const from = (more: object): unknown =>
    toAnswer({ answered, fallbackFrom: { model: 'go/glm-5.3', ...more } })?.fallback_from;
  assert.deepEqual(from({ status: 429, class: 'rate' }), { model: 'glm-5.3', reason: '429' });
  assert.deepEqual(from({ class: 'transient' }), { model: 'glm-5.3', reason: 'no answer' });
  assert.deepEqual(from({ passedOver: 'breaker' }), { model: 'glm-5.3', reason: 'paused after failures' });
});

const attempt = { format: 'chat', outcome: 'refused', ms: 5 } as const;
const error = { status: 503, type: 'api_error', message: 'words of an upstream', permanent: false };

test('a failure names the model if only one was tried, and whether the client tries again', () => {
  const glm = { ...attempt, model: 'go/glm-5.3', upstreamStatus: 429, words: 'words of an upstream' };
  const one = toAnswer({ ending: 'refused', error, attempts: [glm, glm] });
  assert.deepEqual(one?.failure, { model: 'glm-5.3', reason: '429', cut: false, retrying: true });
  assert.equal(JSON.stringify(one).includes('words of'), false);
  const two = toAnswer({
    ending: 'refused',
    error: { ...error, permanent: true },
    attempts: [glm, { ...glm, model: 'zen/deepseek-v4' }],
  });
  assert.deepEqual(two?.failure, { reason: '503', cut: false, retrying: false });
});

test('a failure names the only model if it was not even tried, and none if several failed or were not tried', () => {
  const skipped = (model: string) => ({ model, kind: 'breaker' as const, reason: 'it failed' });
  const failing = (more: Partial<EndedRequest>) => toAnswer({ ending: 'refused', error, ...more })?.failure;
  const one = failing({ passedOver: [skipped('go/glm')] });
  assert.deepEqual(one, { model: 'glm', reason: '503', cut: false, retrying: true });
  assert.equal(failing({ passedOver: [skipped('go/glm'), skipped('zen/m')] })?.model, undefined);
  const tried = { ...attempt, model: 'go/glm' };
  assert.equal(failing({ attempts: [tried], passedOver: [skipped('zen/m')] })?.model, undefined);
  assert.equal(failing({ attempts: [tried], passedOver: [skipped('go/glm')] })?.model, 'glm');
});

test('after an invalid request the client only asks again if it acts on the words', () => {
  const invalid = { ...error, status: 400, class: 'client' } as const;
  const attempts = [{ ...attempt, model: 'go/glm', upstreamStatus: 400 }];
  const retrying = (message: string) =>
    toAnswer({ ending: 'refused', error: { ...invalid, message }, attempts })?.failure?.retrying;
  assert.equal(retrying('tools.0: bad'), false);
  assert.equal(retrying('prompt is too long: 9 tokens > 8 maximum'), true);
});

test('a failure without a status says what happened', () => {
  const failing = (more: object): string | undefined =>
    toAnswer({
      ending: 'refused',
      error,
      attempts: [{ ...attempt, model: 'go/glm', outcome: 'failed', ...more }],
    })?.failure?.reason;
  assert.equal(failing({ trouble: 'connect' }), 'no connection');
  assert.equal(failing({ trouble: 'timeout', limit: 'timeout_ms' }), 'no answer in time');
  assert.equal(toAnswer({ ending: 'refused', error, attempts: [] })?.failure?.reason, '503');
  const cut = toAnswer({
    ending: 'cut',
    error,
    attempts: [{ ...attempt, model: 'go/glm', trouble: 'truncated' }],
  });
  assert.deepEqual(cut?.failure, { model: 'glm', reason: 'answer cut off', cut: true, retrying: false });
});
