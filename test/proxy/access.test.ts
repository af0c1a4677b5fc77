/** Access to the proxy: tokens, hosts, origins and the size of a body. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { say } from '../../lib/emulator/script.ts';
import { largestBody } from '../../lib/proxy/inbound.ts';
import { modelOf, proxyOver, requestBody, token, type ProxyUnderTest } from '../support/proxy.ts';

interface RawResponse {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Sends a request with these headers only; fetch would not allow another Host or Origin. */
async function sendRaw(
  { proxy }: ProxyUnderTest,
  headers: Record<string, string>,
  { path = '/v1/models', method = 'GET', body = '' } = {},
): Promise<RawResponse> {
  const outgoing = request({ host: '127.0.0.1', port: proxy.port, path, method, headers });
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return { status: answer.statusCode ?? 0, headers: answer.headers, text };
}

test('the token is read from x-api-key or from a bearer authorization', async () => {
  await using over = await proxyOver();
  for (const headers of [
    { 'x-api-key': token },
    { authorization: `Bearer ${token}` },
    { authorization: `bearer  ${token}` },
    { 'x-api-key': '', authorization: `Bearer ${token}` },
  ]) {
    assert.equal((await sendRaw(over, headers)).status, 200, JSON.stringify(headers));
  }
});

test('without the token every other endpoint answers a permanent 401', async () => {
  await using over = await proxyOver();
  for (const headers of [
    {},
    { 'x-api-key': 'wrong' },
    { authorization: 'Bearer wrong' },
    { authorization: `Basic ${token}` },
    { authorization: token },
    { 'x-api-key': token.slice(0, -1) },
    { 'x-api-key': `${token}x` },
    { 'x-api-key': 'wrong', authorization: 'Bearer wrong' },
  ] as Record<string, string>[]) {
    for (const path of ['/v1/models', '/v1/messages', '/nowhere']) {
      const { status, headers: responseHeaders, text } = await sendRaw(over, headers, { path });
      assert.equal(status, 401, `${path} ${JSON.stringify(headers)}`);
      assert.equal(responseHeaders['x-should-retry'], 'false');
      const { type, error, request_id } = JSON.parse(text) as Record<string, Record<string, string>>;
      assert.deepEqual([type, error?.['type']], ['error', 'authentication_error']);
      assert.equal(request_id, responseHeaders['request-id']);
      assert.doesNotMatch(text, new RegExp(`${token.slice(0, 10)}|wrong`));
    }
  }
  assert.doesNotMatch(JSON.stringify(over.log), new RegExp(token));
});

test('the response to a wrong token does not depend on the token', async () => {
  await using over = await proxyOver();
  const bodies = await Promise.all(
    ['a', 'x'.repeat(4000), token.replace('0', '1')].map(async (wrong) => {
      const { text } = await sendRaw(over, { 'x-api-key': wrong });
      return text.replace(/req_[0-9a-f]+/g, '');
    }),
  );
  assert.equal(new Set(bodies).size, 1);
});

test('without a configured token any request is accepted', async () => {
  await using over = await proxyOver({ token: undefined });
  for (const headers of [{}, { 'x-api-key': 'unused' }] as Record<string, string>[])
    assert.equal((await sendRaw(over, headers)).status, 200);
});

test('loopback names and addresses are accepted as Host, with any port', async () => {
  await using over = await proxyOver();
  const { port } = over.proxy;
  for (const host of [
    `127.0.0.1:${port}`,
    `localhost:${port}`,
    'localhost',
    'LOCALHOST:80',
    `[::1]:${port}`,
    '[::1]',
    '127.0.0.2',
  ]) {
    assert.equal((await sendRaw(over, { host, 'x-api-key': token })).status, 200, host);
  }
});

test('any other Host is refused on every endpoint, against DNS rebinding', async () => {
  await using over = await proxyOver();
  const { port } = over.proxy;
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    `127.0.0.1.evil.example:${port}`,
    'localhost.evil.example',
    '10.0.0.1',
    '[::2]',
    'a b',
  ]) {
    for (const path of ['/v1/models', '/health', '/']) {
      const { status, text } = await sendRaw(over, { host, 'x-api-key': token }, { path });
      assert.equal(status, 403, `${host} ${path}`);
      assert.match(text, /permission_error/);
    }
  }
});

test('a request from a web page is refused, whatever its Origin', async () => {
  await using over = await proxyOver();
  const { port } = over.proxy;
  for (const origin of [
    'https://evil.example',
    'http://localhost:3000',
    `https://127.0.0.1:${port}`,
    'http://127.0.0.1',
    'null',
    'file://',
    'chrome-extension://abc',
    '',
  ]) {
    const headers = { host: `127.0.0.1:${port}`, origin, 'x-api-key': token };
    const { status, text } = await sendRaw(over, headers, {
      path: '/v1/messages',
      method: 'POST',
      body: JSON.stringify(requestBody()),
    });
    assert.equal(status, 403, origin);
    assert.match(text, /permission_error/);
  }
  assert.deepEqual(over.requestedModels(), []);
});

test('what a page from elsewhere loads without an Origin is refused, and what a user opens is answered', async () => {
  await using over = await proxyOver();
  const expected = { 'cross-site': 403, 'same-site': 403, 'same-origin': 200, none: 200 };
  for (const [site, status] of Object.entries(expected)) {
    const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors', 'x-api-key': token };
    for (const path of ['/health', '/v1/models'])
      assert.equal((await sendRaw(over, headers, { path })).status, status, `${site} ${path}`);
  }
});

