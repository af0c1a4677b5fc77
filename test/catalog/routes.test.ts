import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allModels } from '../../lib/catalog/models.ts';
import { defaultLimits, toRoute } from '../../lib/catalog/routes.ts';
import { endpointsBelow } from '../../lib/config/providers/endpoints.ts';
import type { Provider } from '../../lib/config/settings.ts';
import { OccError } from '../../lib/errors.ts';
import { defaultQuirks } from '../../lib/wire/quirks.ts';

const auth: Provider['auth'] = {
  chat: 'bearer',
  messages: 'x-api-key',
  responses: 'bearer',
  gemini: 'x-goog-api-key',
};
const go: Provider = {
  name: 'opencode-go',
  endpoints: endpointsBelow('https://opencode.ai/zen/go/v1', 'legacy'),
  auth,
  keys: [],
  headers: {},
  defaultFormat: 'chat',
  timeouts: { headersMs: 1, firstEventMs: 1, idleMs: 1 },
};
const zen: Provider = { ...go, name: 'opencode-zen' };
const lab: Provider = {
  ...go,
  name: 'lab',
  endpoints: { chat: 'https://lab.example/v1/chat/completions' },
  headers: { 'X-Team': 'blue' },
};
const local: Provider = { ...lab, endpoints: { chat: 'http://127.0.0.1:11434/v1/chat/completions' } };

test('every bundled model has a route in its format', () => {
  for (const model of allModels()) {
    const provider = model.provider === 'opencode-go' ? go : zen;
    const route = toRoute({ provider: model.provider, model_id: model.id }, provider);
    assert.equal(route.format, model.format, model.id);
    assert.equal(route.endpoint, provider.endpoints[model.format]);
    assert.equal(route.auth, auth[model.format]);
    assert.equal(route.contextWindow, model.context);
    assert.equal(route.maxOutputTokens, model.output);
    assert.equal(route.images, model.inputs.includes('image'));
    assert.equal(route.documents, model.inputs.includes('pdf'));
    assert.deepEqual(Object.keys(route.quirks).sort(), Object.keys(defaultQuirks).sort());
  }
});

test('a model of no family gets the thinking of its format, by whether it has levels of effort or only a switch', () => {
  const thinking = (model_id: string): object =>
    Object.fromEntries(
      (['chat', 'messages', 'responses', 'gemini'] as const).map((wire_format) => [
        wire_format,
        toRoute({ provider: 'opencode-zen', model_id, wire_format }, zen).quirks.thinking,
      ]),
    );
  const onlySwitch = { chat: 'type', messages: 'adaptive', responses: 'configured', gemini: 'configured' };
  assert.deepEqual(thinking('ling-3.0-flash-fin-free'), onlySwitch);
  const levels = { chat: 'effort', messages: 'adaptive', responses: 'effort', gemini: 'effort' };
  assert.deepEqual(thinking('laguna-s-2.1-free'), levels);
});

test('the thinking quirk of every bundled model fits its format and efforts', () => {
  for (const model of allModels()) {
    const provider = model.provider === 'opencode-go' ? go : zen;
    const { quirks, efforts } = toRoute({ provider: model.provider, model_id: model.id }, provider);
    const at = `${model.provider}/${model.id}: ${quirks.thinking}`;
    if (!model.reasons) assert.deepEqual([quirks.thinking, efforts], ['none', []], at);
    if (quirks.thinking === 'effort') assert.ok(efforts.length > 0, at);
    if (['claude', 'adaptive', 'budget'].includes(quirks.thinking))
      assert.equal(model.format, 'messages', at);
    if (['type', 'type_and_effort'].includes(quirks.thinking)) assert.equal(model.format, 'chat', at);
  }
});

