/** A plan that runs out, as `occ status`, `occ why` and `occ logs` tell it: one story, without a sentence read back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeEntry } from '../../lib/commands/logs/describe.ts';
import { renderStatus } from '../../lib/commands/status/page.ts';
import { explain } from '../../lib/commands/why/explain.ts';
import type { Settings } from '../../lib/config/settings.ts';
import { refuse } from '../../lib/emulator/answer.ts';
import type { JsonObject } from '../../lib/json.ts';
import { brief } from '../../lib/proxy/policy/brief.ts';
import { loadStyle } from '../../lib/terminal/style.ts';
import { modelOf, proxyOver, waitUntil, type ProxyUnderTest } from '../support/proxy.ts';
import { statusOf } from './status-of.ts';

const plain = await loadStyle(0);
const spent = refuse(429, { type: 'GoUsageLimitError', message: 'Weekly limit', retryAfterSeconds: 7200 });
const price = (input: number) => ({ price: { input, output: input } });

function planOver(keys: Partial<Settings>): Promise<ProxyUnderTest> {
  return proxyOver({
    models: [
      modelOf('main', { provider: 'opencode-go', ...price(1) }),
      modelOf('paid', { provider: 'other', ...price(1) }),
      modelOf('small', { provider: 'opencode-go', ...price(0.1) }),
    ],
    emulator: {
      script: () => spent,
      quota: { rolling: 3, weekly: 100, monthly: 40, resetsAt: '2100-01-01T00:00:00Z' },
    },
    change({ providers, ...settings }) {
      const { emulator, other } = providers;
      assert(emulator && other);
      return {
        ...settings,
        ...keys,
        providers: { 'opencode-go': { ...emulator, name: 'opencode-go' }, other },
      };
    },
    watchesQuotas: true,
  });
}

test('status shows the keys that are set, and what they do now', async () => {
  await using over = await planOver({ saveQuotaAt: 80, paidFallback: 'never' });
  await over.send();
  await waitUntil(() => over.proxy.quotas().length > 0, 'the quota');
  const page = renderStatus(await statusOf(over), '/home/me', plain).join('\n');
  assert.match(
    page,
    /key {8}save_quota_at 80 %\n {15}background work goes to opencode-go\/small instead of opencode-go\/main from 80 %/,
  );
  assert.match(page, /key {8}paid_fallback never\n {15}models that cost money do not answer .*: other\/paid/);
  await using usual = await planOver({});
  await usual.send();
  assert.doesNotMatch(
    renderStatus(await statusOf(usual), '/home/me', plain).join('\n'),
    /save_quota_at|paid_fallback/,
  );
});

test('why and the log name the model that was not paid, and the step that helps', async () => {
  for (const [paidFallback, next] of [
    ['ask', /^occ config set paid_fallback "until /],
    ['never', /^occ help routing$/],
  ] as const) {
    await using over = await planOver({ paidFallback });
    await over.send();
    await waitUntil(() => over.proxy.recent.list().length > 0, 'the record');
    const [request] = over.proxy.recent.list();
    assert(request);
    const { steps, next: advice } = explain({ request, source: 'memory', from: 'the proxy' });
    assert.ok(
      steps.includes(`other/paid was not tried: it costs money, and paid_fallback is "${paidFallback}"`),
    );
    assert.match(advice[0]?.[0] ?? '', next);
    assert.doesNotMatch(advice.flat().join('\n'), /correct the configuration/);
    assert.match(brief(request), /limit reached; costs money|costs money; .*limit reached/);
    const kept = over.log.find(({ event }) => event === 'request');
    assert.deepEqual(kept?.['passedOver'], [{ model: 'other/paid', kind: 'paid' }]);
  }
});

test('the log line of a usage page names each window', async () => {
  await using over = await planOver({});
  await over.send();
  await waitUntil(() => over.log.some(({ event }) => event === 'plan'), 'the line');
  const line = over.log.find(({ event }) => event === 'plan') as unknown as JsonObject;
  assert.equal(describeEntry(line).text, 'opencode-go: quota 5 hours 3 %, week 100 %, month 40 % used');
  const unknown = { event: 'plan', provider: 'opencode-go', unknown: 'no answer within 10 s' };
  assert.equal(describeEntry(unknown).text, 'opencode-go: quota unknown (no answer within 10 s)');
});
