import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { toRoute } from '../../lib/catalog/routes.ts';
import type { ModelEntry } from '../../lib/config/settings.ts';
import { loadSettings, type LoadedSettings } from '../../lib/config/load.ts';
import type { Route } from '../../lib/wire/codec.ts';

const example = fileURLToPath(new URL('../fixtures/seed-config.json', import.meta.url));

async function loadExample(env: Record<string, string>): Promise<LoadedSettings> {
  return await loadSettings({ configFile: example, env, home: '/nowhere' });
}

function route({ settings }: LoadedSettings, entry: ModelEntry | undefined): Route {
  assert.ok(entry);
  const provider = settings.providers[entry.provider];
  assert.ok(provider);
  return toRoute(entry, provider);
}

test('a configuration of oc-go-cc loads unchanged, with one warning about scenario routing', async () => {
  const { settings } = await loadExample({ OC_GO_CC_API_KEY: 'sk-example' });
  assert.deepEqual(
    settings.warnings.map(({ path }) => path),
    ['enable_streaming_scenario_routing'],
  );
  assert.equal(settings.respectRequestedModel, false);
  assert.equal(settings.enableStreamingScenarioRouting, false);
  assert.equal(settings.logging.requests, false);
  assert.equal(settings.providers['opencode-go']?.keys[0]?.reveal(), 'sk-example');
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

test('it loads without its key, and the missing variable is named', async () => {
  const { settings } = await loadExample({});
  const provider = settings.providers['opencode-go'];
  assert.deepEqual(provider?.keys, []);
  assert.match(provider?.missingKey ?? '', /OC_GO_CC_API_KEY/);
  assert.ok(settings.keyVariables.includes('OC_GO_CC_API_KEY'));
});

test('its minimax-m3 uses messages with x-api-key', async () => {
  const loaded = await loadExample({});
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

test('its mimo-v2.5 uses chat with a bearer token', async () => {
  const loaded = await loadExample({});
  const { endpoint, auth, format, images } = route(loaded, loaded.settings.models['default']);
  assert.equal(format, 'chat');
  assert.equal(endpoint, 'https://opencode.ai/zen/go/v1/chat/completions');
  assert.equal(auth, 'bearer');
  assert.equal(images, true);
});

test('its deepseek-v4-flash, which is no longer listed, keeps the quirks of DeepSeek', async () => {
  const loaded = await loadExample({});
  const { format, quirks, modelId } = route(loaded, loaded.settings.models['background']);
  assert.equal(modelId, 'deepseek-v4-flash');
  assert.equal(format, 'chat');
  assert.equal(quirks.thinking, 'type_and_effort');
  assert.equal(quirks.replayReasoning, 'always');
  assert.equal(quirks.forcedToolChoice, false);
});

test('every one of its models and fallbacks has a route', async () => {
  const loaded = await loadExample({});
  const { models, fallbacks } = loaded.settings;
  const entries = [...Object.values(models), ...Object.values(fallbacks).flat()];
  assert.equal(entries.length, 16);
  for (const entry of entries)
    assert.ok(route(loaded, entry).endpoint.startsWith('https://opencode.ai/zen/go/v1/'));
});