test('configured fields take precedence over the catalogue', () => {
  const route = toRoute(
    {
      provider: 'opencode-go',
      model_id: 'deepseek-v4-pro',
      wire_format: 'messages',
      context_window: 5000,
      max_output_tokens: 600,
      supports_tools: false,
      vision: true,
      quirks: { schema: 'full', toolIdMax: 12 },
    },
    go,
  );
  assert.deepEqual(
    [
      route.format,
      route.endpoint,
      route.auth,
      route.contextWindow,
      route.maxOutputTokens,
      route.tools,
      route.images,
    ],
    ['messages', 'https://opencode.ai/zen/go/v1/messages', 'x-api-key', 5000, 600, false, true],
  );
  assert.equal(route.quirks.schema, 'full');
  assert.equal(route.quirks.toolIdMax, 12);
  const blind = toRoute({ provider: 'opencode-go', model_id: 'minimax-m3', vision: false }, go);
  assert.equal(blind.images, false);
});

test('unconfigured request fields are absent', () => {
  const route = toRoute({ provider: 'opencode-go', model_id: 'kimi-k3' }, go);
  for (const field of ['temperature', 'maxTokens', 'reasoningEffort', 'thinking'])
    assert.ok(!(field in route), field);
  const asked = toRoute({ provider: 'opencode-go', model_id: 'kimi-k3', temperature: 0, max_tokens: 9 }, go);
  assert.deepEqual([asked.temperature, asked.maxTokens], [0, 9]);
});

test('unknown models get default limits', () => {
  const route = toRoute({ provider: 'lab', model_id: 'llama-9' }, lab);
  assert.deepEqual(
    [route.contextWindow, route.maxOutputTokens, route.images, route.documents, route.tools, route.efforts],
    [defaultLimits.contextWindow, defaultLimits.maxOutputTokens, false, false, true, []],
  );
  assert.deepEqual([defaultLimits.contextWindow, defaultLimits.maxOutputTokens], [128_000, 32_000]);
  assert.deepEqual(route.quirks, defaultQuirks);
  assert.deepEqual(route.headers, { 'X-Team': 'blue' });
  const future = toRoute({ provider: 'opencode-zen', model_id: 'gpt-7' }, zen);
  assert.equal(future.format, 'responses');
});

test('a known model at another provider keeps limits and quirks; on a local server only the quirks', () => {
  const there = toRoute({ provider: 'lab', model_id: 'minimax/MiniMax-M3' }, lab);
  assert.deepEqual([there.format, there.contextWindow, there.images], ['chat', 512_000, true]);
  assert.equal(there.modelId, 'minimax/MiniMax-M3');
  assert.equal(there.quirks.inlineThink, true);
  const here = toRoute({ provider: 'lab', model_id: 'deepseek-v4-pro' }, local);
  assert.equal(here.contextWindow, defaultLimits.contextWindow);
  assert.equal(here.quirks.replayReasoning, 'always');
});

test('a known model with another name for its provider keeps limits and inputs', () => {
  const bedrock = toRoute({ provider: 'lab', model_id: 'us.anthropic.claude-sonnet-4-6-v1:0' }, lab);
  const bare = toRoute({ provider: 'lab', model_id: 'claude-sonnet-4-6' }, lab);
  assert.deepEqual({ ...bedrock, modelId: '' }, { ...bare, modelId: '' });
  assert.ok(bedrock.images && bedrock.contextWindow > defaultLimits.contextWindow);
  assert.equal(bedrock.modelId, 'us.anthropic.claude-sonnet-4-6-v1:0');
});

test('a configured family stands in for the id', () => {
  const named = toRoute({ provider: 'lab', model_id: 'prod-7', family: 'mistral' }, lab);
  assert.deepEqual([named.modelId, named.quirks.userAfterTool, named.quirks.toolIdMax], ['prod-7', false, 9]);
  const limits = toRoute({ provider: 'lab', model_id: 'prod-7', family: 'claude-sonnet-4-6' }, lab);
  assert.equal(limits.images, true);
  const declared = toRoute(
    { provider: 'lab', model_id: 'prod-7' },
    { ...lab, models: { 'prod-7': { family: 'kimi' } } },
  );
  assert.equal(declared.quirks.schema, 'moonshot');
  const none = toRoute({ provider: 'lab', model_id: 'qwen3-8b', family: 'none' }, lab);
  assert.deepEqual(none.quirks, defaultQuirks);
});

