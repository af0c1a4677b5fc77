import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBudgetAmount, readBudgetAmount } from '../../../lib/budget-amount.ts';
import type { ModelEntry, Settings } from '../../../lib/config/settings.ts';
import {
  budgetSentence,
  describeSpent,
  describeUse,
  raiseCommand,
  stageOf,
  type BudgetUse,
} from '../../../lib/proxy/policy/budget.ts';
import { planRoutes } from '../../../lib/proxy/policy/route.ts';
import { nameOf } from '../../../lib/proxy/policy/plan.ts';
import { verdict } from '../../../lib/proxy/policy/verdict.ts';
import { provider, settings } from '../../clients/settings.ts';
import { requestBody } from '../../support/proxy.ts';
import type { MessagesRequest } from '../../../lib/anthropic/request.ts';

test('reads amounts as people write them', () => {
  const dollars = (amount: number) => ({ unit: 'dollars', amount });
  const tokens = (amount: number) => ({ unit: 'tokens', amount });
  for (const [given, expected] of [
    [5, dollars(5)],
    ['5', dollars(5)],
    ['$2.50', dollars(2.5)],
    ['10 dollars', dollars(10)],
    ['10 USD', dollars(10)],
    ['5M tokens', tokens(5e6)],
    ['500k tokens', tokens(5e5)],
    ['1.5 B tokens', tokens(1.5e9)],
    ['1000 tokens', tokens(1000)],
    ['off', undefined],
    ['OFF', undefined],
  ] as const)
    assert.deepEqual([given, readBudgetAmount(given)], [given, expected]);
  for (const wrong of [
    '',
    '5M',
    'five',
    '-5',
    '0',
    '0 tokens',
    '5 euros',
    '$5M',
    '5 tokens a day',
    '1e3',
    'Infinity',
  ])
    assert.equal(isBudgetAmount(wrong), false, wrong);
});

const use = (share: number, more: Partial<BudgetUse> = {}): BudgetUse => ({
  period: 'day',
  unit: 'dollars',
  amount: 5,
  used: 5 * share,
  resetsInMs: 3_600_000,
  ...more,
});

test('the stages begin at 80, 90 and 100 %', () => {
  const stages = [0, 0.7999, 0.8, 0.8999, 0.9, 0.9999, 1, 7].map((share) => stageOf(use(share)));
  assert.deepEqual(stages, [undefined, undefined, 'warn', 'warn', 'save', 'save', 'spent', 'spent']);
});

test('the words name the sum, the limit, the reset and the command that raises it', () => {
  assert.equal(describeUse(use(0.82)), '$4.10 of $5 a day (82 %)');
  assert.equal(describeUse(use(0.9999)), '$5.00 of $5 a day (99 %)');
  const month = use(1, { period: 'month', unit: 'tokens', amount: 5e6, used: 5_125_000 });
  assert.equal(
    describeSpent(month),
    'the budget is used up: 5.13M tokens of 5M tokens a month (102 %). It begins again in 1 h',
  );
  assert.equal(raiseCommand(use(1)), 'occ config set budget.day 10');
  assert.equal(raiseCommand(month), 'occ config set budget.month "10M tokens"');
  assert.match(budgetSentence(use(0.95)), /background work goes to the cheapest model/);
});

const entry = (id: string, input: number | undefined, more: Partial<ModelEntry> = {}): ModelEntry => ({
  provider: 'paid',
  model_id: id,
  wire_format: 'chat',
  context_window: 200_000,
  ...(input !== undefined && { price: { input, output: input * 4 } }),
  ...more,
});

const priced: Settings = settings({
  models: {
    default: entry('main', 3),
    background: entry('small', 1),
    complex: entry('unpriced', undefined),
    fast: entry('tiny', 0.1, { context_window: 2000 }),
  },
  fallbacks: { default: [entry('cheap', 0.2), entry('local', 0)], background: [entry('main', 3)] },
  providers: { paid: provider('paid', { endpoints: { chat: 'https://paid.example/v1/chat/completions' } }) },
});

function planned(model: string, budgets: readonly BudgetUse[], more: Settings = priced) {
  const request = { ...requestBody({ model }) } as unknown as MessagesRequest;
  return planRoutes({ request, inputTokens: 5000 }, more, { learned: () => [], budgets });
}
const models = (model: string, budgets: readonly BudgetUse[], more?: Settings): string[] =>
  planned(model, budgets, more).candidates.map(nameOf);

test('below 90 % a budget changes no plan', () => {
  for (const share of [0.1, 0.8, 0.89])
    for (const model of ['occ-haiku', 'occ-sonnet', 'occ-opus'])
      assert.deepEqual(planned(model, [use(share)]), planned(model, []));
});

test('from 90 % on, background work goes to the cheapest configured model that can take it, and nothing else does', () => {
  const free = { ...priced, fallbacks: { default: [entry('cheap', 0.2)], background: [entry('main', 3)] } };
  const plan = planned('occ-haiku', [use(0.9)], free);
  assert.equal(nameOf(plan.candidates[0]), 'paid/cheap', 'tiny has no room for it');
  assert.match(plan.reason, /\$4\.50 of \$5 a day \(90 %\)/);
  assert.equal(plan.keep, undefined, 'the conversation does not keep it after the reset');
  assert.ok(plan.candidates.map(nameOf).includes('paid/small'), 'its usual model stays a fallback');
  assert.deepEqual(models('occ-sonnet', [use(0.95)]), models('occ-sonnet', []));
  assert.equal(models('paid/main', [use(0.95)])[0], 'paid/main', 'a model that was asked for stays');
});

test('from 100 % on, a budget in dollars leaves only models that cost nothing', () => {
  const plan = planned('occ-sonnet', [use(1)]);
  assert.deepEqual(plan.candidates.map(nameOf), ['paid/local']);
  assert.deepEqual(
    plan.passedOver.map(({ model, cause }) => [model, cause]),
    [
      ['paid/main', 'budget'],
      ['paid/cheap', 'budget'],
    ],
  );
  assert.deepEqual(models('occ-opus', [use(1)]), ['paid/local'], 'without a known price it may cost money');
});

test('a model that a plan pays stays, and a budget in tokens leaves nothing', () => {
  const go = provider('opencode-go', {
    endpoints: { chat: 'https://opencode.ai/zen/go/v1/chat/completions' },
  });
  const planPaid = {
    ...priced,
    models: { default: entry('glm-5.3', undefined, { provider: 'opencode-go' }) },
    fallbacks: {},
    providers: { 'opencode-go': go },
  };
  assert.deepEqual(models('occ-sonnet', [use(2)], planPaid), ['opencode-go/glm-5.3']);
  assert.deepEqual(models('occ-sonnet', [use(1, { unit: 'tokens', amount: 100, used: 100 })], planPaid), []);
});

test('without a model that is left, the client is refused for good, with the sum, the reset and the command', () => {
  const spent = use(1.2, { unit: 'tokens', amount: 1e6, used: 1.2e6 });
  const refusal = verdict(planned('occ-sonnet', [use(0.5, { period: 'month' }), spent]), [], 5000);
  assert.deepEqual(refusal, {
    status: 402,
    type: 'billing_error',
    message: 'the budget is used up: 1.2M tokens of 1M tokens a day (120 %). It begins again in 1 h',
    permanent: true,
    next: 'occ config set budget.day "2M tokens"',
  });
});
