/** What is wrong with an address that answers 404 or 405, and the command that corrects it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressCommand, betterAddress, withAddressFault } from '../../../lib/proxy/policy/address.ts';
import { classOf, type AddressFault, type Outcome } from '../../../lib/proxy/policy/failures.ts';
import type { WireFormat } from '../../../lib/wire/formats.ts';

const host = 'http://127.0.0.1:11434';

const addresses: [WireFormat, string, AddressFault | undefined, string?][] = [
  ['chat', '/chat/completions', 'no_version', '/v1'],
  ['chat', '/api/chat/completions', 'no_version', '/api/v1'],
  ['responses', '/responses', 'no_version', '/v1'],
  ['gemini', '/models', 'no_version', '/v1beta'],
  ['chat', '/v1/chat/completions', undefined],
  ['chat', '/api/paas/v4/chat/completions', undefined],
  ['chat', '/v1beta/openai/chat/completions', undefined],
  ['messages', '/v1/messages', undefined],
  ['chat', '/v1/v1/chat/completions', 'two_versions', '/v1'],
  ['chat', '/api/v4/v4/x/chat/completions', 'two_versions', '/api/v4/x'],
  ['chat', '/v1/v2/chat/completions', undefined],
  ['chat', '/v1/messages/chat/completions', 'two_endpoints', '/v1'],
  ['chat', '/v1/completions/chat/completions', 'two_endpoints', '/v1'],
  ['responses', '/v1/chat/completions/responses', 'two_endpoints', '/v1'],
  // The version that occ adds for this format comes after what the user wrote.
  ['messages', '/v1/chat/completions/v1/messages', 'two_endpoints', '/v1'],
];

for (const [format, path, fault, better] of addresses)
  test(`${format} at ${path}: ${fault ?? 'fine'}`, () => {
    const expected = fault && { fault, baseUrl: host + better };
    assert.deepEqual(betterAddress(format, host + path), expected);
  });

const route = { format: 'chat', endpoint: `${host}/chat/completions`, modelId: 'qwen3' } as const;
const provider = { name: 'ollama' };

function refused(status: number, message: string): Outcome {
  return { type: 'refused', error: { status, type: 'not_found_error', message } };
}

function faultOf(outcome: Outcome, at: Parameters<typeof withAddressFault>[1] = { route, provider }) {
  const found = withAddressFault(outcome, at);
  return 'address' in found ? found.address : undefined;
}

test('only an answer that knows nothing about models is about the address', () => {
  for (const words of ['404 page not found', 'Not Found', 'not found', 'Cannot POST /models/chat', '']) {
    assert.equal(faultOf(refused(404, words)), 'no_version', words);
    assert.equal(faultOf(refused(405, words)), 'no_version', words);
  }
  for (const words of ['model "qwen3" not found, try pulling it first', 'qwen3 is unknown', 'no such model'])
    assert.equal(faultOf(refused(404, words)), undefined, words);
  for (const status of [400, 401, 410, 500]) assert.equal(faultOf(refused(status, 'Not Found')), undefined);
  const inside: Outcome = {
    type: 'failed',
    trouble: 'upstream',
    error: { type: 'api_error', message: 'Unexpected endpoint or method. (POST /chat/completions)' },
    at: 'before_content',
  };
  assert.equal(faultOf(inside), 'no_version', 'LM Studio answers with 200');
  assert.equal(classOf(withAddressFault(refused(405, 'x'), { route, provider })), 'gone', 'a 405, too');
});

test('the addresses of built-in providers and of the emulator are not the user’s', () => {
  assert.equal(
    faultOf(refused(404, 'x'), { route, provider: { name: 'opencode-go', gateway: true } }),
    undefined,
  );
  assert.equal(faultOf(refused(404, 'x'), { route, provider: { name: 'emulator' } }), undefined);
});

test('the command sets the key that the format is configured with, and never prints what may be a secret', () => {
  const ollama = { name: 'ollama', defaultFormat: 'chat' } as const;
  assert.equal(
    addressCommand(ollama, 'chat', `${host}/chat/completions`),
    `occ config set providers.ollama.base_url ${host}/v1`,
  );
  assert.equal(
    addressCommand(ollama, 'messages', `${host}/v1/v1/messages`),
    `occ config set providers.ollama.anthropic_base_url ${host}/v1/messages`,
  );
  for (const secret of [
    'http://me:secret@127.0.0.1/chat/completions',
    `${host}/chat/completions?key=secret`,
    `${host}/0123456789abcdef0123456789/chat/completions`,
  ])
    assert.equal(addressCommand(ollama, 'chat', secret), undefined, secret);
  assert.equal(
    addressCommand({ ...ollama, name: 'my server' }, 'chat', `${host}/chat/completions`),
    undefined,
  );
});
