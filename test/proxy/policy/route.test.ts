/** Which models a request is planned for, in which order and why: scenarios, names, fallbacks and capacity. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { estimateTokens } from '../../../lib/anthropic/estimate.ts';
import type { MessagesRequest } from '../../../lib/anthropic/request.ts';
import type { ModelEntry, Settings } from '../../../lib/config/settings.ts';
import { loadSettings } from '../../../lib/config/load.ts';
import { planRoutes } from '../../../lib/proxy/policy/route.ts';
import { readScenario, type Scenario } from '../../../lib/proxy/policy/scenario.ts';
import { requestedId, tierId, tierOf, tiers } from '../../../lib/proxy/policy/tiers.ts';
import { nameOf } from '../../../lib/proxy/policy/plan.ts';
import { capturedRequests, image, requestOf, result, system, user } from '../../support/requests.ts';
import { modelOf, settingsFor } from '../../support/proxy.ts';
const ocGoCcFile = fileURLToPath(new URL('../../fixtures/seed-config.json', import.meta.url));
const { settings: ocGoCc } = await loadSettings({
  configFile: ocGoCcFile,
  env: { OC_GO_CC_API_KEY: 'sk-key-for-tests' },
  home: '/nonexistent',
});

const facts = { inputTokens: 10, longContextThreshold: 100_000 };
const scenarioOf = (request: MessagesRequest, more = {}) =>
  readScenario(request, { ...facts, ...more }).scenario;

test('every captured request of Claude Code has its scenario', () => {
  const others: Record<string, Scenario> = {
    '03-model-sonnet': 'default',
    '04-model-haiku': 'background',
    '05-model-unknown-custom': 'default',
    '06-model-1m-suffix': 'default',
    '07-model-sonnet-4-5': 'default',
    '12-parallel-tools-image': 'vision',
    '13-image-read': 'vision',
    '16-webfetch-summarise': 'background',
    '19-subagent-haiku': 'background',
    '31-title-generation': 'background',
    '35-count-tokens-tools': 'default',
    '36-automode-classifier-stage1-severity': 'background',
    '37-automode-classifier-stage1-block': 'background',
    '38-automode-classifier-stage2': 'background',
    '39-behavesAs-sonnet-4-5': 'default',
    '40-resume-model-switch': 'default',
  };
  // count_tokens requests are not routed.
  for (const { kind, body } of capturedRequests().filter(({ kind }) => kind !== '34-count-tokens'))
    assert.equal(scenarioOf(body, { inputTokens: estimateTokens(body) }), others[kind] ?? 'complex', kind);
});

const tool = { name: 'Bash', input_schema: { type: 'object' } };
/** More than one, since a single question without tools counts as a summary. */
const turns = [user('one'), user('two')];
const titleFormat = { type: 'json_schema' as const, schema: { type: 'object', properties: { title: {} } } };
const scenarios: [string, Scenario, Partial<MessagesRequest>, object?][] = [
  [
    'more tokens than the threshold, with any model',
    'long_context',
    { model: 'claude-haiku-5' },
    { inputTokens: 100_001 },
  ],
  ['at the threshold', 'default', { model: 'claude-sonnet-5' }, { inputTokens: 100_000 }],
  ['opus', 'complex', { model: 'claude-opus-5' }],
  ['fable', 'complex', { model: 'occ-fable' }],
  ['haiku', 'background', { model: 'occ-haiku' }],
  ['haiku, dated', 'background', { model: 'claude-haiku-5-20261001' }],
  ['sonnet', 'default', { model: 'occ-sonnet' }],
  ['another model with a tier in its name', 'default', { model: 'my-opus-model', tools: [tool] }],
  ['effort high', 'default', { model: 'claude-sonnet-5', output_config: { effort: 'high' } }],
  ['effort xhigh', 'think', { model: 'claude-sonnet-5', output_config: { effort: 'xhigh' } }],
  ['effort max on opus', 'think', { model: 'claude-opus-5', output_config: { effort: 'max' } }],
  ['effort max on haiku', 'background', { model: 'claude-haiku-5', output_config: { effort: 'max' } }],
  [
    'a large budget',
    'think',
    { model: 'claude-opus-5', thinking: { type: 'enabled', budget_tokens: 32_000 } },
  ],
  [
    'a budget below it',
    'complex',
    { model: 'claude-opus-5', thinking: { type: 'enabled', budget_tokens: 31_999 } },
  ],
  [
    'a title by the schema of its answer',
    'background',
    { model: 'claude-opus-5', tools: [], messages: turns, output_config: { format: titleFormat } },
  ],
  [
    'the same in the older field',
    'background',
    { model: 'claude-opus-5', tools: [], messages: turns, output_format: titleFormat },
  ],
  ['a request class', 'background', { model: 'claude-opus-5', tools: [tool] }, { requestClass: 'title' }],
  [
    'an unknown request class',
    'complex',
    { model: 'claude-opus-5', tools: [tool] },
    { requestClass: 'main' },
  ],
  ['an image in the last message', 'vision', { model: 'claude-opus-5', messages: [user('see', image())] }],
  [
    'an image in a tool result',
    'vision',
    { model: 'claude-opus-5', messages: [user(result('t', [image()]))] },
  ],
  [
    'an image in an earlier message',
    'complex',
    { model: 'claude-opus-5', messages: [user(image()), user('and now')] },
  ],
  [
    'an image before a system message',
    'vision',
    { model: 'claude-opus-5', messages: [user(image()), system('x')] },
  ],
];

