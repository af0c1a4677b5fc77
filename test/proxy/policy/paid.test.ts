/** `paid_fallback`: which models count as paid, which of them are passed over, and what the error says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessagesRequest } from '../../../lib/anthropic/request.ts';
import { isFree } from '../../../lib/catalog/price.ts';
import type { ModelEntry, Provider, Settings } from '../../../lib/config/settings.ts';
import { isPaidFallback, paidUntil, readPaidFallback } from '../../../lib/paid-fallback.ts';
import type { Tried } from '../../../lib/proxy/policy/failures.ts';
import { asking } from '../../../lib/proxy/policy/paid.ts';
import { nameOf, type Hindrance, type Plan } from '../../../lib/proxy/policy/plan.ts';
import { planRoutes } from '../../../lib/proxy/policy/route.ts';
import { verdict } from '../../../lib/proxy/policy/verdict.ts';
import { provider, settings } from '../../clients/settings.ts';
import { failedWith, refusedWith } from '../../support/candidates.ts';
import { image, requestOf, user } from '../../support/requests.ts';
import { requestBody } from '../../support/proxy.ts';

const now = Date.parse('2026-11-29T20:00:00Z');
const hour = 3_600_000;

test('reads the rules, and a time until which a paid fallback is allowed', () => {
  const noon = Date.parse('2026-11-30T12:00:00Z');
  for (const [given, expected] of [
    ['always', { rule: 'always' }],
    ['Never', { rule: 'never' }],
    [' ask ', { rule: 'ask' }],
    ['until 2026-11-30T12:00Z', { rule: 'always', until: noon }],
    ['until 2026-11-30 12:00:00z', { rule: 'always', until: noon }],
    ['until 2026-11-30T13:00+01:00', { rule: 'always', until: noon }],
    ['until 2026-11-29T20:00Z', { rule: 'ask' }],
    ['until 2020-02-29T00:00Z', { rule: 'ask' }],
  ] as const)
    assert.deepEqual([given, readPaidFallback(given, now)], [given, expected]);
  for (const wrong of [
    '',
    'yes',
    'until',
    'until tomorrow',
    'until 2026-11-30',
    'until 2026-11-30T12:00',
    'until 2026-02-30T12:00Z',
    'until 2026-13-01T12:00Z',
    'until 2026-11-30T25:00Z',
    'ask never',
  ])
    assert.equal(isPaidFallback(wrong), false, wrong);
});

test('the time of an allowance is rounded up to the minute, and can be read again', () => {
  assert.equal(paidUntil(now), 'until 2026-11-29T20:00Z');
  assert.equal(paidUntil(now + 1), 'until 2026-11-29T20:01Z');
  assert.deepEqual(readPaidFallback(paidUntil(now + 1), now), { rule: 'always', until: now + 60_000 });
});

const far = (name: string, more: Partial<Provider> = {}): Provider =>
  provider(name, { endpoints: { chat: `https://${name}.example/v1/chat/completions` }, ...more });
const go = far('opencode-go', {
  endpoints: { chat: 'https://opencode.ai/zen/go/v1/chat/completions' },
});
const entry = (name: string, more: Partial<ModelEntry> = {}): ModelEntry => {
  const [from = '', model_id = ''] = name.split('/');
  return { provider: from, model_id, wire_format: 'chat', context_window: 200_000, ...more };
};

test('a plan, a price of 0, a server on this machine and one without a key cost nothing', () => {
  const free = (name: string, by: Provider, more: Partial<ModelEntry> = {}): boolean =>
    isFree(entry(name, more), by);
  const price = (input: number, output: number) => ({ price: { input, output } });
  assert.equal(free('opencode-go/glm-5.3', go), true);
  const elsewhere = far('opencode-go', { endpoints: { chat: 'https://gateway.example/go' } });
  assert.equal(free('opencode-go/glm-5.3', elsewhere), false, 'without its usage page');
  assert.equal(free('opencode-zen/glm-5.3', far('opencode-zen')), false);
  assert.equal(free('opencode-zen/unheard-of', far('opencode-zen')), false);
  assert.equal(free('x/m', far('x')), false, 'without a known price it may cost money');
  assert.equal(free('x/m', far('x'), price(0, 0)), true);
  assert.equal(free('x/m', far('x'), price(0, 1)), false);
  assert.equal(free('x/m', far('x', { models: { m: price(0, 0) } })), true);
  assert.equal(free('ollama/m', provider('ollama')), true);
  assert.equal(free('gateway/m', provider('gateway'), price(1, 1)), false, 'a gateway with a price');
  assert.equal(
    free(
      'mixed/m',
      provider('mixed', { endpoints: { chat: 'http://127.0.0.1/v1', messages: 'https://x/' } }),
    ),
    false,
  );
  assert.equal(
    free('lan/m', far('lan', { auth: { chat: 'none' } })),
    true,
    'without a key nobody can be billed',
  );
  assert.equal(free('lan/m', far('lan', { auth: { chat: 'none' }, headers: { cookie: 'a=b' } })), false);
  assert.equal(free('none/m', far('none', { endpoints: {} })), false);
});

test('the free models of OpenCode Zen are those with the price 0 in the catalogue', () => {
  const zen = far('opencode-zen');
  const cost = (id: string): boolean => !isFree(entry(`opencode-zen/${id}`), zen);
  assert.deepEqual(['claude-haiku-5-5', 'claude-fable-5', 'big-pickle'].map(cost), [true, true, false]);
});

const configured: Settings = settings({
  models: { default: entry('opencode-go/glm-5.3') },
  fallbacks: {
    default: [entry('opencode-zen/claude-haiku-5-5'), entry('ollama/m'), entry('openrouter/x')],
  },
  providers: {
    'opencode-go': go,
    'opencode-zen': far('opencode-zen'),
    openrouter: far('openrouter'),
    ollama: provider('ollama'),
  },
});

function planned(rule: string, more: Partial<Settings> = {}, request: Partial<MessagesRequest> = {}): Plan {
  const asked = { ...requestBody({ model: 'occ-sonnet' }), ...request } as unknown as MessagesRequest;
  const all: Settings = { ...configured, paidFallback: rule, ...more };
  return planRoutes({ request: asked, inputTokens: 5000 }, all, { learned: () => [], now });
}
const names = ({ candidates }: Plan): string[] => candidates.map(nameOf);
const skipped = ({ passedOver }: Plan): unknown[] =>
  passedOver.map(({ model, cause, reason }) => [model, cause, reason]);

test('always runs fallbacks as configured, which is the default', () => {
  const expected = ['opencode-go/glm-5.3', 'opencode-zen/claude-haiku-5-5', 'ollama/m', 'openrouter/x'];
  assert.deepEqual(names(planned('always')), expected);
  assert.deepEqual(names(planned('until 2026-11-29T20:01Z')), expected);
  assert.deepEqual(planned('always').passedOver, []);
});

test('never and ask pass over what costs money behind what costs none, and say so', () => {
  for (const [given, rule] of [
    ['never', 'never'],
    ['ask', 'ask'],
    ['until 2026-11-29T20:00Z', 'ask'],
  ] as const) {
    const plan = planned(given);
    assert.deepEqual(names(plan), ['opencode-go/glm-5.3', 'ollama/m']);
    const reason = `it costs money, and paid_fallback is "${rule}"`;
    assert.deepEqual(skipped(plan), [
      ['opencode-zen/claude-haiku-5-5', 'paid', reason],
      ['openrouter/x', 'paid', reason],
    ]);
    assert.deepEqual(
      plan.passedOver.map(({ asks }) => asks),
      rule === 'ask' ? [true, true] : [undefined, undefined],
    );
  }
});

test('a paid model that was chosen stays, and so do paid ones behind it', () => {
  const paidFirst = planned('never', {
    models: { default: entry('opencode-zen/claude-fable-5') },
    fallbacks: { default: [entry('openrouter/x'), entry('ollama/m'), entry('openrouter/y')] },
  });
  assert.deepEqual(names(paidFirst), ['opencode-zen/claude-fable-5', 'openrouter/x', 'ollama/m']);
  assert.deepEqual(skipped(paidFirst)[0], [
    'openrouter/y',
    'paid',
    'it costs money, and paid_fallback is "never"',
  ]);
  const asked = planned('never', {}, { model: 'opencode-zen/claude-haiku-5-5' });
  assert.deepEqual(names(asked), ['opencode-zen/claude-haiku-5-5', 'ollama/m', 'opencode-go/glm-5.3']);
  assert.deepEqual(skipped(asked).length, 1, 'the chosen model is not also listed as passed over');
});

test('a free model without room for a request is no reason to pay', () => {
  const seeing = { default: [entry('openrouter/x', { vision: true })] };
  const models = { default: entry('opencode-go/glm-5.3', { vision: false }) };
  const picture = requestOf([user('look', image())], { model: 'occ-sonnet' });
  assert.deepEqual(names(planned('always', { models, fallbacks: seeing }, picture)), ['openrouter/x']);
  const plan = planned('never', { models, fallbacks: seeing }, picture);
  assert.deepEqual(names(plan), ['opencode-go/glm-5.3'], 'the model that may refuse is better than none');
  assert.deepEqual(
    plan.passedOver.map(({ model }) => model),
    ['openrouter/x'],
  );
});

const goSpent = (retryAfterMs?: number): Tried => ({
  candidate: 0,
  key: 0,
  outcome: refusedWith(
    429,
    { type: 'GoUsageLimitError', message: 'Weekly usage limit reached' },
    retryAfterMs,
  ),
});
const only = (rule: string): Plan => planned(rule, { fallbacks: { default: [entry('openrouter/x')] } });
const refusalOf = (plan: Plan, tried: readonly Tried[]) =>
  asking(verdict(plan, tried, 5000), plan, tried, now);

test('ask names the command that allows it until the plan resets', () => {
  const refusal = refusalOf(only('ask'), [goSpent(7 * hour + 1000)]);
  assert.equal(refusal.next, 'occ config set paid_fallback "until 2026-11-30T03:01Z"');
  assert.equal(refusal.permanent, true);
  assert.match(refusal.message, /openrouter\/x: not tried, it costs money, and paid_fallback is "ask"/);
  assert.equal(refusalOf(only('never'), [goSpent(7 * hour)]).next, 'occ usage');
});

test('the allowance ends when the first of several plans resets', () => {
  const plan = only('ask');
  const passed = (waitMs: number) => ({
    model: 'a/b',
    reason: 'r',
    hindrance: { kind: 'quota', spent: 'allowance', reason: 'r', waitMs, resetKnown: true } as const,
  });
  const two = { ...plan, passedOver: [passed(5 * hour), passed(3 * hour), ...plan.passedOver] };
  assert.equal(
    refusalOf(two, [goSpent(4 * hour)]).next,
    'occ config set paid_fallback "until 2026-11-29T23:00Z"',
  );
});

test('ask also asks when the plan is passed over, and for an hour where no reset is known', () => {
  const barred = (more: Partial<Hindrance>): Plan => {
    const plan = only('ask');
    const hindrance: Hindrance = {
      kind: 'quota',
      spent: 'allowance',
      reason: 'r',
      waitMs: 2 * hour,
      ...more,
    };
    const passed = { model: 'opencode-go/glm-5.3', reason: 'r', hindrance };
    return { ...plan, passedOver: [passed, ...plan.passedOver] };
  };
  const command = (plan: Plan, tried: readonly Tried[] = []): string =>
    JSON.stringify(refusalOf(plan, tried).next);
  assert.match(command(barred({ resetKnown: true })), /until 2026-11-29T22:00Z/);
  assert.match(command(barred({ resetKnown: false })), /until 2026-11-29T21:00Z/);
  const down: Tried = { candidate: 0, key: 0, outcome: failedWith('timeout') };
  assert.match(command(only('ask'), [down]), /until 2026-11-29T21:00Z/);
});

test('ask does not replace a better next step', () => {
  const refused = (outcome: Tried['outcome']): Tried => ({ candidate: 0, key: 0, outcome });
  const next = (outcome: Tried['outcome']) => refusalOf(only('ask'), [refused(outcome)]).next;
  assert.equal(next(refusedWith(401, { type: 'AuthError' })), 'occ doctor key');
  assert.equal(next(refusedWith(400, { type: 'invalid_request_error' })), undefined);
});
