/** Tests that the way to a provider can be given up at any point, so that nothing keeps the process from ending. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { tryWay } from '../../../lib/doctor/checks/live/way.ts';
import { openUpstream } from '../../../lib/proxy/upstream.ts';
import { hangMs, stretched } from '../../support/limits.ts';

async function listen(t: TestContext, onConnect: (socket: Socket) => void = () => {}): Promise<string> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    onConnect(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const never = new AbortController().signal;

test('the way to an address is its host, which is tried once and left', { timeout: hangMs }, async (t) => {
  const left: Promise<unknown>[] = [];
  const address = await listen(t, (socket) => left.push(once(socket.resume(), 'close')));
  await tryWay(`https://${address}/v1`, {}, never);
  assert.equal(left.length, 1);
  await Promise.all(left);
});

test('behind a proxy it is the proxy', { timeout: hangMs }, async (t) => {
  let visits = 0;
  const proxy = await listen(t, (socket) => {
    visits++;
    socket.destroy();
  });
  await tryWay('https://provider.example/v1', { HTTPS_PROXY: `http://me:secret@${proxy}` }, never);
  assert.equal(visits, 1);
  // This machine is reached without it.
  await tryWay('https://127.0.0.1:9/v1', { HTTPS_PROXY: `http://${proxy}` }, never);
  assert.equal(visits, 1);
});

test(
  'a host that refuses, and a name that does not exist, are left to the request',
  { timeout: hangMs },
  async () => {
    await tryWay('http://127.0.0.1:9', {}, never);
    await tryWay('http://no-such-host.invalid', {}, never);
  },
);

test('an abort ends the wait for a name', { timeout: hangMs }, async () => {
  const abort = new AbortController();
  const found = tryWay('http://no-such-host.invalid', {}, abort.signal);
  abort.abort(new Error('enough'));
  await assert.rejects(found, /enough/);
});

test(
  'closing an upstream gives up a connection that is being established',
  { timeout: hangMs },
  async (t) => {
    let arrived: ((socket: Socket) => void) | undefined;
    const accepted = new Promise<Socket>((resolve) => (arrived = resolve));
    // It accepts the connection, and is silent instead of a TLS handshake.
    const address = await listen(t, (socket) => arrived?.(socket));
    const upstream = await openUpstream({});
    const answer = upstream.post(`https://${address}/v1`, {}, '{}', never);
    const socket = (await accepted).resume();
    const closed = once(socket, 'close');
    await upstream.close();
    await assert.rejects(answer);
    // undici itself gives up after ten seconds.
    const inTime = await Promise.race([closed.then(() => true), sleep(stretched(2000), false)]);
    assert.ok(inTime);
  },
);