for (const [name, expected, fields, facts] of scenarios) {
  test(`scenario: ${name} is ${expected}`, () => {
    const request = requestOf([user('hi')], { tools: [tool] });
    assert.equal(scenarioOf({ ...request, ...fields }, facts), expected);
  });
}

test('tiers are recognized by Claude’s ids and by those of occ only', () => {
  for (const tier of tiers) assert.equal(tierOf(tierId(tier)), tier);
  assert.equal(tierOf('claude-Opus-4'), 'opus');
  for (const id of ['opus', 'gpt-opus', 'my-haiku', '']) assert.equal(tierOf(id), undefined);
});

test('prefixes and suffixes that clients add to a model id are removed', () => {
  for (const [requested, id] of [
    ['occ-opus[1m]', 'occ-opus'],
    ['anthropic/opencode-go/glm-5', 'opencode-go/glm-5'],
    ['claude-sonnet-5[1M]', 'claude-sonnet-5'],
    ['plain', 'plain'],
  ] as const)
    assert.equal(requestedId(requested), id);
});

interface Planned {
  models: string[];
  why: string[];
  reason: string;
  passedOver: readonly { model: string; reason: string }[];
}

function plan(
  settings: Settings,
  fields: Partial<MessagesRequest> = {},
  inputTokens = 10,
  requestClass?: string,
): Planned {
  const request = { ...requestOf([user('hi')], { tools: [tool], model: 'claude-sonnet-5' }), ...fields };
  const { candidates, reason, passedOver } = planRoutes({ request, inputTokens, requestClass }, settings);
  return { models: candidates.map(nameOf), why: candidates.map(({ why }) => why), reason, passedOver };
}

test('a configuration of oc-go-cc: more than 80 000 tokens go to minimax-m3 as messages', () => {
  const long = planRoutes(
    { request: requestOf([user('hi')], { model: 'claude-opus-5' }), inputTokens: 80_001 },
    ocGoCc,
  );
  assert.equal(nameOf(long.candidates[0]), 'opencode-go/minimax-m3');
  assert.equal(long.candidates[0]?.route.format, 'messages');
  assert.deepEqual(long.candidates.slice(1).map(nameOf), [
    'opencode-go/deepseek-v4-pro',
    'opencode-go/mimo-v2.5-pro',
  ]);
  assert.equal(plan(ocGoCc, { stream: true }, 80_000).models[0], 'opencode-go/deepseek-v4-flash');
});

test('a configuration of oc-go-cc: streams go to fast for every tier, other requests to their scenario', () => {
  for (const model of [
    'claude-opus-5',
    'claude-sonnet-5',
    'claude-haiku-5',
    'opencode-go-like-id',
    'deepseek-v4-pro',
  ])
    assert.deepEqual(plan(ocGoCc, { model, stream: true }).models, [
      'opencode-go/deepseek-v4-flash',
      'opencode-go/mimo-v2.5',
    ]);
  assert.equal(
    plan(ocGoCc, { model: 'claude-opus-5', stream: false }).models[0],
    'opencode-go/deepseek-v4-pro',
  );
  assert.equal(plan(ocGoCc, { model: 'claude-sonnet-5', stream: false }).models[0], 'opencode-go/mimo-v2.5');
});

test('a configuration of oc-go-cc: a model named in the request takes precedence over both settings', () => {
  const named = plan(ocGoCc, { model: 'anthropic/opencode-go/deepseek-v4-pro', stream: true });
  assert.equal(named.models[0], 'opencode-go/deepseek-v4-pro');
});

