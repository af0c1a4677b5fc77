/** Tests the server: the recorded requests, the checks of a strict emulator, and closing. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { say, wait } from '../../lib/emulator/script.ts';
import { startEmulator } from '../../lib/emulator/server.ts';
import type { LogEntry } from '../../lib/log/log.ts';
import { hangMs } from '../support/limits.ts';
import { longWaitMs, bounded, formats, paths, post, question, withEmulator } from './support.ts';

const hello = () => [say('hello')];

test('it records requests and how they ended', bounded, async () => {
  await withEmulator({ script: hello }, async (emulator) => {
    const began = performance.now();
    const response = await fetch(`${emulator.url}/zen/go/v1/messages?beta=true`, {
      method: 'POST',
      headers: { 'x-api-key': 'k', 'x-opencode-session': 's' },
      body: JSON.stringify(question('hi there', { stream: false })),
    });
    const text = await response.text();
    const received = await emulator.received(1);
    assert.deepEqual(
      {
        ...received,
        headers: received.headers['x-opencode-session'],
        ended: await received.ended,
        ending: received.ending?.how,
      },
      {
        number: 1,
        arrivedMs: received.arrivedMs,
        method: 'POST',
        path: '/zen/go/v1/messages',
        query: 'beta=true',
        headers: 's',
        body: question('hi there', { stream: false }),
        bodyBytes: JSON.stringify(question('hi there', { stream: false })).length,
        tooLarge: false,
        format: 'messages',
        conversation: received.conversation,
        keyHeaders: ['x-api-key'],
        status: 200,
        ended: received.ending,
        ending: 'sent',
      },
    );
    assert.ok(received.arrivedMs > began && received.arrivedMs < performance.now());
    assert.equal(received.ending?.bytes, text.length);
    assert.equal(received.conversation.prompt, 'hi there');
  });
});

test('it keeps a limited number of requests, and waiting for one has a limit', bounded, async () => {
  await withEmulator({ script: hello, keep: 2 }, async (emulator) => {
    const third = emulator.received(3);
    for (let i = 0; i < 3; i++) await (await post(emulator, 'chat')).text();
    assert.deepEqual(
      emulator.requests.map(({ number }) => number),
      [2, 3],
    );
    assert.equal((await third).number, 3);
    await assert.rejects(emulator.received(9, 10), /request 9 did not arrive within 10 ms/);
  });
});

for (const format of formats) {
  test(
    `a client that leaves is noticed at once, in mid-stream and in mid-wait: ${format}`,
    bounded,
    async () => {
      await withEmulator({ script: () => [say('one '), wait(longWaitMs), say('two')] }, async (emulator) => {
        const leave = new AbortController();
        const response = await post(emulator, format, question('x'), { signal: leave.signal });
        await response.body?.getReader().read();
        const received = await emulator.received(1);
        leave.abort();
        assert.equal((await received.ended).how, 'aborted');
        assert.equal(received.status, 200);
      });
    },
  );
}

test('closing ends running and idle connections and frees the port', bounded, async () => {
  const emulator = await startEmulator({ script: () => [wait(longWaitMs), say('never')] });
  const idle = connect(emulator.port, '127.0.0.1');
  await once(idle, 'connect');
  const response = await post(emulator, 'chat');
  const received = await emulator.received(1);
  await emulator.close();
  await emulator.close();
  await assert.rejects(response.text());
  assert.equal((await received.ended).how, 'aborted');
  idle.resume();
  if (!idle.closed) await once(idle, 'close');
  await assert.rejects(fetch(emulator.url));
  const again = await startEmulator({ port: emulator.port });
  assert.equal(again.port, emulator.port);
  await assert.rejects(startEmulator({ port: emulator.port }), { code: 'EADDRINUSE' });
  await again.close();
});

/** Runs a script in a new process, which must exit by itself. */
async function exitsByItself(script: string): Promise<{ code: number | null; out: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    cwd: new URL('../..', import.meta.url),
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: hangMs,
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (data: string) => (out += data));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out };
}

const start =
  "import { startEmulator } from './lib/emulator/server.ts'; const emulator = await startEmulator();";
const ask = "await (await fetch(emulator.url + '/v1/messages', { method: 'POST', body: '{}' })).text();";

test('after close or unref, it does not keep the process running', bounded, async () => {
  assert.deepEqual(await exitsByItself(`${start}${ask} await emulator.close(); console.log('closed');`), {
    code: 0,
    out: 'closed\n',
  });
  assert.deepEqual(await exitsByItself(`${start} emulator.unref(); console.log('left');`), {
    code: 0,
    out: 'left\n',
  });
});

