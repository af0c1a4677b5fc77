/** Clients that read slowly or not at all: what is held for them is bounded, and nobody else waits (laws: Time). */
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setTimeout as sleep } from 'node:timers/promises';
import { filler, say } from '../../lib/emulator/script.ts';
import { startEmulator } from '../../lib/emulator/server.ts';
import { readResponse, proxyOver, requestBody, token } from '../support/proxy.ts';

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

const mebibyte = 1 << 20;

/** So many bytes of text, and how many of them the upstream has been able to send so far. */
function counted(bytes: number): { text: Iterable<string>; sent: () => number } {
  let sent = 0;
  return {
    text: {
      *[Symbol.iterator]() {
        for (const piece of filler(bytes, 16_384)) {
          sent += piece.length;
          yield piece;
        }
      },
    },
    sent: () => sent,
  };
}

/** A client that asks and does not read. */
function deaf(port: number, body = requestBody()): Socket {
  const text = JSON.stringify(body);
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  socket.on('error', () => {});
  socket.write(
    `POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nx-api-key: ${token}\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
  );
  return socket;
}

/** Waits until the figure has stood still for a while; at most ten seconds. */
async function standstill(figure: () => number): Promise<number> {
  for (let rounds = 0; rounds < 40; rounds++) {
    const before = figure();
    await sleep(250);
    if (before > 0 && figure() === before) return before;
  }
  return assert.fail(`still growing at ${figure()}`);
}

for (const format of ['chat', 'messages', 'responses', 'gemini'] as const) {
  test(`a client that does not read stops the upstream, and others are answered meanwhile: ${format}`, async () => {
    const size = 64 * mebibyte;
    const large = counted(size);
    await using over = await proxyOver({
      emulator: {
        script: ({ conversation }) => [say(conversation.prompt === 'small' ? 'tiny' : large.text)],
      },
      format,
      heartbeatMs: 20,
    });
    const socket = deaf(over.proxy.port);
    // What the sockets of both connections hold in the kernel is not ours to bound; what is beyond that is.
    const stood = await standstill(large.sent);
    assert(stood < size / 2, `${stood} bytes of ${size} were taken from the upstream`);
    const small = await over.send(requestBody({ messages: [{ role: 'user', content: 'small' }] }));
    assert.equal(small.text, 'tiny');
    // What is held now, not what earlier tests have left to be collected.
    collectGarbage();
    assert(process.memoryUsage().arrayBuffers < 64 * mebibyte);
    const asked = over.emulator.requests[0];
    socket.destroy();
    assert.equal((await asked?.ended)?.how, 'aborted');
    assert.deepEqual(over.warnings(), []);
  });

  test(`a client that reads late gets everything, whole: ${format}`, async () => {
    const size = 12 * mebibyte;
    await using over = await proxyOver({
      emulator: { script: () => [say(filler(size, 16_384))] },
      format,
      timeouts: { idleMs: 400, firstEventMs: 5000 },
    });
    const response = await over.post();
    // Longer than any limit of the upstream's: it is the client who is waited for, and no limit is for that.
    await sleep(900);
    const received = await readResponse(response);
    assert.equal(received.error, undefined);
    assert.equal(received.text.length, size);
    assert.equal(received.stopReason, 'end_turn');
  });
}

/** What the process answers to a message. */
async function told<T>(child: ChildProcess, message: object | string): Promise<T> {
  const answer = once(child, 'message', { signal: AbortSignal.timeout(20_000) });
  child.send(message);
  return ((await answer) as [T])[0];
}

for (const format of ['chat', 'messages', 'responses', 'gemini'] as const) {
  test(`a client that reads nothing of 200 MB costs less than 20 MB: ${format}`, async (t) => {
    const large = counted(200_000_000);
    await using emulator = await startEmulator({
      script: ({ conversation }) => [say(conversation.prompt === 'small' ? 'tiny' : large.text)],
    });
    const child = fork(new URL('../support/proxy-process.ts', import.meta.url), {
      execArgv: ['--import', 'tsx'],
    });
    t.after(() => child.kill());
    const { port } = await told<{ port: number }>(child, { url: emulator.url, format });
    const warm = requestBody({ messages: [{ role: 'user', content: 'small' }] });
    const small = async () => {
      const headers = { 'x-api-key': token, 'content-type': 'application/json' };
      const init = { method: 'POST', headers, body: JSON.stringify(warm) };
      return readResponse(await fetch(`http://127.0.0.1:${port}/v1/messages`, init));
    };
    for (let i = 0; i < 20; i++) await small();
    const memory = async () => (await told<{ bytes: number }>(child, 'memory')).bytes;
    const before = await memory();
    const socket = deaf(port);
    const stood = await standstill(large.sent);
    assert(stood < 100_000_000, `${stood} bytes were taken from the upstream`);
    const cost = (await memory()) - before;
    t.diagnostic(`${(cost / 1e6).toFixed(1)} MB`);
    assert(cost < 20_000_000, `${cost} bytes`);
    assert.equal((await small()).text, 'tiny');
    socket.destroy();
    assert.equal((await (await emulator.asked(21)).ended).how, 'aborted');
  });
}

test('one event of megabytes passes in reasonable time', async () => {
  await using over = await proxyOver([[say(['x'.repeat(8 * mebibyte)])]]);
  const response = await over.send();
  assert.equal(response.text.length, 8 * mebibyte);
});

test('a whole answer that grows past every bound is given up, not held', async () => {
  const endless = counted(400 * mebibyte);
  await using over = await proxyOver({ answers: [[say(endless.text)], [say('from second')]] });
  const response = await over.send(requestBody({ stream: false }));
  assert.equal(response.text, 'from second');
  assert(endless.sent() < 300 * mebibyte);
  assert.equal((await over.emulator.requests[0]?.ended)?.how, 'aborted');
});