const entry = (id: string, more: Partial<ModelEntry> = {}): ModelEntry => modelOf(id, more);
function withModels(change: Partial<Settings>): Settings {
  return { ...settingsFor('http://127.0.0.1:9'), fallbacks: {}, ...change };
}

const named = withModels({
  models: { default: entry('d'), complex: entry('c'), mine: entry('m') },
  modelOverrides: { 'claude-opus-5-exact': entry('override') },
  modelFamilyOverrides: { opus: entry('family'), 'opus-5': entry('longer'), HAIKU: entry('folded') },
});

const names: [string, string, string][] = [
  ['claude-opus-5-exact', 'override', 'an exact override before a family'],
  ['claude-opus-5-exact[1m]', 'override', 'an exact override for an id with a suffix'],
  ['claude-opus-5-other', 'longer', 'the longest family'],
  ['claude-opus-4', 'family', 'a family'],
  ['CLAUDE-HAIKU-1', 'folded', 'a family in another case'],
  ['mine', 'm', 'a key of models'],
  ['anthropic/mine', 'm', 'a key of models with the prefix of the model list'],
  ['emulator/anything', 'anything', 'provider/model'],
  ['emulator/org/deep', 'org/deep', 'provider/model with a slash in it'],
  ['anthropic/emulator/anything', 'anything', 'provider/model with the prefix of the model list'],
  ['unknown/anything', 'd', 'a provider that is not configured'],
  ['claude-sonnet-5', 'd', 'Claude’s own default'],
  ['occ-sonnet', 'd', 'a tier of occ'],
];

for (const [model, expected, name] of names) {
  test(`${name}: ${model} is answered by ${expected}`, () => {
    assert.equal(plan(named, { model }).models[0], `emulator/${expected}`);
  });
}

test('with respectRequestedModel off, keys of models are ignored, but provider/model is not', () => {
  const strict = { ...named, respectRequestedModel: false };
  assert.equal(plan(strict, { model: 'mine' }).models[0], 'emulator/d');
  assert.equal(plan(strict, { model: 'emulator/x' }).models[0], 'emulator/x');
  assert.equal(plan(strict, { model: 'claude-opus-4' }).models[0], 'emulator/family');
});

test('a model requested as provider/model uses its configured entry', () => {
  const settings = withModels({ models: { default: entry('d'), x: entry('m', { max_tokens: 77 }) } });
  const { candidates } = planRoutes(
    { request: requestOf([user('hi')], { model: 'emulator/m' }), inputTokens: 1 },
    settings,
  );
  assert.equal(candidates[0]?.route.maxTokens, 77);
});

test('fallbacks are those of the matching name, else of the model, else of default; then those of the scenario', () => {
  const settings = withModels({
    models: { default: entry('d'), complex: entry('c') },
    modelFamilyOverrides: { opus: entry('f') },
    fallbacks: {
      opus: [entry('by-name')],
      f: [entry('by-model')],
      complex: [entry('by-scenario'), entry('by-name')],
      default: [entry('by-default'), entry('d')],
    },
  });
  const { models, why } = plan(settings, { model: 'claude-opus-5' });
  assert.deepEqual(
    models,
    ['f', 'by-name', 'c', 'by-scenario'].map((id) => `emulator/${id}`),
  );
  assert.deepEqual(why, [
    'model_family_overrides.opus',
    'fallbacks.opus[0]',
    'models.complex',
    'fallbacks.complex[0]',
  ]);
  assert.deepEqual(plan(settings).models, ['emulator/d', 'emulator/by-default'], 'once each');
  const { opus: _, ...rest } = settings.fallbacks;
  assert.equal(
    plan({ ...settings, fallbacks: rest }, { model: 'claude-opus-5' }).models[1],
    'emulator/by-model',
  );
});

test('a scenario that is not configured uses default', () => {
  const settings = withModels({ models: { default: entry('d') } });
  const { models, reason } = plan(settings, { model: 'claude-haiku-5' });
  assert.deepEqual(models, ['emulator/d']);
  assert.match(reason, /background is not configured/);
});

