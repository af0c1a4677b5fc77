/** `save_quota_at`: when background work leaves the plan, where it goes, and when it comes back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessagesRequest } from '../../../lib/anthropic/request.ts';
import type { KnownQuota, QuotaWindow } from '../../../lib/catalog/quota.ts';
import type { ModelEntry, Provider, Settings } from '../../../lib/config/settings.ts';
import { nameOf, type Plan } from '../../../lib/proxy/policy/plan.ts';
import { describeQuotaUse, quotaUseOf } from '../../../lib/proxy/policy/quota-use.ts';
import { planRoutes } from '../../../lib/proxy/policy/route.ts';
import { isShare, readShare } from '../../../lib/quota-share.ts';
import { provider, settings } from '../../clients/settings.ts';
import { requestBody } from '../../support/proxy.ts';

const now = Date.parse('2026-11-29T20:00:00Z');
const later = '2026-11-30T00:00:00.000Z';

test('reads a percentage as people write it', () => {
  for (const [given, expected] of [
    [80, 80],
    ['80', 80],
    ['80%', 80],
    [' 80 % ', 80],
    ['62.5 percent', 62.5],
    [100, 100],
    [1, 1],
    ['off', undefined],
  ] as const)
    assert.deepEqual([given, readShare(given)], [given, expected]);
  for (const wrong of ['', '0', '0.8', '101', '-5', 'eighty', '80%%', '1e2', '8 0'])
    assert.equal(isShare(wrong), false, wrong);
  for (const right of ['off', 'OFF', '1', '100%']) assert.equal(isShare(right), true, right);
});

const window = (name: string, percent: number | null, more: Partial<QuotaWindow> = {}): QuotaWindow => ({
  window: name,
  percent,
  spent: (percent ?? 0) >= 100,
  resets_at: later,
  ...more,
});
const page = (percent: number | null, more: Partial<KnownQuota> = {}): KnownQuota => ({
  provider: 'opencode-go',
  at: '2026-11-29T19:55:00.000Z',
  windows: [window('rolling', 3), window('weekly', percent), window('monthly', 40)],
  ...more,
});

const keyed = (count: number): Provider['keys'] =>
  Array.from({ length: count }, () => ({ reveal: () => 'k', toString: () => '•••', toJSON: () => '•••' }));
const go = provider('opencode-go', {
  endpoints: { chat: 'https://opencode.ai/zen/go/v1/chat/completions' },
  keys: keyed(1),
});
const useOf = (quotas: readonly KnownQuota[], model = 'glm-5.3', by: Provider = go, at = now) =>
  quotaUseOf(by, model, quotas, at);

test('the fullest window counts, until it resets', () => {
  assert.deepEqual(useOf([page(85)]), {
    provider: 'opencode-go',
    window: 'weekly',
    percent: 85,
    spent: false,
    resetsAt: Date.parse(later),
  });
  assert.equal(useOf([page(85)], 'glm-5.3', go, Date.parse(later) - 1)?.percent, 85);
  assert.equal(useOf([page(85)], 'glm-5.3', go, Date.parse(later)), undefined);
  const without = page(85, { windows: [window('weekly', 85, { resets_at: null })] });
  assert.equal(useOf([without])?.resetsAt, undefined);
  assert.equal(useOf([page(null, { windows: [window('weekly', null, { spent: true })] })])?.percent, 100);
  assert.equal(useOf([page(null, { windows: [window('weekly', null)] })]), undefined);
  assert.equal(useOf([page(85, { provider: 'other' })]), undefined);
});

test('a model’s own allowance counts for that model alone', () => {
  const own = page(10, { models: [{ model: 'kimi-k3', ...window('monthly', 95) }] });
  assert.equal(useOf([own], 'glm-5.3')?.percent, 40);
  const use = useOf([own], 'kimi-k3');
  assert.equal(use && describeQuotaUse(use), '95 % of the monthly window of opencode-go/kimi-k3');
});

test('of several keys the one with the most left counts, and all must be known', () => {
  const two = { ...go, keys: keyed(2) };
  assert.equal(useOf([page(85, { key: 1 })], 'glm-5.3', two), undefined);
  assert.equal(useOf([page(85, { key: 1 }), page(60, { key: 2 })], 'glm-5.3', two)?.percent, 60);
});

const entry = (name: string, more: Partial<ModelEntry> = {}): ModelEntry => {
  const [from = '', model_id = ''] = name.split('/');
  return { provider: from, model_id, wire_format: 'chat', context_window: 200_000, ...more };
};
const configured: Settings = settings({
  models: {
    default: entry('opencode-go/kimi-k3'),
    background: entry('opencode-go/glm-5.3'),
    fast: entry('opencode-go/glm-5.3-flash'),
  },
  fallbacks: {
    default: [entry('paid/nearly-nothing', { price: { input: 0.001, output: 0.001 } })],
    background: [entry('opencode-go/mimo-v2.5', { context_window: 2000 })],
  },
  providers: {
    'opencode-go': go,
    paid: provider('paid', { endpoints: { chat: 'https://paid.example/v1/chat/completions' } }),
    ollama: provider('ollama'),
  },
  saveQuotaAt: 80,
});

function planned(
  quotas: readonly KnownQuota[],
  more: Partial<Settings> = {},
  model = 'occ-haiku',
  at = now,
): Plan {
  const request = requestBody({ model }) as unknown as MessagesRequest;
  return planRoutes(
    { request, inputTokens: 5000 },
    { ...configured, ...more },
    { learned: () => [], quotas, now: at },
  );
}
const first = (...given: Parameters<typeof planned>): string => nameOf(planned(...given).candidates[0]);

test('from the share on, background work goes to the cheapest able model that costs no money, until the reset', () => {
  assert.equal(first([]), 'opencode-go/glm-5.3');
  assert.equal(first([page(79.9)]), 'opencode-go/glm-5.3');
  const plan = planned([page(80)]);
  assert.equal(
    nameOf(plan.candidates[0]),
    'opencode-go/glm-5.3-flash',
    'mimo-v2.5 has no room, the other costs money',
  );
  assert.equal(plan.reason, 'background work, and 80 % of the weekly window of opencode-go is used');
  assert.equal(plan.spared?.provider, 'opencode-go');
  assert.equal(plan.keep, undefined, 'the conversation does not keep it after the reset');
  assert.equal(nameOf(plan.candidates[1]), 'opencode-go/glm-5.3', 'its usual model comes before fallbacks');
  assert.equal(first([page(80)], {}, 'occ-haiku', Date.parse(later)), 'opencode-go/glm-5.3');
});

test('the usual model comes before any fallback, also where another provider has taken over', () => {
  const fallbacks = {
    background: [entry('paid/nearly-nothing', { price: { input: 0.001, output: 0.001 } })],
  };
  assert.deepEqual(planned([page(85)], { fallbacks }).candidates.map(nameOf), [
    'opencode-go/glm-5.3-flash',
    'opencode-go/glm-5.3',
    'paid/nearly-nothing',
  ]);
});

test('a provider without its key is not chosen, unless a command prints it', () => {
  const fallbacks = { default: [entry('ollama/small')] };
  const chosen = (more: Partial<Provider>): string => {
    const providers = {
      ...configured.providers,
      ollama: provider('ollama', { missingKey: 'no key', ...more }),
    };
    return first([page(90)], { fallbacks, providers });
  };
  assert.equal(chosen({}), 'opencode-go/glm-5.3-flash');
  assert.equal(chosen({ keyCommandNotRun: true }), 'ollama/small');
  assert.equal(chosen({ withKey: () => Promise.resolve(go) }), 'ollama/small');
});

test('it is off unless set, and concerns nothing but background work', () => {
  assert.deepEqual(planned([page(99)], { saveQuotaAt: 'off' }), planned([], { saveQuotaAt: 'off' }));
  for (const model of ['occ-sonnet', 'occ-opus', 'opencode-go/glm-5.3'])
    assert.deepEqual(planned([page(99)], {}, model), planned([], {}, model), model);
});

test('a local model is the cheapest, also without a price', () => {
  const fallbacks = { default: [entry('ollama/small')] };
  assert.equal(first([page(90)], { fallbacks }), 'ollama/small');
});

test('background work that uses no plan, or the cheapest model already, stays where it is', () => {
  const { models } = configured;
  const local = { models: { ...models, background: entry('ollama/small') } };
  assert.deepEqual(planned([page(90)], local), planned([], local));
  const cheapest = { models: { ...models, background: entry('opencode-go/glm-5.3-flash') } };
  assert.deepEqual(planned([page(90)], cheapest), planned([], cheapest));
});

test('a model whose own allowance is used as far is not chosen, and none is when the plan is spent', () => {
  const models = [{ model: 'glm-5.3-flash', ...window('monthly', 82) }];
  assert.equal(first([page(90, { models })]), 'opencode-go/glm-5.3');
  assert.equal(first([page(100)]), 'opencode-go/glm-5.3', 'its fallbacks decide');
  const fallbacks = { default: [entry('ollama/small')] };
  assert.equal(first([page(100)], { fallbacks }), 'ollama/small');
});

test('the own allowance of the usual model is a reason, too', () => {
  const plan = planned([page(5, { models: [{ model: 'glm-5.3', ...window('monthly', 88) }] })]);
  assert.equal(nameOf(plan.candidates[0]), 'opencode-go/glm-5.3-flash');
  assert.match(plan.reason, /88 % of the monthly window of opencode-go\/glm-5\.3 is used/);
});
