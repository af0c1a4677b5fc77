import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allModels, findAtOtherProvider, findModel } from '../../lib/catalog/models.ts';
import { wireFormats } from '../../lib/wire/formats.ts';

function count<T>(values: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

test('the bundled list is complete', () => {
  const models = allModels();
  assert.equal(models.length, 180);
  assert.equal(new Set(models.map(({ provider, id }) => `${provider}/${id}`)).size, 180);
  assert.deepEqual(
    count(models.map(({ provider }) => provider)),
    new Map([
      ['opencode-go', 51],
      ['opencode-zen', 129],
    ]),
  );
  assert.deepEqual(
    count(models.map(({ format }) => format).sort()),
    new Map([
      ['chat', 97],
      ['gemini', 10],
      ['messages', 32],
      ['responses', 41],
    ]),
  );
  assert.deepEqual(
    count(models.map(({ status }) => status)),
    new Map([
      ['active', 117],
      ['unlisted', 19],
      ['retired', 44],
    ]),
  );
});

/** The models that the two providers offered on 2026-11-10. */
const active = {
  'opencode-go': `
beam-free claude-haiku-5-5 deepseek-v4-pro deepseek-v4.1-flash gemini-4-argon glm-5.2 glm-5.3
glm-5.3-flash gpt-5.6-luna gpt-6-luna grok-4.7 hy3 hy4 hy4-preview iceman-contributor-free kimi-k2.7-code
kimi-k3 kimi-k3.1-pro longcat-2.0 longcat-2.5-free mimo-v2.5 mimo-v2.5-pro mimo-v2.6-flash mimo-v2.6-pro
minimax-m3 minimax-m3.1-flash muse-spark-1.2-contributor muse-spark-1.3-contributor qwen3.7-plus
qwen3.8-flash qwen3.8-max step-5-preview
`,
  'opencode-zen': `
beam-free big-pickle claude-fable-5 claude-fable-5-1 claude-fable-5-2 claude-haiku-4-5 claude-haiku-5-5
claude-opus-4-5 claude-opus-4-6 claude-opus-4-7 claude-opus-4-8 claude-opus-5 claude-opus-5-5
claude-sonnet-4-5 claude-sonnet-4-6 claude-sonnet-5 claude-sonnet-5-5 deepseek-v4-pro deepseek-v4.1-flash
deepseek-v4.1-flash-free flint-40b-free gemini-3-flash gemini-3.1-pro gemini-3.5-flash
gemini-3.5-flash-lite gemini-3.6-flash gemini-3.7-flash gemini-3.8-flash gemini-4-argon glm-5 glm-5.1
glm-5.2 glm-5.3 glm-5.3-flash glm-5.3-flash-free gpt-5 gpt-5-codex gpt-5-nano gpt-5.1 gpt-5.1-codex
gpt-5.1-codex-max gpt-5.1-codex-mini gpt-5.2 gpt-5.2-codex gpt-5.3-codex gpt-5.4 gpt-5.4-mini
gpt-5.4-nano gpt-5.4-pro gpt-5.5 gpt-5.5-pro gpt-5.6-luna gpt-5.6-sol gpt-5.6-terra gpt-6-astra
gpt-6-luna gpt-6-sol gpt-6.1-sol grok-4.5 grok-4.6 grok-4.7 grok-build-0.1 iceman-free
inkling-2-small-free kimi-k2.5 kimi-k2.6 kimi-k2.7-code kimi-k3 longcat-2.5-free mimo-v2.6-flash-free
minimax-m2.5 minimax-m2.7 minimax-m3 minimax-m3.1-flash-free mistral-large-4 muse-ember-1.0
muse-spark-1.2 muse-spark-1.3 muse-wonder-1.0 nemotron-3.5-lightning-free nemotron-3.5-super-vl-free
qwen3.5-plus qwen3.6-plus qwen3.8-flash qwen3.8-max
`,
};

test('active models are those that the providers listed', () => {
  for (const [provider, ids] of Object.entries(active)) {
    const found = allModels().filter((model) => model.provider === provider && model.status === 'active');
    assert.deepEqual(found.map(({ id }) => id).sort(), ids.trim().split(/\s+/));
  }
});

test('every line has valid values', () => {
  const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];
  for (const model of allModels()) {
    const { id, name, format, context, output, inputs, price } = model;
    assert.ok(wireFormats.includes(format), id);
    assert.ok(Number.isInteger(context) && context >= 32_000, id);
    assert.ok(Number.isInteger(output) && output >= 1_000 && output <= context, id);
    assert.equal(inputs[0], 'text', id);
    assert.ok(name.length > 1, id);
    for (const amount of Object.values(price)) assert.ok(Number.isFinite(amount) && amount >= 0, id);
    const order = model.efforts.map((effort) => efforts.indexOf(effort));
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
      id,
    );
    assert.ok(!order.includes(-1), id);
    assert.ok(Object.isFrozen(model));
  }
});

test('the same id can have different properties at two providers', () => {
  const [go, zen] = [findModel('opencode-go', 'minimax-m3'), findModel('opencode-zen', 'minimax-m3')];
  assert.deepEqual([go?.format, go?.context], ['messages', 1_000_000]);
  assert.deepEqual([zen?.format, zen?.context], ['chat', 512_000]);
  assert.equal(findModel('opencode-go', 'claude-opus-5'), undefined);
});

test('some entries in full', () => {
  assert.deepEqual(findModel('opencode-go', 'glm-5.3-flash'), {
    provider: 'opencode-go',
    id: 'glm-5.3-flash',
    name: 'GLM-5.3-Flash',
    format: 'chat',
    context: 1_000_000,
    output: 131_072,
    inputs: ['text', 'image', 'pdf', 'video'],
    efforts: ['low', 'high', 'max'],
    toggle: false,
    reasons: true,
    price: { input: 0.15, output: 0.5, cacheRead: 0.03, cacheWrite: 0 },
    status: 'active',
    trains: false,
    officialClientOnly: false,
  });
  assert.deepEqual(findModel('opencode-zen', 'claude-haiku-4-5')?.efforts, []);
  assert.equal(findModel('opencode-go', 'kimi-k2.6')?.status, 'unlisted');
  assert.equal(findModel('opencode-zen', 'kimi-k2')?.reasons, false);
  assert.equal(findModel('opencode-zen', 'KIMI-K3')?.id, 'kimi-k3');
  assert.equal(findModel('opencode-go', 'no-such'), undefined);
});

test('models that train on requests or require the official client are marked', () => {
  const trains = allModels().filter((model) => model.trains);
  assert.deepEqual(trains.map(({ provider, id }) => `${provider}/${id}`).sort(), [
    'opencode-go/iceman-contributor-free',
    'opencode-go/muse-spark-1.2-contributor',
    'opencode-go/muse-spark-1.3-contributor',
    'opencode-zen/muse-spark-1.2-contributor-free',
    'opencode-zen/muse-spark-1.3-contributor-free',
  ]);
  for (const model of allModels()) {
    if (!model.officialClientOnly) continue;
    assert.equal(model.provider, 'opencode-zen');
    assert.equal(model.price.output, 0);
  }
  assert.equal(findModel('opencode-zen', 'big-pickle')?.officialClientOnly, true);
});

test('finds a model at another provider by its bare id', () => {
  assert.equal(findAtOtherProvider('moonshotai/Kimi-K3')?.id, 'kimi-k3');
  assert.equal(findAtOtherProvider('hy3')?.provider, 'opencode-go');
  assert.equal(findAtOtherProvider('llama-9'), undefined);
});