test('models that lack a capability are skipped with a reason, and the others keep their order', () => {
  const settings = withModels({
    models: { default: entry('blind', { vision: false }) },
    fallbacks: {
      default: [
        entry('small', { context_window: 6000 }),
        entry('toolless', { supports_tools: false }),
        entry('fit'),
      ],
    },
  });
  const planned = plan(settings, { messages: [user(image())] }, 5000);
  assert.deepEqual(planned.models, ['emulator/fit']);
  assert.deepEqual(planned.passedOver, [
    { model: 'emulator/blind', reason: 'it takes no images', cause: 'capacity' },
    {
      model: 'emulator/small',
      reason: 'its window of 6000 is too small for about 5000 tokens',
      cause: 'capacity',
      window: 6000,
    },
    { model: 'emulator/toolless', reason: 'it takes no tools', cause: 'capacity' },
  ]);
  assert.equal(plan(settings, {}, 5000).models[0], 'emulator/blind', 'a request without images');
});

test('the requested answer length counts toward the context window', () => {
  const settings = withModels({
    models: { default: entry('small', { context_window: 6000 }), x: entry('x') },
    fallbacks: { default: [entry('big')] },
  });
  assert.equal(plan(settings, { max_tokens: 64 }, 5900).models[0], 'emulator/small');
  assert.equal(plan(settings, { max_tokens: 64_000 }, 5900).models[0], 'emulator/big');
  assert.equal(plan(settings, { max_tokens: 64_000 }, 4976).models[0], 'emulator/small');
});

test('context_margin is kept free', () => {
  const settings = withModels({
    models: { default: entry('tight', { context_window: 10_000, context_margin: 3000 }), x: entry('x') },
    fallbacks: { default: [entry('big')] },
  });
  assert.equal(plan(settings, {}, 5976).models[0], 'emulator/tight');
  const { models, passedOver } = plan(settings, {}, 5977);
  assert.deepEqual(models, ['emulator/big']);
  assert.deepEqual(passedOver, [
    {
      model: 'emulator/tight',
      reason: 'its window of 10000, less a margin of 3000, is too small for about 5977 tokens',
      cause: 'capacity',
      window: 10_000,
    },
  ]);
});

test('if no model is large enough, the one with the largest window is planned, and the reason says so', () => {
  const settings = withModels({
    models: { default: entry('small', { context_window: 1000 }) },
    fallbacks: {
      default: [entry('larger', { context_window: 4000 }), entry('middle', { context_window: 2000 })],
    },
  });
  const { models, why, passedOver } = plan(settings, {}, 5000);
  assert.deepEqual(models, ['emulator/larger']);
  assert.match(why[0] ?? '', /fallbacks\.default\[0\], though its window of 4000/);
  assert.deepEqual(
    passedOver.map(({ model }) => model),
    ['emulator/small', 'emulator/middle'],
  );
});

test('a compaction is not sent to a window that leaves no room for its summary', () => {
  const windowOf = (context_window: number): Settings =>
    withModels({ models: { default: entry('small', { context_window }) }, fallbacks: {} });
  const modelsFor = (window: number, inputTokens: number, requestClass = 'compaction'): string[] =>
    plan(windowOf(window), { max_tokens: 32_000 }, inputTokens, requestClass).models;
  // (32,768 - 4,096) / 1.1 = 26,065
  assert.deepEqual(modelsFor(32_768, 26_065), ['emulator/small']);
  assert.deepEqual(modelsFor(32_768, 26_066), []);
  assert.deepEqual(modelsFor(32_768, 26_066, 'main'), ['emulator/small'], 'other requests are sent');
  assert.deepEqual(modelsFor(8192, 6516), ['emulator/small'], 'an eighth of a smaller window is enough');
  assert.deepEqual(modelsFor(8192, 6517), []);
  assert.deepEqual(modelsFor(100_000, 99_000), ['emulator/small'], 'the client leaves room by itself');
  assert.deepEqual(plan(windowOf(32_768), {}, 30_000, 'compaction').passedOver, [
    {
      model: 'emulator/small',
      reason: 'its window of 32768 leaves no room for a summary of about 30000 tokens',
      cause: 'capacity',
      window: 26_065,
    },
  ]);
});

test('a compaction goes to a fallback with room for its summary', () => {
  const settings = withModels({
    models: { default: entry('small', { context_window: 32_768 }) },
    fallbacks: { default: [entry('big', { context_window: 65_536 })] },
  });
  assert.deepEqual(plan(settings, {}, 30_000, 'compaction').models, ['emulator/big']);
});

test('without configured models the plan is empty, with a reason', () => {
  assert.equal(plan(withModels({ models: {} })).reason, 'no model is configured');
});
