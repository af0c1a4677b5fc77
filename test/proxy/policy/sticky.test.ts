/** A conversation keeps its model within the same tier and request class, unless capacity fails (contract 3). */
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

const ask = (more: Partial<MessagesRequest> = {}, model = 'claude-sonnet-5'): MessagesRequest =>
  requestOf([user('hi')], { model, ...more });
const hard = ask({ output_config: { effort: 'max' } });

/** A conversation: each request is planned with what those before it left to keep. */
function conversation(from: Settings = settings) {
  const kept = new Map<string, string>();
  const known: Known = { learned: () => [], kept: (group) => kept.get(group) };
  return (request: MessagesRequest, inputTokens = 10, requestClass?: string) => {
    const plan = planRoutes({ request, inputTokens, requestClass }, from, known);
    if (plan.keep) kept.set(plan.keep.group, plan.keep.name);
    return { model: plan.candidates[0]?.route.modelId, reason: plan.reason };
  };
}

test('without a conversation each request is for itself', () => {
  assert.equal(
    planRoutes({ request: hard, inputTokens: 10 }, settings).candidates[0]?.route.modelId,
    'think',
  );
});

test('the model stays, whatever the scenario says now, and says so', () => {
  const say = conversation();
  assert.equal(say(ask()).model, 'default');
  const { model, reason } = say(hard);
  assert.equal(model, 'default');
  assert.equal(reason, 'scenario default: the conversation’s, though now think: effort max');
  const began = conversation();
  assert.equal(began(hard).model, 'think');
  assert.equal(began(ask()).model, 'think');
});

test('where every stream is to go to fast, a stream does, whatever the conversation has', () => {
  const say = conversation({
    ...settings,
    models: { ...settings.models, fast: modelOf('fast') },
    enableStreamingScenarioRouting: false,
  });
  assert.equal(say(ask({ stream: false })).model, 'default');
  assert.equal(say(ask({ stream: true })).model, 'fast');
});

test('another tier and another class are others', () => {
  const say = conversation();
  assert.equal(say(ask()).model, 'default');
  assert.equal(say(ask({}, 'claude-opus-5-5')).model, 'complex');
  assert.equal(say(ask({}, 'claude-haiku-5-5')).model, 'background');
  assert.equal(say(ask(), 10, 'title').model, 'background');
  assert.equal(say(hard, 10, 'subagent').model, 'think');
  assert.equal(say(ask()).model, 'default');
});

test('what it cannot take goes where it can be taken, and stays there', () => {
  const say = conversation();
  assert.equal(say(ask()).model, 'default');
  const picture = requestOf([user('look', image())], { model: 'claude-sonnet-5' });
  assert.equal(say(picture).model, 'vision');
  const later = { ...picture, messages: [...picture.messages, user('and now')] };
  assert.equal(say(later).model, 'vision');
});

test('a conversation grows long, and is itself again when it was compacted', () => {
  const say = conversation();
  assert.equal(say(ask(), 10).model, 'default');
  assert.equal(say(ask(), 100_001).model, 'long_context');
  assert.equal(say(ask(), 200_000).model, 'long_context');
  assert.equal(say(hard, 10).model, 'think');
});

test('a model that a person asks for is neither kept nor kept from', () => {
  const say = conversation();
  assert.equal(say(ask()).model, 'default');
  assert.equal(say(ask({}, 'emulator/complex')).model, 'complex');
  assert.equal(say(hard).model, 'default');
});

test('an entry that is no longer configured is not kept', () => {
  const known: Known = { learned: () => [], kept: () => 'fast' };
  const plan = planRoutes({ request: hard, inputTokens: 10 }, settings, known);
  assert.equal(plan.candidates[0]?.route.modelId, 'think');
});

test('a learned window counts as the model’s own', () => {
  const known: Known = {
    learned: (model) => (model === 'emulator/default' ? [{ what: 'window', tokens: 50_000 }] : []),
  };
  const plan = planRoutes(
    { request: ask(), inputTokens: 60_000 },
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
