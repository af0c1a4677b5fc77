/** A connection that a server on this machine refuses. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { Settings } from '../../lib/config/settings.ts';
import { refuse } from '../../lib/emulator/answer.ts';
import { modelOf, proxyOver } from '../support/proxy.ts';

test('a server on this machine that is not running is permanent, and the message says how to start it', async () => {
  const closed = await closedPort();
  for (const [name, next] of [
    ['ollama', 'ollama serve'],
    ['lmstudio', 'lms server start'],
    ['my-vllm', 'vllm serve <model>'],
    ['llama.cpp', 'llama-server -m <model.gguf>'],
    ['lab', 'occ doctor'],
  ] as const) {
    const local = (settings: Settings): Settings => {
      const { emulator } = settings.providers;
      assert(emulator);
      const chat = `http://127.0.0.1:${closed}/v1/chat/completions`;
      return {
        ...settings,
        providers: { ...settings.providers, [name]: { ...emulator, name, endpoints: { chat } } },
      };
    };
    const model = modelOf('m', { provider: name });
    await using over = await proxyOver({ models: [model], change: local, retry: { attempts: 3 } });
    for (let i = 0; i < 7; i++) {
      const { status, headers, error } = await over.send();
      assert.deepEqual(
        [status, headers.get('x-should-retry'), headers.get('x-occ-attempts')],
        [424, 'false', '1'],
      );
      assert.equal(
        error?.message,
        `${name}/m failed: 127.0.0.1:${closed} refused the connection (ECONNREFUSED): the server is not running\nNext: ${next} (request ${headers.get('request-id')})`,
      );
    }
    await using other = await proxyOver({
      models: [model, modelOf('second', { provider: 'other' })],
      change: local,
      answers: [refuse(503)],
    });
    const outage = await other.send();
    assert.deepEqual([outage.status, outage.headers.get('x-should-retry')], [503, null]);
  }
});

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
