/** The rules in words say what the plans do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KnownQuota } from '../../../lib/catalog/quota.ts';
import type { ModelEntry, Settings } from '../../../lib/config/settings.ts';
import { rulesInWords } from '../../../lib/proxy/policy/rules.ts';
import { provider, settings } from '../../clients/settings.ts';

const now = Date.parse('2026-11-29T20:00:00Z');
const entry = (name: string): ModelEntry => {
  const [from = '', model_id = ''] = name.split('/');
  return { provider: from, model_id, wire_format: 'chat', context_window: 200_000 };
};
const far = (name: string) =>
  provider(name, { endpoints: { chat: `https://${name}.example/api/chat/completions` } });
const base: Settings = settings({
  models: { default: entry('opencode-go/glm-5.3'), fast: entry('opencode-go/glm-5.3-flash') },
  fallbacks: {},
  providers: {
    'opencode-go': provider('opencode-go', {
      endpoints: { chat: 'https://opencode.ai/zen/go/v1/chat/completions' },
    }),
    paid: far('paid'),
    near: provider('near'),
  },
});
const used = (percent: number): KnownQuota[] => [
  {
    provider: 'opencode-go',
    at: '',
    windows: [{ window: 'weekly', percent, spent: percent >= 100, resets_at: '2026-11-30T00:00:00.000Z' }],
  },
];
const texts = (more: Partial<Settings>, quotas: readonly KnownQuota[] = []): string[] =>
  rulesInWords({ ...base, ...more }, quotas, now).map(({ key, value, text }) => `${key} ${value}: ${text}`);

test('the rule of the share says where background work goes, and when', () => {
  const flash = 'background work goes to opencode-go/glm-5.3-flash instead of opencode-go/glm-5.3';
  assert.deepEqual(texts({}), [
    'save_quota_at off: background work stays on opencode-go/glm-5.3, however much of opencode-go is used',
  ]);
  assert.deepEqual(texts({ saveQuotaAt: 80 }, used(79)), [
    `save_quota_at 80 %: ${flash} from 80 % of a window of opencode-go on, until it resets`,
  ]);
  assert.deepEqual(texts({ saveQuotaAt: 80 }, used(85)), [
    `save_quota_at 80 %: ${flash}, since 85 % of the weekly window of opencode-go is used`,
  ]);
  const [active] = rulesInWords({ ...base, saveQuotaAt: 80 }, used(85), now);
  assert.deepEqual([active?.active, active?.until], [true, Date.parse('2026-11-30T00:00:00Z')]);
  assert.equal(rulesInWords({ ...base, saveQuotaAt: 80 }, used(85), active?.until ?? 0)[0]?.active, false);
});

test('a share without effect is said to have none', () => {
  const { default: first } = base.models;
  assert(first);
  assert.deepEqual(texts({ saveQuotaAt: 80, models: { default: first } }), [
    'save_quota_at 80 %: background work stays on opencode-go/glm-5.3: no configured model that costs no money is cheaper',
  ]);
  const local = { models: { default: entry('near/m') } };
  assert.deepEqual(texts({ ...local, saveQuotaAt: 80 }), [
    'save_quota_at 80 %: no effect: near/m uses no plan',
  ]);
  assert.deepEqual(texts(local), []);
  assert.deepEqual(texts({ models: {}, saveQuotaAt: 80 }), [
    'save_quota_at 80 %: no effect: no model takes background work',
  ]);
});

test('the rule of paid fallbacks names them, and says nothing where there are none', () => {
  const models = { default: entry('near/m') };
  const paid = (count: number) => ({
    models,
    fallbacks: { default: Array.from({ length: count }, (_, i) => entry(`paid/${i}`)) },
  });
  const does = (value: string, more: Partial<Settings>) => texts({ ...more, paidFallback: value });
  assert.deepEqual(does('always', paid(1)), [
    'paid_fallback always: models that cost money may answer in place of those that cost none: paid/0',
  ]);
  assert.deepEqual(does('never', paid(5)), [
    'paid_fallback never: models that cost money do not answer in place of those that cost none: paid/0, paid/1, paid/2 and 2 more',
  ]);
  assert.match(
    does('ask', paid(1))[0] ?? '',
    /^paid_fallback ask: .* the error has the command that allows it: paid\/0$/,
  );
  assert.match(does('until 2026-11-29T20:00Z', paid(1))[0] ?? '', /^paid_fallback ask:/);
  const until = { ...base, ...paid(1), paidFallback: 'until 2026-11-29T21:00Z' };
  assert.equal(rulesInWords(until, [], now)[0]?.until, Date.parse('2026-11-29T21:00Z'));
  assert.deepEqual(does('always', { models }), []);
  assert.deepEqual(does('never', { models }), ['paid_fallback never: no effect: no fallback costs money']);
  assert.deepEqual(
    does('never', { models: { default: entry('paid/0') }, fallbacks: { default: [entry('paid/1')] } }),
    ['paid_fallback never: no effect: no fallback costs money'],
  );
});
