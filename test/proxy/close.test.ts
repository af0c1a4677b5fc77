/** Stopping the proxy: new requests are refused, running ones may finish, and then the port is free. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { OccError } from '../../lib/errors.ts';
import { failing } from '../../lib/emulator/answer.ts';
import { chat } from '../../lib/emulator/formats/chat.ts';
import { say, usage, wait } from '../../lib/emulator/script.ts';
import { startProxy } from '../../lib/proxy/server.ts';
import { manualClock } from '../support/clock.ts';
import { hangMs, stretched } from '../support/limits.ts';
import { proxyOver, readUntil, token, waitUntil } from '../support/proxy.ts';

const lastAnswer = [say('a'), usage({ input: 100, output: 7 })];
const head = { id: 'x', model: 'm', created: 0, flavour: 'go', inputTokens: 1 } as const;
const chatEvents = [...chat.stream(lastAnswer, head)];

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  const [outcome] = await Promise.race([
    once(server, 'listening').then(() => [true]),
    once(server, 'error').then(() => [false]),
  ]);
  server.close();
  return outcome === true;
}

test('a running stream finishes, new requests are refused, and the port is released', async () => {
  const clock = manualClock();
  await using over = await proxyOver({ clock, answers: [[say('one '), wait(300), say('two')]] });
  const { text, reader } = await readUntil(await over.post(), '"one "');
  const closing = over.proxy.close(hangMs);
  const refused = await over.post();
  assert.equal(refused.status, 503);
  // The next attempt opens a connection, which may reach another proxy, and clients retry it.
  assert.equal(refused.headers.get('connection'), 'close');
  assert.equal(refused.headers.get('x-should-retry'), null);
  assert.match(await refused.text(), /"type":"overloaded_error".*being stopped/);
  const health = (await (await fetch(`${over.url}/health`)).json()) as Record<string, unknown>;
  assert.deepEqual([health['status'], health['live']], ['stopping', 1]);
  const ready = await fetch(`${over.url}/ready`);
  assert.deepEqual([ready.status, await ready.json()], [503, { status: 'stopping', service: 'occ' }]);
  await clock.reach(300);
  let rest = text;
  for (let read = await reader.read(); !read.done; read = await reader.read())
    rest += new TextDecoder().decode(read.value);
  assert.match(rest, /"two"[\s\S]*event: message_stop\ndata: .*\n\n$/);
  assert.equal(await closing, 0);
  assert(await isFree(over.proxy.port));
});

test('a new request on an open connection is refused with an error body', async () => {
  const clock = manualClock();
  await using over = await proxyOver({ clock, answers: [[say('one '), wait(60_000)]] });
  const { reader } = await readUntil(await over.post(), '"one "');
  const socket = connect(over.proxy.port, '127.0.0.1');
  await new Promise((resolve) => socket.write('POST /v1/messages HTTP/1.1\r\nhost: localhost\r\n', resolve));
  // When a later request has been answered, the first line has been read.
  await fetch(`${over.url}/health`);
  const closing = over.proxy.close(hangMs);
  socket.write(`x-api-key: ${token}\r\ncontent-length: 2\r\n\r\n{}`);
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  await waitUntil(() => text.includes('overloaded_error'), 'the refusal');
  assert.match(text, /^HTTP\/1\.1 503 /);
  assert.match(text, /"type":"overloaded_error"/);
  await clock.reach(60_000);
  while (!(await reader.read()).done);
  assert.equal(await closing, 0);
  assert.equal(over.requestedModels().length, 1);
});

test('a client that is still sending a large body while the proxy stops receives the refusal', async () => {
  const clock = manualClock();
  await using over = await proxyOver({ clock, answers: [[say('one '), wait(60_000)]] });
  const { reader } = await readUntil(await over.post(), '"one "');
  const closing = over.proxy.close(hangMs);
  const socket = connect(over.proxy.port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  const closed = once(socket, 'close');
  const length = 32 * 1024 * 1024;
  socket.write(
    `POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nx-api-key: ${token}\r\ncontent-length: ${length}\r\n\r\n`,
  );
  socket.write(Buffer.alloc(length, ' '));
  await closed;
  assert.match(text, /^HTTP\/1\.1 503 [\s\S]*connection: close[\s\S]*being stopped/i);
  await clock.reach(60_000);
  while (!(await reader.read()).done);
  assert.equal(await closing, 0);
});

test('requests that exceed the drain time are cut, counted and aborted upstream', async () => {
  await using over = await proxyOver({
    emulator: { script: () => [say('one '), wait(60_000)] },
  });
  const responses = await Promise.all([over.post(), over.post(), over.post()]);
  const readings = await Promise.all(responses.map((response) => readUntil(response, '"one "')));
  assert.equal(await over.proxy.close(20), 3);
  for (const { reader } of readings) {
    let rest = '';
    for (let read = await reader.read(); !read.done; read = await reader.read())
      rest += new TextDecoder().decode(read.value);
    assert.match(rest, /event: error\ndata: .*"overloaded_error","message":"occ was stopped before/);
    assert.doesNotMatch(rest, /message_stop/, 'a cut stream must not look complete');
  }
  const endings = await Promise.all(over.emulator.requests.map(async ({ ended }) => (await ended).how));
  assert.deepEqual(endings, ['aborted', 'aborted', 'aborted']);
  assert(await isFree(over.proxy.port));
  assert.deepEqual(over.warnings(), []);
  assert.equal(over.proxy.stats().live, 0);
  const recent = over.proxy.recent.list();
  assert.deepEqual([...new Set(recent.map(({ ending }) => ending))], ['cut']);
});

test('a request without content that exceeds the drain time gets an error status', async () => {
  await using over = await proxyOver({ emulator: { script: () => [wait(60_000)] } });
  const pending = over.post();
  await over.emulator.received(1, hangMs);
  assert.equal(await over.proxy.close(0), 1);
  const response = await pending;
  assert.equal(response.status, 503);
  assert.match(await response.text(), /occ was stopped before this answer was complete\\nNext: occ start/);
  assert.equal(over.proxy.recent.list()[0]?.ending, 'refused');
});

test('the usage of the last answer is recorded before close resolves, with any drain time', async () => {
  const eventCount = chatEvents.length;
  for (const [drainMs, events, until] of [
    [0, 2, '"a"'],
    [0, eventCount, 'message_stop'],
    [stretched(300), eventCount - 1, 'message_stop'],
  ] as const) {
    const breaks = { at: { events }, how: 'silence' } as const;
    await using over = await proxyOver([failing(lastAnswer, { breaks })]);
    await readUntil(await over.post(), until);
    await over.proxy.close(drainMs);
    const seen = over.log.map(({ event }) => event);
    const cut = until === 'message_stop' ? [] : ['refused'];
    assert.deepEqual(seen, ['request', ...cut, 'attempt'], `${drainMs} ${events}`);
    if (until === 'message_stop') assert.equal(over.proxy.stats().outputTokens, 7);
  }
});

test('close can be called twice, and before the first request', async () => {
  await using over = await proxyOver();
  assert.deepEqual(await Promise.all([over.proxy.close(1000), over.proxy.close(1000)]), [0, 0]);
  assert.equal(await over.proxy.close(0), 0);
});

test('idle connections do not delay closing', async () => {
  await using over = await proxyOver();
  const socket = connect(over.proxy.port, '127.0.0.1');
  await once(socket, 'connect');
  await over.send();
  await waitUntil(() => over.proxy.stats().live === 0, 'the answer to close');
  assert.equal(await over.proxy.close(hangMs), 0);
  socket.destroy();
});

test('a port in use is an error with a remedy', async () => {
  await using over = await proxyOver();
  await assert.rejects(
    startProxy({ settings: () => over.settings, host: '127.0.0.1', port: over.proxy.port, log: () => {} }),
    (error) => error instanceof OccError && error.code === 'port_in_use' && /--port/.test(error.remedy ?? ''),
  );
});
