import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from '../../../lib/nearest.ts';
import { load, minimal } from '../scratch.ts';

const go = { provider: 'opencode-go', model_id: 'deepseek-v4-pro' };

/** [file, path, expected message] */
const odd: [object, string, RegExp][] = [
  [{ prot: 1 }, 'prot', /did you mean "port"/],
  [{ fall_backs: {} }, 'fall_backs', /did you mean "fallbacks"/],
  [{ zebra: 1 }, 'zebra', /^unknown key, ignored$/],
  [
    { models: { default: { ...go, temprature: 1 } } },
    'models.default.temprature',
    /did you mean "temperature"/,
  ],
  [{ fallbacks: { x: [{ ...go, modelid: 'y' }] } }, 'fallbacks.x[0].modelid', /did you mean "model_id"/],
  [{ opencode_go: { timeout: 1 } }, 'opencode_go.timeout', /unknown key/],
  [
    { models: { default: { ...go, quirks: { strictBoddy: true } } } },
    'models.default.quirks.strictBoddy',
    /strictBody/,
  ],
  ...[
    'aws_bedrock',
    'catalog',
    'storage',
    'cost_routing',
    'enable_cost_based_routing',
    'update_channel',
    'anthropic_first',
    'debug',
  ].map((key): [object, string, RegExp] => [{ [key]: { enabled: true, x: '${NOT_SET}' } }, key, /no effect/]),
  [{ logging: { debug_capture: { directory: '/x' } } }, 'logging.debug_capture.directory', /no effect/],
  [
    { enable_streaming_scenario_routing: false },
    'enable_streaming_scenario_routing',
    /sub-agents and tool-heavy work/,
  ],
];
for (const [file, path, words] of odd) {
  test(`a warning, not an error: ${path}`, async (t) => {
    const { settings } = await load(t, { ...minimal, ...file });
    assert.deepEqual(
      settings.warnings.map((warning) => warning.path),
      [path],
    );
    assert.match(settings.warnings[0]?.message ?? '', words);
  });
}

test('$schema is a known key', async (t) => {
  assert.deepEqual((await load(t, { ...minimal, $schema: './x.json' })).settings.warnings, []);
});

test('the nearest name has few differences', () => {
  const known = ['port', 'host', 'hot_reload', 'models'];
  assert.equal(nearest('prot', known), 'port');
  assert.equal(nearest('hotreload', known), 'hot_reload');
  assert.equal(nearest('MODEL', known), 'models');
  assert.equal(nearest('xyz', known), undefined);
  assert.equal(nearest('aa', ['bb']), undefined);
});

test('the spellings of oc-go-cc and routatic-proxy are accepted', async (t) => {
  const { settings } = await load(t, {
    models: {
      default: {
        provider: 'opencode_go',
        model_id: 'kimi-k3',
        wire_format: 'openai',
        max_tokens: 0,
        reasoning_effort: '',
      },
      think: { model_ref: 'opencode-zen/claude-opus-5', wire_format: 'anthropic' },
      fast: { provider: '', model_id: 'qwen3.8-max', anthropic_tools_disabled: true },
      vision: { model_id: 'minimax-m3', wire_format: 'auto', vision: false, context_margin: 8192 },
      router: { provider: 'openrouter', model_id: 'deepseek/deepseek-v4-pro' },
    },
    openrouter: { api_key: 'or-1' },
    opencode_go: { stream_timeout_ms: 5, streaming_timeout_ms: 0, timeout_ms: 7 },
    opencode_zen: {
      stream_timeout_ms: 5,
      stream_idle_timeout_ms: 6,
      streaming_timeout_ms: 9,
      first_event_timeout_ms: 8,
    },
    logging: {
      debug_capture: { enabled: true, max_files: 3, max_file_size: 2048 },
      captures: { max_files: 4 },
    },
  });
  assert.deepEqual(settings.warnings, []);
  assert.deepEqual(settings.models, {
    default: { provider: 'opencode-go', model_id: 'kimi-k3', wire_format: 'chat' },
    think: { provider: 'opencode-zen', model_id: 'claude-opus-5', wire_format: 'messages' },
    fast: { provider: 'opencode-go', model_id: 'qwen3.8-max', wire_format: 'chat' },
    vision: { provider: 'opencode-go', model_id: 'minimax-m3', vision: false, context_margin: 8192 },
    router: { provider: 'openrouter', model_id: 'deepseek/deepseek-v4-pro' },
  });
  assert.deepEqual(settings.providers['opencode-go']?.timeouts, { headersMs: 7, firstEventMs: 7, idleMs: 5 });
  assert.deepEqual(settings.providers['opencode-zen']?.timeouts, {
    headersMs: 300_000,
    firstEventMs: 8,
    idleMs: 6,
    streamingMs: 9,
  });
  assert.deepEqual(settings.logging.captures, { enabled: true, maxFiles: 4, maxBytes: 2048 });
  const router = settings.providers['openrouter'];
  assert.equal(router?.endpoints.chat, 'https://openrouter.ai/api/v1/chat/completions');
  assert.equal(router?.keys[0]?.reveal(), 'or-1');
});