test('the proxy’s own origin is accepted', async () => {
  await using over = await proxyOver();
  const { port } = over.proxy;
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) {
    const { status } = await sendRaw(over, { host, origin: `http://${host}`, 'x-api-key': token });
    assert.equal(status, 200);
  }
});

test('a proxy on an IPv6 address has it in its URL', async (t) => {
  const over = await proxyOver({ host: '::1' }).catch(() => undefined);
  if (!over) return t.skip('no IPv6');
  await using ipv6 = over;
  assert.equal(ipv6.url, `http://[::1]:${ipv6.proxy.port}`);
  assert.equal((await fetch(`${ipv6.url}/health`)).status, 200);
});

test('a body with a content-length over the limit is refused before it is read', async () => {
  await using over = await proxyOver();
  const socket = connect(over.proxy.port, '127.0.0.1');
  socket.write(
    `POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nx-api-key: ${token}\r\ncontent-length: ${largestBody + 1}\r\n\r\n{`,
  );
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  assert.match(text, /^HTTP\/1\.1 413 /);
  assert.match(text, /"type":"request_too_large"/);
});

test('a chunked body is refused as soon as it exceeds the limit, and not kept', async () => {
  await using over = await proxyOver();
  const outgoing = request({
    host: '127.0.0.1',
    port: over.proxy.port,
    path: '/v1/messages',
    method: 'POST',
    headers: { 'x-api-key': token, 'transfer-encoding': 'chunked' },
  });
  const received: { status?: number | undefined; text: string } = { text: '' };
  const answered = new Promise<void>((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      received.status = answer.statusCode;
      answer.on('data', (chunk: Buffer) => (received.text += chunk.toString()));
      answer.on('end', resolve);
    });
  });
  const piece = Buffer.alloc(1 << 20, 'x');
  let sent = 0;
  const send = (): void => {
    while (received.status === undefined && sent < largestBody * 2) {
      sent += piece.length;
      if (!outgoing.write(piece)) return;
    }
  };
  outgoing.on('drain', send);
  send();
  await answered;
  outgoing.destroy();
  const { status, text } = received;
  assert.equal(status, 413);
  assert.match(text, /"type":"request_too_large"/);
  assert(sent < largestBody * 1.5, `${sent} bytes were read`);
  assert.deepEqual(over.warnings(), []);
});

test('a body of exactly the maximum size is read', async () => {
  await using over = await proxyOver();
  const body = JSON.stringify(requestBody({ model: 7 }));
  const response = await over.send(body + ' '.repeat(largestBody - body.length));
  assert.equal(response.status, 400);
  assert.match(response.error?.message ?? '', /^model: /);
});

test('a key that an upstream repeats is removed from responses and the log', async () => {
  const key = 'key.in.no.known.format';
  const secret = { reveal: () => key, toString: () => '•••', toJSON: () => '•••' };
  const repeatsKey = (status: number) => ({
    reply: { status, body: JSON.stringify({ error: { message: `Invalid key ${key}, got Bearer ${key}` } }) },
  });
  for (const format of ['chat', 'messages', 'responses', 'gemini'] as const) {
    await using over = await proxyOver({
      models: [modelOf('first', { wire_format: format })],
      provider: { keys: [secret], auth: { chat: 'bearer', messages: 'x-api-key' } },
      answers: [
        repeatsKey(401),
        repeatsKey(400),
        repeatsKey(500),
        repeatsKey(200),
        { script: [say('a')], faults: { errorEvent: { at: { events: 1 }, message: `the key is ${key}` } } },
        { reply: { status: 302, headers: { location: `https://x.example/?key=${key}` } } },
        { reply: { status: 500, body: `<html><title>${key}</title>` } },
      ],
    });
    for (let i = 1; i <= 7; i++) {
      const response = await over.send();
      assert.equal(over.emulator.requests.length, i);
      assert.notEqual(response.error, undefined, response.body);
      assert.doesNotMatch(
        response.body + JSON.stringify([...response.headers]),
        new RegExp(key),
        `answer ${i}`,
      );
    }
    assert.doesNotMatch(JSON.stringify(over.log), new RegExp(key));
    assert.doesNotMatch(JSON.stringify(over.log), new RegExp(token));
  }
});

test('the token in one header is enough when a client uses the other for its own', async () => {
  await using over = await proxyOver();
  for (const headers of [
    { 'x-api-key': 'another', authorization: `Bearer ${token}` },
    { 'x-api-key': token, authorization: 'Bearer another' },
  ]) {
    const { status } = await sendRaw(over, headers, { path: '/v1/models' });
    assert.equal(status, 200);
  }
});

test('invalid HTTP is refused with the usual error body', async () => {
  await using over = await proxyOver();
  for (const [sent, status] of [
    ['HELLO\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`, 431],
  ] as const) {
    const socket = connect(over.proxy.port, '127.0.0.1');
    socket.end(sent);
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    assert.match(text, new RegExp(`^HTTP/1\\.1 ${status} `));
    const body = JSON.parse(text.slice(text.indexOf('\r\n\r\n'))) as {
      type: string;
      error: { type: string };
    };
    assert.deepEqual([body.type, body.error.type], ['error', 'invalid_request_error']);
  }
});

test('a body that is nested too deeply is a client error', async () => {
  await using over = await proxyOver();
  const deep = '[{"type":"tool_result","tool_use_id":"a","content":'.repeat(20_000);
  const body = `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":${deep}"x"${'}]'.repeat(20_000)}}]}`;
  const response = await over.post(body);
  assert.equal(response.status, 400);
  assert.match(await response.text(), /nested too deeply/);
});
