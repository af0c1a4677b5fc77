/** Tests how local model servers are found: by their answers and nothing else, within a bound, and with their own models. */
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { findLocalServers, localPorts } from '../../lib/catalog/local-servers.ts';
import { hangMs } from '../support/limits.ts';
import { localAnswers, serveLocal } from '../support/local-servers.ts';

async function listen(t: TestContext, handler: RequestListener): Promise<number> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const expected = {
  ollama: { title: 'Ollama', models: [{ id: 'qwen3-coder:30b' }, { id: 'gpt-oss:20b' }] },
  'lm-studio': {
    title: 'LM Studio',
    models: [
      { id: 'qwen2-vl-7b', images: true },
      { id: 'qwen3-coder-30b', context: 65_536 },
    ],
  },
  vllm: { title: 'vLLM', models: [{ id: 'Qwen/Qwen3-32B', context: 40_960 }] },
  'llama.cpp': { title: 'llama.cpp', models: [{ id: 'gemma-4', context: 16_384, images: true }] },
} as const;

for (const kind of Object.keys(expected) as (keyof typeof expected)[]) {
  test(`${kind} is named by its answers, whatever its port is`, async (t) => {
    const port = await serveLocal(t, kind);
    assert.deepEqual(await findLocalServers([port], hangMs), [
      { kind, ...expected[kind], baseUrl: `http://127.0.0.1:${port}/v1` },
    ]);
  });
}

test('an empty list identifies its server, too', async (t) => {
  const ollama = await serveLocal(t, 'ollama', { '/api/tags': { models: [] }, '/v1/models': { data: null } });
  const lmStudio = await serveLocal(t, 'lm-studio', { '/api/v0/models': { object: 'list', data: [] } });
  const found = await findLocalServers([ollama, lmStudio], hangMs);
  assert.deepEqual(
    found.map(({ kind, models }) => [kind, models.length]),
    [
      ['ollama', 0],
      ['lm-studio', 0],
    ],
  );
});

test('llama.cpp that has no model yet is named by its Server header', async (t) => {
  const port = await listen(t, (_req, res) =>
    res.writeHead(200, { ...json, server: 'llama.cpp' }).end('{"object":"list","data":[]}'),
  );
  const [found] = await findLocalServers([port], hangMs);
  assert.deepEqual([found?.kind, found?.models], ['llama.cpp', []]);
});

const json = { 'content-type': 'application/json' };
const strangers: Record<string, RequestListener> = {
  'a web server': (_req, res) => res.end('<html>hello</html>'),
  'one that answers every path with JSON': (_req, res) => res.writeHead(200, json).end('{"version":"1.0"}'),
  'another server with an API like that of OpenAI': (req, res) =>
    req.url === '/v1/models'
      ? res.writeHead(200, json).end('{"object":"list","data":[{"id":"gpt","owned_by":"acme"}]}')
      : res.writeHead(404).end(),
  'one that has only the list of Ollama': (req, res) =>
    req.url === '/api/tags'
      ? res.writeHead(200, json).end(JSON.stringify(localAnswers.ollama['/api/tags']))
      : res.writeHead(404).end(),
  'one that answers with errors': (_req, res) =>
    res.writeHead(500, json).end(JSON.stringify(localAnswers.vllm)),
  'one that ends in the middle': (_req, res) => {
    res.writeHead(200, { ...json, 'content-length': '1000' });
    res.write('{"object":"list",');
    setImmediate(() => res.destroy());
  },
  'one that never ends': (_req, res) => {
    const more = (): void => void (res.destroyed || res.write('x'.repeat(65_536), () => setImmediate(more)));
    more();
  },
};

for (const [what, handler] of Object.entries(strangers)) {
  test(`${what} is not taken for a model server`, async (t) => {
    assert.deepEqual(await findLocalServers([await listen(t, handler)], hangMs), []);
  });
}

test('a server that does not answer is given up, and does not delay the others', async (t) => {
  const silent = await listen(t, () => {});
  const vllm = await serveLocal(t, 'vllm');
  const found = await findLocalServers([silent, vllm, 1], 400);
  assert.deepEqual(
    found.map(({ kind }) => kind),
    ['vllm'],
  );
});

test('the usual ports are asked, and that of OLLAMA_HOST on this machine', () => {
  const usual = [11_434, 1234, 8000, 8080];
  assert.deepEqual(localPorts(), usual);
  for (const host of ['127.0.0.1:9', 'http://localhost:9/', ':9', '0.0.0.0:9', '[::1]:9'])
    assert.deepEqual(localPorts({ OLLAMA_HOST: host }), [9, ...usual], host);
  for (const host of ['', '127.0.0.1', 'gpu.example:9', '10.0.0.1:9', 'http://', ':x'])
    assert.deepEqual(localPorts({ OLLAMA_HOST: host }), usual, host);
});
