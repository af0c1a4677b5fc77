import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeEndpoint, endpointsBelow } from '../../../lib/config/providers/endpoints.ts';
import { isLoopback } from '../../../lib/loopback.ts';
import { withEndpoints } from '../../../lib/config/providers/providers.ts';
import type { Provider } from '../../../lib/config/settings.ts';
import type { WireFormat } from '../../../lib/wire/formats.ts';
import { load, minimal } from '../scratch.ts';

async function provider(t: Parameters<typeof load>[0], name: string, file: object): Promise<Provider> {
  const found = (await load(t, { ...minimal, ...file })).settings.providers[name];
  assert.ok(found);
  return found;
}

const old = (path: string): object => ({
  chat: `https://opencode.ai/zen${path}/v1/chat/completions`,
  messages: `https://opencode.ai/zen${path}/v1/messages`,
  responses: `https://opencode.ai/zen${path}/v1/responses`,
  gemini: `https://opencode.ai/zen${path}/v1/models`,
});
const current = (root: string): object => ({
  chat: `${root}/openai/v1/chat/completions`,
  messages: `${root}/anthropic/v1/messages`,
  responses: `${root}/openai/v1/responses`,
  gemini: `${root}/google/v1beta/models`,
});

test('without URLs, the prefix of the key selects the generation of addresses and the header', async (t) => {
  const bearer = { chat: 'bearer', messages: 'bearer', responses: 'bearer', gemini: 'x-goog-api-key' };
  const legacy = { ...bearer, messages: 'x-api-key' };
  const cases: [string, string, object, object][] = [
    ['oc_sk_abc', 'opencode-go', current('https://opencode.ai/inference/go'), bearer],
    ['oc_sk_abc', 'opencode-zen', current('https://opencode.ai/inference'), bearer],
    ['sk-abc', 'opencode-go', old('/go'), legacy],
    ['sk-abc', 'opencode-zen', old(''), legacy],
    ['other', 'opencode-go', old('/go'), legacy],
    ['', 'opencode-zen', old(''), legacy],
  ];
  for (const [api_key, name, endpoints, auth] of cases) {
    const found = await provider(t, name, { api_key });
    assert.deepEqual(found.endpoints, endpoints, `${api_key} ${name}`);
    assert.deepEqual(found.auth, auth, `${api_key} ${name}`);
    assert.equal(found.sessionHeader, 'x-opencode-session');
  }
});

test('given URLs are used, and missing ones are derived from their root', async (t) => {
  const one = await provider(t, 'opencode-go', {
    api_key: 'oc_sk_abc',
    opencode_go: { base_url: 'http://127.0.0.1:9/v1/chat/completions' },
  });
  assert.deepEqual(one.endpoints, endpointsBelow('http://127.0.0.1:9/v1', 'legacy'));
  assert.equal(one.auth.messages, 'x-api-key');
  const two = await provider(t, 'opencode-zen', {
    api_key: 'sk-abc',
    opencode_zen: {
      anthropic_base_url: 'https://gate.example/a/anthropic/v1/messages',
      responses_base_url: 'https://other.example/r',
    },
  });
  assert.deepEqual(two.endpoints, {
    ...current('https://gate.example/a'),
    responses: 'https://other.example/r',
  });
  assert.equal(two.auth.messages, 'bearer');
  const odd = await provider(t, 'opencode-go', {
    api_key: 'oc_sk_1',
    opencode_go: { base_url: 'https://odd.example/x' },
  });
  assert.deepEqual(odd.endpoints, {
    ...current('https://opencode.ai/inference/go'),
    chat: 'https://odd.example/x',
  });
});

test('the variable for the URL sets base_url', async (t) => {
  const env = { OC_GO_CC_OPENCODE_URL: 'http://127.0.0.1:9/v1/chat/completions' };
  const { settings, origins } = await load(t, minimal, { env });
  assert.equal(settings.providers['opencode-go']?.endpoints.messages, 'http://127.0.0.1:9/v1/messages');
  assert.equal(origins['opencode_go.base_url'], 'env OC_GO_CC_OPENCODE_URL');
});

const completions: [WireFormat, string, string][] = [
  ['chat', 'https://api.deepseek.com', 'https://api.deepseek.com/chat/completions'],
  ['chat', 'http://127.0.0.1:11434/v1/', 'http://127.0.0.1:11434/v1/chat/completions'],
  ['chat', 'https://x.example/v1/chat/completions', 'https://x.example/v1/chat/completions'],
  ['chat', 'https://x.example/v1?api-version=1', 'https://x.example/v1/chat/completions?api-version=1'],
  ['messages', 'https://api.anthropic.com', 'https://api.anthropic.com/v1/messages'],
  ['messages', 'https://api.anthropic.com/v1', 'https://api.anthropic.com/v1/messages'],
  ['messages', 'https://x.example/anthropic', 'https://x.example/anthropic/v1/messages'],
  ['messages', 'https://x.example/v1/messages', 'https://x.example/v1/messages'],
  ['responses', 'https://api.openai.com/v1', 'https://api.openai.com/v1/responses'],
  ['responses', 'https://x.example/v1/responses', 'https://x.example/v1/responses'],
  ['gemini', 'https://g.example/v1beta', 'https://g.example/v1beta/models'],
  ['gemini', 'https://g.example/v1beta/models', 'https://g.example/v1beta/models'],
];
for (const [format, given, expected] of completions) {
  test(`a custom ${format} base URL ${given} becomes ${expected}`, () => {
    assert.equal(completeEndpoint(format, given), expected);
  });
}

