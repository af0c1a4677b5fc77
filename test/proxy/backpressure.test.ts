/** Clients that read slowly or not at all: buffered data is bounded, and other clients do not wait. */
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
import { manualClock } from '../support/clock.ts';
import { hangMs, stretched } from '../support/limits.ts';
import { readResponse, proxyOver, requestBody, token, waitUntil } from '../support/proxy.ts';

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

const mebibyte = 1 << 20;

/** A text of this many bytes, and how many of them the upstream has sent. */
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

/** A client that sends a request and never reads. */
function neverReading(port: number, body = requestBody()): Socket {
  const text = JSON.stringify(body);
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  socket.on('error', () => {});
  socket.write(
    `POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nx-api-key: ${token}\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
  );
  return socket;
}

/** Waits until the figure has not changed for a while. */
async function untilStable(figure: () => number): Promise<number> {
  let before = figure();
  for (let stable = 0; stable < 5;) {
    await sleep(stretched(50));
    stable = figure() > 0 && figure() === before ? stable + 1 : 0;
    before = figure();
  }
  return before;
}

for (const format of ['chat', 'messages', 'responses', 'gemini'] as const) {
  test(`a client that does not read pauses the upstream, and other clients are answered: ${format}`, async () => {
    const size = 64 * mebibyte;
    const large = counted(size);
    await using over = await proxyOver({
      emulator: {
        script: ({ conversation }) => [say(conversation.prompt === 'small' ? 'tiny' : large.text)],
      },
      format,
      heartbeatMs: 20,
    });
    const socket = neverReading(over.proxy.port);
    // The kernel buffers of both connections hold megabytes that the proxy cannot limit.
    const sent = await untilStable(large.sent);
    assert(sent < size / 2, `${sent} bytes of ${size} were read from the upstream`);
    const small = await over.send(requestBody({ messages: [{ role: 'user', content: 'small' }] }));
    assert.equal(small.text, 'tiny');
    // One collection does not free everything that earlier tests have left.
    await waitUntil(() => {
      collectGarbage();
      return process.memoryUsage().arrayBuffers < 32 * mebibyte;
    }, 'the memory of a client that does not read');
    const received = over.emulator.requests[0];
    socket.destroy();
    assert.equal((await received?.ended)?.how, 'aborted');
    assert.deepEqual(over.warnings(), []);
  });

  test(`a client that reads late receives the complete answer: ${format}`, async () => {
    const size = 12 * mebibyte;
    const clock = manualClock();
    const large = counted(size);
    await using over = await proxyOver({
      clock,
      emulator: { script: () => [say(large.text)] },
      format,
      timeouts: { idleMs: 400 },
    });
    const response = await over.post();
    await untilStable(large.sent);
    // The idle timeout must not run while the proxy waits for the client.
    await waitUntil(() => !clock.due().includes(400), 'the proxy to wait for the client');
    clock.advance(3 * 3_600_000);
    const received = await readResponse(response);
    assert.equal(received.error, undefined);
    assert.equal(received.text.length, size);
    assert.equal(received.stopReason, 'end_turn');
  });
}

/** Sends a message to the process and returns its reply. */
async function exchange<T>(child: ChildProcess, message: object | string): Promise<T> {
  const answer = once(child, 'message', { signal: AbortSignal.timeout(hangMs) });
  child.send(message);
  return ((await answer) as [T])[0];
}

for (const format of ['chat', 'messages', 'responses', 'gemini'] as const) {
  test(`a client that reads nothing of 200 MB costs less than 20 MB of memory: ${format}`, async (t) => {
    const large = counted(200_000_000);
    await using emulator = await startEmulator({
      script: ({ conversation }) => [say(conversation.prompt === 'small' ? 'tiny' : large.text)],
    });
    const child = fork(new URL('../support/proxy-process.ts', import.meta.url), {
      execArgv: ['--import', 'tsx'],
    });
    t.after(() => child.kill());
    const { port } = await exchange<{ port: number }>(child, { url: emulator.url, format });
    const warm = requestBody({ messages: [{ role: 'user', content: 'small' }] });
    const small = async () => {
      const headers = { 'x-api-key': token, 'content-type': 'application/json' };
      const init = { method: 'POST', headers, body: JSON.stringify(warm) };
      return readResponse(await fetch(`http://127.0.0.1:${port}/v1/messages`, init));
    };
    for (let i = 0; i < 20; i++) await small();
    const memory = async () => (await exchange<{ bytes: number }>(child, 'memory')).bytes;
    const before = await memory();
    const socket = neverReading(port);
    const sent = await untilStable(large.sent);
    assert(sent < 100_000_000, `${sent} bytes were read from the upstream`);
    const cost = (await memory()) - before;
    t.diagnostic(`${(cost / 1e6).toFixed(1)} MB`);
    assert(cost < 20_000_000, `${cost} bytes`);
    assert.equal((await small()).text, 'tiny');
    socket.destroy();
    assert.equal((await (await emulator.received(21)).ended).how, 'aborted');
  });
}

test('an event of 8 MiB passes', async () => {
  await using over = await proxyOver([[say(['x'.repeat(8 * mebibyte)])]]);
  const response = await over.send();
  assert.equal(response.text.length, 8 * mebibyte);
});

test('an answer that exceeds the buffer limit with stream: false falls back to the next model', async () => {
  const endless = counted(400 * mebibyte);
  await using over = await proxyOver({ answers: [[say(endless.text)], [say('from second')]] });
  const response = await over.send(requestBody({ stream: false }));
  assert.equal(response.text, 'from second');
  assert(endless.sent() < 300 * mebibyte);
  assert.equal((await over.emulator.requests[0]?.ended)?.how, 'aborted');
});
