/** A conversation keeps its model within one tier and request class, unless the model lacks the capacity. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessagesRequest } from '../../../lib/anthropic/request.ts';
import type { Settings } from '../../../lib/config/settings.ts';
import { planRoutes, type Known } from '../../../lib/proxy/policy/route.ts';
import { modelOf, settingsFor } from '../../support/proxy.ts';
import { image, requestOf, user } from '../../support/requests.ts';

const names = ['default', 'think', 'complex', 'vision', 'background'];
const base = settingsFor('http://127.0.0.1:1', { models: [modelOf('default')] });
const settings: Settings = {
  ...base,
  models: {
    ...Object.fromEntries(names.map((name) => [name, modelOf(name, { vision: name === 'vision' })])),
    long_context: modelOf('long_context', { vision: false }),
  },
};

const requestFor = (more: Partial<MessagesRequest> = {}, model = 'claude-sonnet-5'): MessagesRequest =>
  requestOf([user('hi')], { model, ...more });
const hard = requestFor({ output_config: { effort: 'max' } });

/** Plans the requests of one conversation; each plan uses the models kept by the earlier ones. */
function conversation(from: Settings = settings) {
  const kept = new Map<string, string>();
  const known: Known = { learned: () => [], kept: (group) => kept.get(group) };
  return (request: MessagesRequest, inputTokens = 10, requestClass?: string) => {
    const plan = planRoutes({ request, inputTokens, requestClass }, from, known);
    if (plan.keep) kept.set(plan.keep.group, plan.keep.name);
    return { model: plan.candidates[0]?.route.modelId, reason: plan.reason };
  };
}

test('without a conversation, each request is planned independently', () => {
  assert.equal(
    planRoutes({ request: hard, inputTokens: 10 }, settings).candidates[0]?.route.modelId,
    'think',
  );
});

test('the model stays when the scenario changes, and the reason names both', () => {
  const plan = conversation();
  assert.equal(plan(requestFor()).model, 'default');
  const { model, reason } = plan(hard);
  assert.equal(model, 'default');
  assert.equal(reason, 'scenario default: the conversation’s, though now think: effort max');
  const other = conversation();
  assert.equal(other(hard).model, 'think');
  assert.equal(other(requestFor()).model, 'think');
});

test('with scenario routing off for streams, a stream goes to fast in any conversation', () => {
  const plan = conversation({
    ...settings,
    models: { ...settings.models, fast: modelOf('fast') },
    enableStreamingScenarioRouting: false,
  });
  assert.equal(plan(requestFor({ stream: false })).model, 'default');
  assert.equal(plan(requestFor({ stream: true })).model, 'fast');
});

test('other tiers and other classes have their own models', () => {
  const plan = conversation();
  assert.equal(plan(requestFor()).model, 'default');
  assert.equal(plan(requestFor({}, 'claude-opus-5-5')).model, 'complex');
  assert.equal(plan(requestFor({}, 'claude-haiku-5-5')).model, 'background');
  assert.equal(plan(requestFor(), 10, 'title').model, 'background');
  assert.equal(plan(hard, 10, 'subagent').model, 'think');
  assert.equal(plan(requestFor()).model, 'default');
});

test('a request beyond the model’s capability moves the conversation to another model', () => {
  const plan = conversation();
  assert.equal(plan(requestFor()).model, 'default');
  const picture = requestOf([user('look', image())], { model: 'claude-sonnet-5' });
  assert.equal(plan(picture).model, 'vision');
  const later = { ...picture, messages: [...picture.messages, user('and now')] };
  assert.equal(plan(later).model, 'vision');
});

test('a long conversation moves to long_context, and back after compaction', () => {
  const plan = conversation();
  assert.equal(plan(requestFor(), 10).model, 'default');
  assert.equal(plan(requestFor(), 100_001).model, 'long_context');
  assert.equal(plan(requestFor(), 200_000).model, 'long_context');
  assert.equal(plan(hard, 10).model, 'think');
});

test('a model named in the request is used, and the kept model does not change', () => {
  const plan = conversation();
  assert.equal(plan(requestFor()).model, 'default');
  assert.equal(plan(requestFor({}, 'emulator/complex')).model, 'complex');
  assert.equal(plan(hard).model, 'default');
});

test('an entry that is no longer configured is not used', () => {
  const known: Known = { learned: () => [], kept: () => 'fast' };
  const plan = planRoutes({ request: hard, inputTokens: 10 }, settings, known);
  assert.equal(plan.candidates[0]?.route.modelId, 'think');
});

test('a learned context window replaces the configured one', () => {
  const known: Known = {
    learned: (model) =>
      model === 'emulator/default' ? [{ what: 'change', change: { kind: 'window', tokens: 50_000 } }] : [],
  };
  const plan = planRoutes(
    { request: requestFor(), inputTokens: 60_000 },
    {
      ...settings,
      fallbacks: { default: [modelOf('think')] },
    },
    known,
  );
  assert.deepEqual(
    plan.candidates.map(({ route }) => route.modelId),
    ['think'],
  );
  assert.match(plan.passedOver[0]?.reason ?? '', /its window of 50000 is too small/);
});
