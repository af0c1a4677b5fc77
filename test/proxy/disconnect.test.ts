/** Client disconnects in every phase: the upstream request is aborted, no failure is recorded, nothing leaks (L13). */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { failing, refuse, type Answer } from '../../lib/emulator/answer.ts';
import { filler, say, type Script } from '../../lib/emulator/script.ts';
import { hangMs } from '../support/limits.ts';
import { proxyOver, requestBody, readUntil, token, waitUntil, type ProxyOptions } from '../support/proxy.ts';

const script: Script = [say(['first', ' second'])];

interface Phase {
  answers: (Answer | Script)[];
  options?: ProxyOptions;
  /** What the client reads before it disconnects; undefined disconnects as soon as the upstream has the request. */
  after?: string;
  /** How the upstream's answer ends. */
  how?: 'aborted' | 'sent';
}

const phases: Record<string, Phase> = {
  'before the headers': { answers: [failing(script, { headersAfterMs: 60_000 })] },
  'before the first event': { answers: [failing(script, { firstEventAfterMs: 60_000 })] },
  'before content': { answers: [failing(script, { breaks: { at: { deltas: 0 }, how: 'silence' } })] },
  'in mid-stream': {
    answers: [failing(script, { breaks: { at: { deltas: 1 }, how: 'silence' } })],
    after: '"first"',
  },
  'during an error response': {
    answers: [failing(refuse(503), { breaks: { at: { bytes: 4 }, how: 'silence' } })],
  },
  'during heartbeats': {
    answers: [failing(script, { headersAfterMs: 60_000 })],
    options: { heartbeatMs: 10 },
    after: 'event: ping',
  },
  'during a retry delay': {
    answers: [refuse(503), script],
    options: { retry: { attempts: 1, baseMs: 60_000, maxMs: 60_000 } },
    how: 'sent',
  },
  'during heartbeats in a retry delay': {
    answers: [refuse(503), script],
    options: { retry: { attempts: 1, baseMs: 60_000, maxMs: 60_000 }, heartbeatMs: 10 },
    after: 'event: ping',
    how: 'sent',
  },
};

for (const format of ['chat', 'messages', 'responses', 'gemini'] as const) {
  for (const [phase, { answers, options, after, how = 'aborted' }] of Object.entries(phases)) {
    for (const stream of after === undefined ? [true, false] : [true]) {
      test(`a client disconnects ${phase}: ${format}, ${stream ? 'streamed' : 'whole'}`, async () => {
        await using over = await proxyOver({ ...options, answers, format });
        const controller = new AbortController();
        const pending = over.post(requestBody({ stream }), { signal: controller.signal });
        const received = await over.emulator.received(1);
        if (after === undefined) pending.catch(() => {});
        else await readUntil(await pending, after);
        if (how === 'sent') await over.attemptsLogged(1);
        controller.abort();
        assert.equal((await received.ended).how, how);
        await waitUntil(() => over.proxy.stats().live === 0, 'the answer to close');
        await over.attemptsLogged(1);
        // When close() resolves, all work for this request has ended, so no other model can be tried later.
        assert.equal(await over.proxy.close(hangMs), 0);
        assert.deepEqual(over.requestedModels(), ['first']);
        assert.equal(over.proxy.stats().failures, 0);
        const failures = over
          .warnings()
          .filter(({ upstreamStatus }) => how === 'aborted' || upstreamStatus !== 503);
        assert.deepEqual(failures, []);
      });
    }
  }
}

test('a client disconnects before its body is complete', async () => {
  await using over = await proxyOver([script]);
  for (const path of ['/v1/messages', '/v1/messages/count_tokens']) {
    const socket = connect(over.proxy.port, '127.0.0.1');
    socket.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\nx-api-key: ${token}\r\n`);
    socket.write('content-length: 1000\r\n\r\n{"model": "m"');
    await waitUntil(() => over.proxy.stats().live === 1, 'the request to arrive');
    socket.destroy();
    await waitUntil(() => over.proxy.stats().live === 0, 'the request to end');
  }
  assert.equal(await over.proxy.close(hangMs), 0);
  assert.deepEqual(over.requestedModels(), []);
  assert.deepEqual(over.warnings(), []);
});

test('a request whose client disconnects before it is handled is not sent upstream', async () => {
  await using over = await proxyOver({ emulator: { script: () => script } });
  const body = JSON.stringify(requestBody());
  // Leaves a connection to the upstream on which a request could be sent at once.
  await over.send(requestBody());
  for (let i = 1; i <= 10; i++) {
    const socket = connect(over.proxy.port, '127.0.0.1');
    await once(socket, 'connect');
    const message = `POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nx-api-key: ${token}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    await new Promise((resolve) => socket.write(message, resolve));
    socket.destroy();
    // The proxy runs in this process. Blocking it makes the request and the disconnect arrive together.
    for (const end = performance.now() + 20; performance.now() < end;);
    await waitUntil(() => over.proxy.stats().requests === i + 1, 'the request to be read');
    await waitUntil(() => over.proxy.stats().live === 0, 'the request to end');
  }
  assert.equal(await over.proxy.close(hangMs), 0);
  assert.equal(over.requestedModels().length, 1);
  assert.deepEqual(over.warnings(), []);
});

