/** SIGTERM to `occ start --foreground`, as a container engine or a service manager sends it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toObject } from '../../lib/json.ts';
import { readUntil, waitUntil } from '../support/proxy.ts';
import { home, recordIn, type Home } from './program.ts';

const start = ['start', '--foreground', '--port', '0', '--emulator'];

async function listening(at: Home): Promise<string> {
  await waitUntil(() => recordIn(at.dir) !== undefined, 'the proxy to listen');
  return recordIn(at.dir)?.url ?? '';
}

function ask(url: string, prompt: string): Promise<Response> {
  const messages = [{ role: 'user', content: prompt }];
  const body = JSON.stringify({ model: 'claude-sonnet-5', max_tokens: 100, stream: true, messages });
  return fetch(`${url}/v1/messages`, { method: 'POST', body });
}

async function rest(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  let text = '';
  for (let read = await reader.read(); !read.done; read = await reader.read())
    text += new TextDecoder().decode(read.value);
  return text;
}

test('a live stream ends whole, new requests are refused so that clients retry, then the process ends with 0', async (t) => {
  const at = home(t);
  const proxy = at.start(start);
  const url = await listening(at);
  const ready = async (): Promise<number> => (await fetch(`${url}/ready`)).status;
  assert.equal(await ready(), 200);
  const { reader, text } = await readUntil(await ask(url, '[emulator: slow 3]'), 'content_block_delta');
  proxy.kill('SIGTERM');
  // Probes see it at once: a load balancer sends nothing more, and no supervisor restarts it for being unhealthy.
  await waitUntil(async () => (await ready()) === 503, 'the proxy to stop');
  const health = await fetch(`${url}/health`);
  assert.equal(health.status, 200);
  const refused = await ask(url, 'hello');
  assert.deepEqual([refused.status, refused.headers.get('connection')], [503, 'close']);
  assert.equal(refused.headers.get('x-should-retry'), null);
  assert.equal(toObject(toObject(await refused.json())['error'])['type'], 'overloaded_error');
  assert.match(text + (await rest(reader)), /event: message_stop\ndata: .*\n\n$/);
  const { code, signal } = await proxy.ended;
  assert.deepEqual([code, signal], [0, null]);
  assert.equal(recordIn(at.dir), undefined);
});

test('OCC_DRAIN_MS says how long live streams may continue, and a second signal ends at once', async (t) => {
  for (const [drainMs, signals] of [
    ['1', 1],
    ['600000', 2],
  ] as const) {
    const at = home(t);
    const proxy = at.start(start, { OCC_DRAIN_MS: drainMs });
    const { reader } = await readUntil(
      await ask(await listening(at), '[emulator: slow 600]'),
      'content_block_delta',
    );
    for (let sent = 0; sent < signals; sent++) {
      proxy.kill('SIGTERM');
      if (sent === 0 && signals === 2) await proxy.waitFor('Ctrl-C ends now');
    }
    assert.match(await rest(reader), /event: error\n/, 'the stream is cut, and does not look complete');
    const { code, stderr } = await proxy.ended;
    assert.equal(code, signals === 1 ? 0 : 130, stderr);
    if (signals === 1) assert.match(stderr, /1 live stream cut after 0\.001 s; drain_ms/);
  }
});
