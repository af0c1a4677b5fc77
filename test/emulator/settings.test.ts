/** Tests the settings of trial runs and of configurations with the emulator. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadSettings } from '../../lib/config/load.ts';
import type { ModelEntry, Settings } from '../../lib/config/settings.ts';
import { emulatorSettings, withEmulator } from '../../lib/emulator/settings.ts';

const url = 'http://127.0.0.1:4242';
const { settings } = await loadSettings({ env: {}, home: '/nowhere' });
const real: ModelEntry = { provider: 'opencode-go', model_id: 'kimi-k3' };
const own: ModelEntry = { provider: 'emulator', model_id: 'mine' };

function entriesOf(all: Settings): ModelEntry[] {
  return [
    ...Object.values(all.models),
    ...Object.values(all.fallbacks).flat(),
    ...Object.values(all.modelOverrides),
    ...Object.values(all.modelFamilyOverrides),
  ];
}

test('without a configuration, every scenario has an emulator model, and both formats are used', () => {
  const trial = emulatorSettings(settings, url);
  for (const scenario of ['default', 'background', 'think', 'complex', 'long_context', 'vision', 'fast']) {
    assert.equal(trial.models[scenario]?.provider, 'emulator', scenario);
  }
  assert.equal(trial.models['default']?.wire_format, 'chat');
  assert.equal(trial.models['long_context']?.wire_format, 'messages');
  const { chat, messages, responses, gemini } = trial.providers['emulator']?.endpoints ?? {};
  assert.deepEqual(
    [chat, messages, responses, gemini],
    [`${url}/v1/chat/completions`, `${url}/v1/messages`, `${url}/v1/responses`, `${url}/v1beta/models`],
  );
});

test('a trial run uses only the emulator and keeps its configured entries', () => {
  const configured: Settings = {
    ...settings,
    models: { default: real, mine: own },
    fallbacks: { default: [real], mine: [real, own] },
    modelOverrides: { 'claude-x': real, 'claude-y': own },
    modelFamilyOverrides: { opus: real },
  };
  const trial = emulatorSettings(configured, url);
  assert.deepEqual(
    entriesOf(trial).filter(({ provider }) => provider !== 'emulator'),
    [],
  );
  assert.deepEqual(Object.keys(trial.providers), ['emulator']);
  assert.equal(trial.models['mine'], own);
  assert.deepEqual(trial.fallbacks['mine'], [own]);
  assert.deepEqual(trial.modelOverrides, { 'claude-y': own });
});

test('next to real providers, the emulator keeps its configured timeouts', () => {
  const emulator = settings.providers['emulator'];
  assert.ok(emulator);
  const timeouts = { headersMs: 1, firstEventMs: 2, idleMs: 3 };
  const both = withEmulator(
    { ...settings, providers: { ...settings.providers, emulator: { ...emulator, timeouts } } },
    url,
  );
  assert.deepEqual(Object.keys(both.providers), Object.keys(settings.providers));
  assert.deepEqual(both.providers['emulator']?.timeouts, timeouts);
  assert.equal(both.providers['emulator']?.endpoints.chat, `${url}/v1/chat/completions`);
  assert.equal(both.models, settings.models);
});
