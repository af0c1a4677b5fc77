import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { toRoute } from '../../lib/catalog/routes.ts';
import type { ModelEntry } from '../../lib/config/settings.ts';
import { loadSettings, type LoadedSettings } from '../../lib/config/load.ts';
import type { Route } from '../../lib/wire/codec.ts';

const seed = fileURLToPath(new URL('../fixtures/seed-config.json', import.meta.url));

async function loadSeed(env: Record<string, string>): Promise<LoadedSettings> {
  return await loadSettings({ configFile: seed, env, home: '/nowhere' });
}

function route({ settings }: LoadedSettings, entry: ModelEntry | undefined): Route {
  assert.ok(entry);
  const provider = settings.providers[entry.provider];
  assert.ok(provider);
  return toRoute(entry, provider);
}

test('the seed configuration loads verbatim, with nothing said but about scenario routing', async () => {
  const { settings } = await loadSeed({ OC_GO_CC_API_KEY: 'sk-seed' });
  assert.deepEqual(
    settings.warnings.map(({ path }) => path),
    ['enable_streaming_scenario_routing'],
  );
  assert.equal(settings.respectRequestedModel, false);
  assert.equal(settings.enableStreamingScenarioRouting, false);
  assert.equal(settings.logging.requests, false);
  assert.equal(settings.providers['opencode-go']?.keys[0]?.reveal(), 'sk-seed');
  assert.deepEqual(Object.keys(settings.models).sort(), [
    'background',
    'complex',
    'default',
    'fast',
    'long_context',
    'think',
  ]);
  assert.equal(settings.fallbacks['default']?.length, 2);
});

test('the seed configuration loads without its key, which is then missing by name', async () => {
  const { settings } = await loadSeed({});
  const provider = settings.providers['opencode-go'];
  assert.deepEqual(provider?.keys, []);
  assert.match(provider?.missingKey ?? '', /OC_GO_CC_API_KEY/);
  assert.ok(settings.keyVariables.includes('OC_GO_CC_API_KEY'));
});

test('minimax-m3 of the seed speaks messages with x-api-key', async () => {
  const loaded = await loadSeed({});
  const { endpoint, auth, format, ...rest } = route(loaded, loaded.settings.models['long_context']);
  assert.equal(format, 'messages');
  assert.equal(endpoint, 'https://opencode.ai/zen/go/v1/messages');
  assert.equal(auth, 'x-api-key');
  assert.equal(rest.maxTokens, 16384);
  assert.equal(rest.temperature, 0.3);
  assert.equal(rest.reasoningEffort, 'high');
  assert.deepEqual(rest.thinking, { type: 'enabled' });
  assert.equal(rest.contextWindow, 1_000_000);
  assert.equal(rest.quirks.strictBody, true);
  assert.equal(rest.quirks.unsignedThinking, true);
  assert.equal(rest.quirks.thinking, 'adaptive');
});

test('mimo-v2.5 of the seed speaks chat with a bearer', async () => {
  const loaded = await loadSeed({});
  const { endpoint, auth, format, images } = route(loaded, loaded.settings.models['default']);
  assert.equal(format, 'chat');
  assert.equal(endpoint, 'https://opencode.ai/zen/go/v1/chat/completions');
  assert.equal(auth, 'bearer');
  assert.equal(images, true);
});

test('deepseek-v4-flash of the seed, though gone, is still asked the way DeepSeek wants', async () => {
  const loaded = await loadSeed({});
  const { format, quirks, modelId } = route(loaded, loaded.settings.models['background']);
  assert.equal(modelId, 'deepseek-v4-flash');
  assert.equal(format, 'chat');
  assert.equal(quirks.thinking, 'type_and_effort');
  assert.equal(quirks.replayReasoning, 'always');
  assert.equal(quirks.forcedToolChoice, false);
});

test('every model and fallback of the seed has a route', async () => {
  const loaded = await loadSeed({});
  const { models, fallbacks } = loaded.settings;
  const entries = [...Object.values(models), ...Object.values(fallbacks).flat()];
  assert.equal(entries.length, 16);
  for (const entry of entries)
    assert.ok(route(loaded, entry).endpoint.startsWith('https://opencode.ai/zen/go/v1/'));
});