test('a client disconnects with unread data', async () => {
  await using over = await proxyOver({ answers: [[say(filler(40_000_000, 4096))]] });
  const socket = connect(over.proxy.port, '127.0.0.1');
  const body = JSON.stringify(requestBody());
  socket.write(
    `POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nx-api-key: ${token}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  socket.pause();
  const received = await over.emulator.received(1);
  await waitUntil(
    () => received.status === undefined && over.proxy.stats().live === 1,
    'the answer to begin',
  );
  socket.resetAndDestroy();
  const ended = await received.ended;
  assert.equal(ended.how, 'aborted');
  assert.equal(await over.proxy.close(hangMs), 0);
  assert.deepEqual(over.warnings(), []);
});

/** Resources that keep the process alive, counted by kind. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

test('two hundred disconnects leave no sockets and no timers', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  const before = resources();
  {
    await using over = await proxyOver({
      emulator: {
        script: () => failing(script, { breaks: { at: { deltas: 1 }, how: 'silence' } }),
        keep: 300,
      },
      heartbeatMs: 10,
    });
    const listening = resources();
    process.on('warning', note);
    const agent = new Agent({ keepAlive: false });
    const disconnect = async (i: number): Promise<void> => {
      const outgoing = request({
        agent,
        host: '127.0.0.1',
        port: over.proxy.port,
        path: '/v1/messages',
        method: 'POST',
        headers: { 'x-api-key': token },
      });
      outgoing.on('error', () => {});
      const content = `question ${i}`;
      outgoing.end(
        JSON.stringify(requestBody({ stream: i % 3 !== 0, messages: [{ role: 'user', content }] })),
      );
      if (i % 3 === 1) {
        const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
        await once(answer, 'data');
      }
      const { requests } = over.emulator;
      await waitUntil(() => requests.some(({ conversation: { prompt } }) => prompt === content), content);
      outgoing.destroy();
    };
    for (let i = 0; i < 200; i += 8) {
      await Promise.all(Array.from({ length: 8 }, (_, j) => disconnect(i + j)));
    }
    await waitUntil(() => over.proxy.stats().live === 0, 'every answer to close');
    const endings = await Promise.all(over.emulator.requests.map(async ({ ended }) => (await ended).how));
    assert.deepEqual(new Set(endings), new Set(['aborted']));
    assert.equal(endings.length, 200);
    // undici may keep one open connection for each of the eight requests that ran at once.
    await waitUntil(
      () => (resources()['TCPSocketWrap'] ?? 0) <= 8 + (listening['TCPSocketWrap'] ?? 0),
      () => `sockets to close: ${JSON.stringify([listening, resources()])}`,
    );
    await waitUntil(
      () => (resources()['Timeout'] ?? 0) <= (listening['Timeout'] ?? 0),
      () => `timers to end: ${JSON.stringify([listening, resources()])}`,
    );
    assert.deepEqual(over.warnings(), []);
    assert.equal(over.proxy.stats().failures, 0);
    process.off('warning', note);
  }
  await waitUntil(
    () =>
      (resources()['TCPSocketWrap'] ?? 0) <= (before['TCPSocketWrap'] ?? 0) &&
      (resources()['TCPServerWrap'] ?? 0) <= (before['TCPServerWrap'] ?? 0),
    () => `all resources to be released: ${JSON.stringify([before, resources()])}`,
  );
  assert.deepEqual(warnings, []);
});

test('an answer, a refused request and an invalid request leave no timer', async () => {
  await using over = await proxyOver({
    answers: [script, refuse(503), refuse(503)],
    heartbeatMs: 3_600_000,
    change: (settings) => ({ ...settings, circuitBreaker: { failures: 1000, resetMs: 30_000 } }),
  });
  const timers = (): number => resources()['Timeout'] ?? 0;
  const before = timers();
  for (const body of [requestBody(), requestBody(), '{}']) await over.send(body);
  await over.attemptsLogged(3);
  // Each of the few kept connections has a timer.
  assert(timers() <= before + 3, `${before} → ${timers()}`);
  for (let i = 0; i < 20; i++) await over.send('{}');
  for (let i = 0; i < 20; i++) await over.send();
  await over.attemptsLogged(43);
  assert(timers() <= before + 3, `${before} → ${timers()}`);
});