test('GPT at OpenAI uses responses if the provider has an endpoint for it', () => {
  const chat = 'https://api.openai.com/v1/chat/completions';
  const responses = 'https://api.openai.com/v1/responses';
  const entry = { provider: 'mine', model_id: 'gpt-5.6-terra' };
  const openAi = { ...lab, name: 'mine', endpoints: { chat, responses } };
  assert.equal(toRoute(entry, openAi).format, 'responses');
  const onlyChat = toRoute(entry, { ...openAi, endpoints: { chat } });
  assert.deepEqual([onlyChat.format, onlyChat.quirks.effortWithTools], ['chat', 'none']);
  assert.equal(toRoute({ ...entry, wire_format: 'chat' }, openAi).format, 'chat');
});

test('the id is sent as the list spells it', () => {
  assert.equal(toRoute({ provider: 'opencode-go', model_id: 'Kimi-K3' }, go).modelId, 'kimi-k3');
});

test('models of the provider take precedence over the catalogue, entries over both', () => {
  const models = {
    big: { context_window: 9000, vision: true, temperature: 0.5, quirks: { inlineThink: true } },
  };
  const route = toRoute({ provider: 'lab', model_id: 'big', context_window: 8000 }, { ...lab, models });
  assert.deepEqual([route.contextWindow, route.images, route.temperature], [8000, true, 0.5]);
  assert.equal(route.quirks.inlineThink, true);
});

test('quirks of the entry take precedence over the provider’s, those over the family’s', () => {
  const models = {
    'deepseek-v9': { quirks: { toolIdMax: 20, schema: 'full', replayReasoning: 'never' } },
  } as const;
  const entry = { provider: 'lab', model_id: 'deepseek-v9', quirks: { toolIdMax: 10 } };
  const { quirks } = toRoute(entry, { ...lab, models });
  assert.deepEqual([quirks.toolIdMax, quirks.schema, quirks.replayReasoning], [10, 'full', 'never']);
  assert.equal(quirks.forcedToolChoice, false);
});

test('a configured format without an endpoint is an error that lists the available ones', () => {
  const entry = { provider: 'lab', model_id: 'x', wire_format: 'gemini' } as const;
  assert.throws(
    () => toRoute(entry, lab),
    (error: unknown) => {
      assert.ok(error instanceof OccError);
      assert.equal(error.code, 'no_endpoint');
      assert.equal(error.exitCode, 78);
      assert.match(error.message, /lab\/x: lab has no endpoint for gemini, only for chat/);
      return true;
    },
  );
  assert.throws(
    () => toRoute({ provider: 'lab', model_id: 'x' }, { ...lab, endpoints: {} }),
    /any wire format/,
  );
});

test('an id that would change the path of the URL is an error where the id is in the path', () => {
  const both = { ...lab, endpoints: { ...lab.endpoints, gemini: 'https://lab.example/v1beta/models' } };
  for (const model_id of ['a/../../admin', '..', './a', 'a/.', 'a\\..\\b']) {
    assert.throws(
      () => toRoute({ provider: 'lab', model_id, wire_format: 'gemini' }, both),
      (error: unknown) =>
        error instanceof OccError && error.code === 'model_id_invalid' && error.exitCode === 78,
    );
    // Local servers name models by the path of a file; the other formats have the id in the body.
    assert.equal(toRoute({ provider: 'lab', model_id }, both).modelId, model_id);
  }
  const dotted = { provider: 'lab', model_id: 'gemini-3.1/..a', wire_format: 'gemini' } as const;
  assert.equal(toRoute(dotted, both).format, 'gemini');
});

test('the format of the catalogue is not used without an endpoint', () => {
  const only = { ...go, endpoints: { chat: 'https://gate.example/v1/chat/completions' } };
  assert.equal(toRoute({ provider: 'opencode-go', model_id: 'minimax-m3' }, only).format, 'chat');
  const messages = { ...go, endpoints: { messages: 'https://gate.example/v1/messages' } };
  assert.equal(toRoute({ provider: 'opencode-go', model_id: 'kimi-k3' }, messages).format, 'messages');
});