test('other paths return a web page', bounded, async () => {
  await withEmulator({}, async ({ url }) => {
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', paths.chat],
      ['POST', '/v1/messages/count_tokens'],
      ['POST', '/v1/v1/nothing'],
    ]) {
      const response = await fetch(`${url}${path}`, { method: method ?? '' });
      assert.equal(response.status, 404, `${method} ${path}`);
      assert.match(await response.text(), /^<!DOCTYPE html>/);
    }
  });
});

test('models are listed in the gateway’s shape', bounded, async () => {
  await withEmulator({ models: { one: ['chat'], two: ['chat', 'messages'] } }, async ({ url }) => {
    const list = (await (await fetch(`${url}/zen/go/v1/models`)).json()) as {
      object: string;
      data: { id: string }[];
    };
    assert.equal(list.object, 'list');
    assert.deepEqual(
      list.data.map(({ id }) => id),
      ['one', 'two'],
    );
  });
});

test('a strict emulator checks model, key and session, in this order', bounded, async () => {
  const cases: [string, keyof typeof paths, string, Record<string, string>, number, string][] = [
    ['unknown model', 'chat', 'nope', {}, 401, 'Model nope is not supported'],
    [
      'wrong format',
      'messages',
      'emulator-chat',
      {},
      401,
      'Model emulator-chat is not supported for format anthropic',
    ],
    ['wrong format', 'chat', 'emulator-messages', {}, 401, 'not supported for format oa-compat'],
    ['no key', 'chat', 'emulator-chat', {}, 401, 'Missing API key'],
    ['key in the wrong header', 'chat', 'emulator-chat', { 'x-api-key': 'k' }, 401, 'Missing API key'],
    [
      'Bearer on messages',
      'messages',
      'emulator-messages',
      { authorization: 'Bearer k' },
      401,
      'Missing API key',
    ],
    ['no session', 'chat', 'emulator-chat', { authorization: 'Bearer k' }, 400, 'MissingSessionID'],
    [
      'all right',
      'chat',
      'emulator-chat',
      { authorization: 'Bearer k', 'x-opencode-session': 's' },
      200,
      'hell',
    ],
    [
      'all right',
      'messages',
      'emulator-messages',
      { 'x-api-key': 'k', 'x-session-affinity': 's' },
      200,
      'hell',
    ],
  ];
  await withEmulator({ script: hello, strict: true }, async (emulator) => {
    for (const [name, format, model, headers, status, says] of cases) {
      const response = await post(emulator, format, question('x', { model }), { headers });
      const text = await response.text();
      assert.equal(response.status, status, name);
      assert.ok(text.includes(says), `${name}: ${text}`);
    }
  });
});

test('an error in a script breaks only its connection and is logged', bounded, async () => {
  const entries: LogEntry[] = [];
  let broken = true;
  const script = () => {
    if (broken) throw new Error('an error');
    return [say('fine')];
  };
  await withEmulator({ script, log: (entry) => entries.push(entry) }, async (emulator) => {
    await assert.rejects(post(emulator, 'chat'));
    assert.equal((await (await emulator.received(1)).ended).how, 'broken');
    broken = false;
    assert.match(await (await post(emulator, 'chat')).text(), /fine/);
    await (
      await emulator.received(2)
    ).ended;
    assert.deepEqual(
      entries.map(({ level, event }) => [level, event]),
      [
        ['error', 'emulator_failed'],
        ['debug', 'emulator'],
      ],
    );
    assert.match(String(entries[0]?.['error']), /an error/);
  });
});

test('a body that is not JSON is answered, and an aborted upload is ignored', bounded, async () => {
  const entries: LogEntry[] = [];
  await withEmulator({ script: hello, log: (entry) => entries.push(entry) }, async (emulator) => {
    const half = connect(emulator.port, '127.0.0.1');
    half.write(`POST ${paths.chat} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"model`);
    await once(half, 'connect');
    const response = await fetch(emulator.url + paths.chat, { method: 'POST', body: 'not JSON' });
    assert.match(await response.text(), /"hell/);
    half.destroy();
    assert.equal(emulator.requests.length, 1);
  });
  assert.deepEqual(
    entries.filter(({ level }) => level === 'error'),
    [],
  );
});

test('thirty concurrent requests cause no warning of a leak', bounded, async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on('warning', note);
  await withEmulator({ script: () => [wait(200), say('hello')] }, async (emulator) => {
    const asks = Array.from({ length: 30 }, () => post(emulator, 'messages', question('hi')));
    for (const answer of await Promise.all(asks)) assert.match(await answer.text(), /message_stop/);
  });
  process.off('warning', note);
  assert.deepEqual(warnings, []);
});
