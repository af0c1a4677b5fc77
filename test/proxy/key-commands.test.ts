/** The command that prints a provider's key runs when the key is needed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Provider, Secret, Settings } from '../../lib/config/settings.ts';
import { say, type Script } from '../../lib/emulator/script.ts';
import { modelOf, proxyOver, requestBody, waitUntil, type ProxyUnderTest } from '../support/proxy.ts';

const secret = (text: string): Secret => ({ reveal: () => text, toString: () => '•••', toJSON: () => '•••' });
const ok: Script = [say('ok')];
const only = [modelOf('first')];
const asked = ({ emulator }: ProxyUnderTest): string[] =>
  emulator.requests
    .filter(({ format }) => format !== undefined)
    .map(({ headers }) => String(headers.authorization).replace('Bearer ', ''));

/** Adds a provider whose key is printed by a command that no model names. */
const withCommand =
  (withKey: (provider: Provider) => Promise<Provider>) =>
  (settings: Settings): Settings => {
    const { emulator } = settings.providers;
    assert(emulator);
    const cmd: Provider = {
      ...emulator,
      name: 'cmd',
      auth: { chat: 'bearer' },
      missingKey: 'providers.cmd.api_key_command has not been run',
      keyCommandNotRun: true,
    };
    return {
      ...settings,
      providers: { ...settings.providers, cmd: { ...cmd, withKey: () => withKey(cmd) } },
    };
  };

test('a request for a provider that no model names waits for the command that prints its key', async () => {
  await using over = await proxyOver({
    answers: [ok, ok],
    change: withCommand((cmd) => {
      const found: Provider = { ...cmd, keys: [secret('printed')] };
      delete found.missingKey;
      return Promise.resolve(found);
    }),
  });
  for (let i = 0; i < 2; i++) {
    const response = await over.send(requestBody({ model: 'cmd/m' }));
    assert.deepEqual([response.text, response.headers.get('x-occ-model')], ['ok', 'cmd/m']);
  }
  assert.deepEqual(asked(over), ['printed', 'printed']);
});

test('a command that fails is a missing key, and one that the client does not wait for is no attempt', async () => {
  await using over = await proxyOver({
    answers: [],
    models: only,
    change: withCommand((cmd) => Promise.resolve({ ...cmd, missingKey: 'it ended with code 4' })),
  });
  const response = await over.send(requestBody({ model: 'cmd/m' }));
  assert.match(response.error?.message ?? '', /cmd\/m[^\n]*it ended with code 4/);
  const controller = new AbortController();
  await using left = await proxyOver({
    answers: [],
    change: withCommand(() => {
      controller.abort();
      return new Promise(() => {});
    }),
  });
  await assert.rejects(left.post(requestBody({ model: 'cmd/m' }), { signal: controller.signal }));
  await waitUntil(() => left.proxy.stats().live === 0, 'the end of the request');
  assert.deepEqual([left.proxy.stats().failures, left.requestedModels()], [0, []]);
});
