/** Clients that send what is no request, too much of it, too slowly, or in several meanings. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { connect, Socket } from 'node:net';
import { test } from 'node:test';
import { restLimits } from '../../lib/proxy/connection.ts';
import { readBody } from '../../lib/proxy/inbound.ts';
import { listen, openServer, serverLimits } from '../../lib/proxy/listen.ts';
import { manualClock } from '../support/clock.ts';
import { ambiguousRequests, smuggled } from '../support/ambiguous-requests.ts';
import { proxyOver, token, waitUntil, type ProxyUnderTest } from '../support/proxy.ts';

/** A connection to the proxy; `text` grows with what it answers. */
async function dial(port: number): Promise<{ socket: Socket; text: () => string; closed: () => boolean }> {
  const socket = connect(port, '127.0.0.1');
  let [text, closed] = ['', false];
  socket.on('data', (piece: Buffer) => (text += piece.toString()));
  socket.on('error', () => {}).once('close', () => (closed = true));
  await once(socket, 'connect');
  return { socket, text: () => text, closed: () => closed };
}

const tooLargeHead = `POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nx-api-key: ${token}\r\ncontent-length: ${2 ** 40}\r\n\r\n`;

test('a client that sends a too large body to its end, slowly, can read the refusal', async () => {
  const clock = manualClock();
  await using over = await proxyOver({ clock });
  const { socket, text, closed } = await dial(over.proxy.port);
  socket.write(tooLargeHead);
  await waitUntil(() => text().includes('request_too_large'), 'the refusal');
  for (let waited = 0; waited < restLimits.ms - 10; waited += 10_000) {
    assert(socket.write('x'.repeat(1000)), 'the body is read');
    clock.advance(9990);
    assert.equal(closed(), false, `${waited} ms`);
  }
  assert.match(text(), /^HTTP\/1\.1 413 /);
  clock.advance(1000);
  await waitUntil(closed, 'the connection to be closed in the end');
});

test('a client that sends a body without end is cut off', async () => {
  await using over = await proxyOver({ clock: manualClock() });
  const { socket, text, closed } = await dial(over.proxy.port);
  socket.write(tooLargeHead);
  const piece = Buffer.alloc(1 << 20, 'x');
  const send = (): void => {
    while (!closed() && socket.write(piece));
  };
  socket.on('drain', send);
  send();
  await waitUntil(closed, 'the connection to be closed');
  assert.match(text(), /^HTTP\/1\.1 413 /);
  assert(socket.bytesWritten > restLimits.bytes, `${socket.bytesWritten} bytes`);
  assert(socket.bytesWritten < restLimits.bytes * 1.2, `${socket.bytesWritten} bytes`);
});

test('connections that send garbage and never read are closed', async () => {
  await using over = await proxyOver();
  const sockets = await Promise.all(
    Array.from({ length: 200 }, async () => {
      // Paused: what the proxy sends, its end included, is not read.
      const socket = connect({ port: over.proxy.port, host: '127.0.0.1', allowHalfOpen: true }).pause();
      await once(
        socket.on('error', () => {}),
        'connect',
      );
      socket.write('\0garbage\r\n\r\n');
      return socket;
    }),
  );
  // A write to a connection that the proxy has closed fails. One that it holds accepts any number.
  await waitUntil(() => {
    for (const socket of sockets) if (!socket.destroyed) socket.write('more\r\n');
    return sockets.every((socket) => socket.destroyed);
  }, 'all connections to be closed');
  assert.equal((await fetch(`${over.url}/health`)).status, 200);
});

test('headers that arrive too slowly are answered with 408', async () => {
  const { headersTimeout, connectionsCheckingInterval } = serverLimits;
  assert(headersTimeout + connectionsCheckingInterval <= 60_000, "no longer than Node's own limit");
  const server = openServer(() => {}, { headersTimeout: 50, connectionsCheckingInterval: 10 });
  const port = await listen(server, '127.0.0.1', 0);
  const { socket, text, closed } = await dial(port);
  socket.write('GET / HTTP/1.1\r\nhost: loc');
  await waitUntil(closed, 'the connection to be closed');
  assert.match(text(), /^HTTP\/1\.1 408 /);
  assert.match(text(), /"type":"invalid_request_error"/);
  server.close();
});

for (const [what, sent] of Object.entries(ambiguousRequests(token))) {
  test(`${what}: refused, and nothing after it is answered`, async () => {
    await using over = await proxyOver();
    assertRefused(await exchanged(over, sent + smuggled), over);
  });
}

async function exchanged({ proxy }: ProxyUnderTest, sent: string): Promise<string> {
  const { socket, text, closed } = await dial(proxy.port);
  socket.write(sent);
  await waitUntil(closed, 'the connection to be closed');
  return text();
}

function assertRefused(text: string, over: ProxyUnderTest): void {
  assert.match(text, /^HTTP\/1\.[01] (?:400|413) /);
  assert.equal(text.split('HTTP/1.').length, 2, text);
  assert.equal(over.emulator.requests.length, 0);
}

test('a body whose client has left before it is read is refused', async () => {
  const req = new IncomingMessage(new Socket());
  req.destroy(new Error('the client has left'));
  await once(req, 'close').catch(() => {});
  await assert.rejects(readBody(req), /the client has left/);
});
