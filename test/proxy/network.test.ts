/** Upstreams that cannot be reached, take too long or never close, and the timeouts that end the wait. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { failing } from '../../lib/emulator/answer.ts';
import { say, wait } from '../../lib/emulator/script.ts';
import { modelOf, proxyOver, requestBody } from '../support/proxy.ts';

const script = [say('text')];

test('the total timeout of a stream ends it even while content arrives', async () => {
  await using over = await proxyOver({
    models: [modelOf('only')],
    answers: [failing([say(Array(1000).fill('x '))], { betweenEventsMs: 20 })],
    timeouts: { streamingMs: 300 },
  });
  const response = await over.send();
  assert.equal(response.error?.type, 'timeout_error');
  // On a busy machine the limit may pass before the first word; it always passes before the last one.
  assert.match(response.text, /^(?:x ){0,999}$/);
});

test('timeout_ms limits an answer with stream: false even while content arrives', async () => {
  await using over = await proxyOver({
    answers: [failing([say(Array(1000).fill('x '))], { betweenEventsMs: 20 }), [say('from second')]],
    timeouts: { headersMs: 300 },
  });
  assert.equal((await over.send(requestBody({ stream: false }))).text, 'from second');
});

test('a client with its own timeout is answered in time, and the second model gets part of that time', async () => {
  await using over = await proxyOver({
    answers: [failing(script, { headersAfterMs: 60_000 }), [say('from second')]],
  });
  const response = await over.send(requestBody({ stream: false }), {
    headers: { 'x-stainless-timeout': '6' },
  });
  assert.equal(response.text, 'from second');
  await using silent = await proxyOver({
    answers: [failing(script, { headersAfterMs: 60_000 }), failing(script, { headersAfterMs: 60_000 })],
  });
  const timedOut = await silent.send(requestBody({ stream: false }), {
    headers: { 'x-stainless-timeout': '6' },
  });
  assert.equal(timedOut.status, 504);
});

test('an upstream that keeps sending comments after the finish does not delay the answer', async () => {
  const server = await commentingServer();
  try {
    const { port } = server.address() as AddressInfo;
    await using over = await proxyOver({
      models: [modelOf('first')],
      provider: { endpoints: { chat: `http://127.0.0.1:${port}/v1/chat/completions` } },
    });
    const response = await over.send();
    assert.equal(response.text, 'hello');
    assert.equal(response.stopReason, 'end_turn');
  } finally {
    server.close();
  }
});

/** Finishes its answer and then sends comments until the connection closes. */
async function commentingServer(): Promise<Server> {
  const chunk = (choice: object) => `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`;
  const server = createServer((socket) => {
    let comments: NodeJS.Timeout | undefined;
    socket.on('error', () => {});
    socket.on('close', () => clearInterval(comments));
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n');
      socket.write(chunk({ delta: { role: 'assistant', content: 'hello' } }));
      socket.write(chunk({ delta: {}, finish_reason: 'stop' }));
      comments = setInterval(() => socket.write(': keep-alive\n\n'), 100);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function bound(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test('the error about an unreachable upstream names it and the cause, and the next model answers', async () => {
  const free = createServer();
  const closedPort = await bound(free);
  free.close();
  const tls = createTlsServer({}, () => {});
  tls.on('tlsClientError', () => {});
  const tlsPort = await bound(tls);
  const nonHttp = createServer((socket) => {
    socket.on('error', () => {});
    socket.end('SSH-2.0-OpenSSH_9.9\r\n');
  });
  const nonHttpPort = await bound(nonHttp);
  try {
    for (const [endpoint, message] of [
      [`http://127.0.0.1:${closedPort}/x`, /127\.0\.0\.1:\d+ refused the connection \(ECONNREFUSED\)/],
      [
        'http://no-such-host.invalid/x',
        /the host no-such-host\.invalid could not be found \((?:ENOTFOUND|EAI_AGAIN)\)/,
      ],
      [`https://127.0.0.1:${tlsPort}/x`, /the TLS handshake with 127\.0\.0\.1:\d+ failed/],
      [`https://127.0.0.1:${nonHttpPort}/x`, /127\.0\.0\.1:\d+ answers without TLS/],
      [`http://127.0.0.1:${nonHttpPort}/x`, /no answer from 127\.0\.0\.1:\d+/],
    ] as const) {
      const emulated = { endpoints: { chat: endpoint } };
      await using alone = await proxyOver({ models: [modelOf('first')], provider: emulated });
      const response = await alone.send();
      // Nothing listens there, or the address is wrong, so the client need not try again.
      const lasting =
        endpoint === `http://127.0.0.1:${closedPort}/x` || endpoint === `https://127.0.0.1:${nonHttpPort}/x`;
      const status = lasting ? 424 : 502;
      assert.deepEqual([response.status, response.error?.type], [status, 'api_error'], endpoint);
      assert.match(response.error?.message ?? '', message);
      assert.equal(response.headers.get('x-should-retry'), lasting ? 'false' : null);

      await using over = await proxyOver({
        answers: [[say('from second')]],
        change: (settings) => ({
          ...settings,
          providers: {
            ...settings.providers,
            emulator: { ...(settings.providers['emulator'] ?? assert.fail()), ...emulated },
          },
        }),
      });
      assert.equal((await over.send()).text, 'from second', endpoint);
    }
  } finally {
    tls.close();
    nonHttp.close();
  }
});

test('if an upstream closes all connections, the client gets an error event', async () => {
  await using over = await proxyOver({ emulator: { script: () => [say('begun'), wait(60_000)] } });
  const response = await over.post();
  const text = response.text();
  await over.emulator.received(1);
  await over.emulator.close();
  assert.match(await text, /event: error\ndata: .*\n\n$/);
});