test('a custom provider has its own format, headers, models and timeouts, and no session header', async (t) => {
  const found = await provider(t, 'my-lab', {
    providers: {
      my_lab: {
        wire_format: 'anthropic',
        base_url: 'https://lab.example/anthropic',
        api_key: 'k',
        headers: { 'X-Team': 'blue' },
        models: ['plain', { model_id: 'big', context_window: 9000, wire_format: 'openai' }],
        timeout_ms: 10,
      },
    },
  });
  assert.deepEqual(found.endpoints, { messages: 'https://lab.example/anthropic/v1/messages' });
  assert.equal(found.defaultFormat, 'messages');
  assert.equal(found.auth.messages, 'x-api-key');
  assert.equal(found.sessionHeader, undefined);
  assert.deepEqual(found.headers, { 'X-Team': 'blue' });
  assert.deepEqual(found.models, { plain: {}, big: { context_window: 9000, wire_format: 'chat' } });
  assert.deepEqual(found.timeouts, { headersMs: 10, firstEventMs: 10, idleMs: 300_000 });
});

test('a key is optional on this machine, with authenticating headers, and with auth none', async (t) => {
  const cases: [object, string, boolean][] = [
    [{ base_url: 'http://localhost:1234/v1' }, 'none', false],
    [{ base_url: 'http://[::1]:1234/v1' }, 'none', false],
    [{ base_url: 'http://127.0.0.1:1/v1', api_key: 'k' }, 'bearer', false],
    [{ base_url: 'http://127.0.0.1:1/v1', api_key: '${NOT_SET}' }, 'bearer', true],
    [{ base_url: 'https://x.example/v1', headers: { Authorization: 'Bearer k' } }, 'none', false],
    [{ base_url: 'https://x.example/v1', auth: 'none' }, 'none', false],
    [{ base_url: 'https://x.example/v1', auth: 'x-api-key', api_key: 'k' }, 'x-api-key', false],
    [{ base_url: 'https://x.example/v1' }, 'bearer', true],
    [{ base_url: 'https://127.0.0.1.example/v1' }, 'bearer', true],
  ];
  for (const [lab, auth, missing] of cases) {
    const found = await provider(t, 'lab', { providers: { lab } });
    assert.equal(found.auth.chat, auth, JSON.stringify(lab));
    assert.equal(found.missingKey !== undefined, missing, JSON.stringify(lab));
  }
});

test('loopback addresses are recognized', () => {
  for (const host of ['127.0.0.1', '127.9.9.9', 'localhost', 'LOCALHOST', 'a.localhost', '::1', '[::1]']) {
    assert.equal(isLoopback(host), true, host);
  }
  for (const host of [
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '127.0.0.1.nip.io',
    'localhost.example',
    '128.0.0.1',
    '',
  ]) {
    assert.equal(isLoopback(host), false, host);
  }
});

test('the emulator has no key, and no endpoints until it runs', async (t) => {
  const emulator = await provider(t, 'emulator', {});
  assert.deepEqual([emulator.endpoints, emulator.keys, emulator.missingKey], [{}, [], undefined]);
  const running = withEndpoints(emulator, endpointsBelow('http://127.0.0.1:5', 'console'));
  assert.equal(running.endpoints.gemini, 'http://127.0.0.1:5/google/v1beta/models');
  assert.deepEqual(emulator.endpoints, {});
});

test('a header with an unset variable leaves only its provider without a key', async (t) => {
  const headers = { Authorization: 'Bearer ${UNSET_VARIABLE}', 'x-other': 'kept' };
  for (const api_key of [undefined, 'sk-too']) {
    const base = { base_url: 'https://gate.example/v1', headers, ...(api_key && { api_key }) };
    const found = await provider(t, 'gate', {
      models: { ...minimal.models, extra: { provider: 'gate', model_id: 'm' } },
      providers: { gate: base },
    });
    assert.deepEqual(found.keys, []);
    assert.match(
      found.missingKey ?? '',
      /UNSET_VARIABLE, which providers\.gate\.headers\.Authorization names/,
    );
    assert.match(
      found.keyRemedy ?? '',
      /^occ config set providers\.gate\.headers\.Authorization --stdin, or give occ the variable/,
    );
    assert.deepEqual(found.headers, { 'x-other': 'kept' });
  }
});

test('the remedy for a missing key is specific to the provider', async (t) => {
  const base_url = 'https://gate.example/v1';
  const models = { ...minimal.models, extra: { provider: 'gate', model_id: 'm' } };
  const remedyOf = async (name: string, more: object): Promise<string> =>
    (await provider(t, name, { api_key: '', models, providers: { gate: { base_url, ...more } } }))
      .keyRemedy ?? '';
  assert.match(await remedyOf('opencode-go', {}), /^occ config set api_key --stdin$/);
  assert.equal(await remedyOf('gate', {}), 'occ config set providers.gate.api_key --stdin');
  assert.equal(
    await remedyOf('gate', { api_key: '${UNSET_VARIABLE}' }),
    'occ config set providers.gate.api_key --stdin, or give occ the variable UNSET_VARIABLE',
  );
  assert.match(
    await remedyOf('gate', { api_key_command: 'exit 3' }),
    /command of providers\.gate\.api_key_command prints the key/,
  );
});
