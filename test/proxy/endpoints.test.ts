/** All endpoints except model answers, and the error body of every refusal. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { refuse } from '../../lib/emulator/answer.ts';
import { say } from '../../lib/emulator/script.ts';
import { version } from '../../lib/version.ts';
import { modelOf, proxyOver, requestBody, token, waitUntil } from '../support/proxy.ts';

const bearer = { authorization: `Bearer ${token}` };

test('health needs no token, contains no secret and has counters', async () => {
  await using over = await proxyOver();
  await over.send();
  await waitUntil(() => over.proxy.stats().live === 0, 'the answer to close');
  const response = await fetch(`${over.url}/health`);
  const health = (await response.json()) as Record<string, unknown>;
  assert.equal(response.status, 200);
  const { uptime_s, ...rest } = health;
  assert.equal(typeof uptime_s, 'number');
  assert.deepEqual(rest, {
    status: 'ok',
    service: 'occ',
    version,
    pid: process.pid,
    requests: 1,
    failures: 0,
    live: 0,
  });
});

test('the probes Claude Code sends before it connects are answered without a token', async () => {
  await using over = await proxyOver();
  for (const [method, path] of [
    ['HEAD', '/'],
    ['GET', '/'],
    ['HEAD', '/api/hello'],
    ['GET', '/api/hello'],
    ['HEAD', '/health'],
    ['HEAD', '/ready'],
    ['GET', '/ready'],
  ] as const) {
    const response = await fetch(over.url + path, { method });
    assert.equal(response.status, 200, `${method} ${path}`);
    assert.equal((await response.text()).length > 0, method === 'GET');
  }
});

test('tokens are counted locally, without an upstream request', async () => {
  await using over = await proxyOver();
  const response = await over.send(
    { model: 'm', messages: [{ role: 'user', content: 'hello there, how are you?' }] },
    { path: '/v1/messages/count_tokens?beta=true' },
  );
  assert.equal(response.status, 200);
  assert.deepEqual(JSON.parse(response.body), { input_tokens: 11 });
  assert.deepEqual(over.requestedModels(), []);
});

test('the model list fits OpenAI and Anthropic clients, and has each model once', async () => {
  const [a, b] = [modelOf('first'), modelOf('org/second')];
  await using over = await proxyOver({ models: [a, b, a] });
  const list = async (userAgent: string, path = '/v1/models?limit=1000') => {
    const response = await fetch(over.url + path, { headers: { ...bearer, 'user-agent': userAgent } });
    assert.equal(response.status, 200);
    return (await response.json()) as { object: string; has_more: boolean; data: Record<string, unknown>[] };
  };
  const plain = await list('OpenAI/JS 6');
  assert.equal(plain.object, 'list');
  assert.equal(plain.has_more, false);
  assert.deepEqual(
    plain.data.map(({ id, type, object, owned_by }) => [id, type, object, owned_by]),
    [
      ['emulator/first', 'model', 'model', 'emulator'],
      ['emulator/org/second', 'model', 'model', 'emulator'],
    ],
  );
  for (const agent of ['claude-code/2.1.330', 'claude-cli/2.1.330 (external, cli)']) {
    const ids = (await list(agent)).data.map(({ id }) => id);
    assert.deepEqual(ids, ['anthropic/emulator/first', 'anthropic/emulator/org/second']);
  }
  assert.equal((await list('curl/8', '/v1/models/')).data.length, 2);
});

test('a model is found with and without prefix, with slashes plain and encoded', async () => {
  await using over = await proxyOver({ models: [modelOf('org/second')] });
  for (const agent of ['curl/8', 'claude-code/2.1.330']) {
    for (const id of [
      'emulator/org/second',
      'anthropic/emulator/org/second',
      'emulator%2Forg%2Fsecond',
      'anthropic%2Femulator%2Forg%2Fsecond',
    ]) {
      const response = await fetch(`${over.url}/v1/models/${id}`, {
        headers: { ...bearer, 'user-agent': agent },
      });
      assert.equal(response.status, 200, `${agent} ${id}`);
      assert.match(((await response.json()) as { id: string }).id, /emulator\/org\/second$/);
    }
  }
  const unknown = await over.send(undefined, { method: 'GET', body: null, path: '/v1/models/nobody' });
  assert.deepEqual([unknown.status, unknown.error?.type], [404, 'not_found_error']);
});

test('an unknown path is a 404 with the usual error body, never an internal error', async () => {
  await using over = await proxyOver();
  for (const path of [
    '/v1/nothing',
    '/v1/modelsx',
    '/v1/models/%',
    '//',
    '/v1/messages/batches',
    '/%E0%A4%A',
  ]) {
    const response = await over.send(undefined, { method: 'GET', body: null, path });
    assert.deepEqual([response.status, response.error?.type], [404, 'not_found_error'], path);
  }
  assert.deepEqual(over.warnings(), []);
});

test('an unsupported method is refused, and allow lists the supported one', async () => {
  await using over = await proxyOver();
  for (const [method, path, allow] of [
    ['GET', '/v1/messages', 'POST'],
    ['DELETE', '/v1/messages', 'POST'],
    ['POST', '/v1/models', 'GET'],
    ['PUT', '/health', 'GET'],
    ['OPTIONS', '/v1/messages', 'POST'],
  ] as const) {
    const response = await over.send(undefined, { method, body: null, path });
    assert.deepEqual(
      [response.status, response.error?.type],
      [405, 'invalid_request_error'],
      `${method} ${path}`,
    );
    assert.equal(response.headers.get('allow'), allow);
  }
});

const inMessage = (block: object) => requestBody({ messages: [{ role: 'user', content: [block] }] });

const mistakes: [body: string | object, message: RegExp][] = [
  ['', /^the body is empty/],
  ['{"model": "m", ', /^the body is not JSON/],
  ['not json', /^the body is not JSON/],
  ['[]', /^the body is not a JSON object/],
  ['null', /^the body is not a JSON object/],
  ['"text"', /^the body is not a JSON object/],
  [{}, /^model: expected a model id, found nothing/],
  [requestBody({ model: 7 }), /^model: expected a model id, found a number/],
  [requestBody({ model: '' }), /^model: /],
  [requestBody({ messages: undefined }), /^messages: expected a list of at least one message, found nothing/],
  [requestBody({ messages: [] }), /^messages: /],
  [requestBody({ messages: {} }), /^messages: .* found a object|^messages: .* found an object/],
  [requestBody({ messages: [7] }), /^messages\.0: expected an object, found a number/],
  [requestBody({ messages: [{ role: 'robot', content: '' }] }), /^messages\.0\.role: /],
  [requestBody({ messages: [{ role: 'user' }] }), /^messages\.0\.content: .* found nothing/],
  [requestBody({ messages: [{ role: 'user', content: [null] }] }), /^messages\.0\.content\.0: .* found null/],
  [requestBody({ messages: [{ role: 'user', content: [{ text: 'x' }] }] }), /^messages\.0\.content\.0: /],
  [requestBody({ system: 7 }), /^system: /],
  [requestBody({ tools: {} }), /^tools: expected a list/],
  [requestBody({ tools: ['Bash'] }), /^tools\.0: expected an object/],
  [requestBody({ stop_sequences: 'stop' }), /^stop_sequences: /],
  [requestBody({ thinking: 'yes' }), /^thinking: expected an object, found a string/],
  [inMessage({ type: 'image' }), /^messages\.0\.content\.0\.source: expected an object, found nothing/],
  [inMessage({ type: 'tool_result', content: [7] }), /^messages\.0\.content\.0\.content\.0: /],
  [inMessage({ type: 'thinking', thinking: '', signature: 7 }), /^messages\.0\.content\.0\.signature: /],
];

for (const path of ['/v1/messages', '/v1/messages/count_tokens']) {
  test(`an invalid body is refused, and the message names the field: ${path}`, async () => {
    await using over = await proxyOver();
    for (const [body, message] of mistakes) {
      const response = await over.send(body, { path });
      assert.deepEqual(
        [response.status, response.error?.type],
        [400, 'invalid_request_error'],
        JSON.stringify(body),
      );
      assert.match(response.error?.message ?? '', message);
    }
    assert.deepEqual(over.requestedModels(), []);
    assert.deepEqual(over.warnings(), []);
  });
}

test('null in an optional field means absent', async () => {
  await using over = await proxyOver([[{ type: 'text', text: 'ok' }]]);
  const nulls = {
    system: null,
    tools: null,
    thinking: null,
    stop_sequences: null,
    output_config: null,
    metadata: null,
  };
  assert.equal((await over.send(requestBody(nulls))).text, 'ok');
});

test('the error about a body that is not JSON does not quote it', async () => {
  await using over = await proxyOver();
  const response = await over.send('{"model": apricot-and-plum }');
  assert.doesNotMatch(response.body, /apricot/);
});

test('a compressed body is refused, the identity encoding is not', async () => {
  await using over = await proxyOver([[]]);
  const gzip = await over.send('x', { headers: { 'content-encoding': 'gzip' } });
  assert.deepEqual([gzip.status, gzip.error?.type], [415, 'invalid_request_error']);
  const plain = await over.send('{}', { headers: { 'content-encoding': 'identity' } });
  assert.equal(plain.status, 400);
});

test('names of object properties are not models', async () => {
  await using over = await proxyOver({ emulator: {} });
  for (const model of [
    'constructor',
    'toString',
    '__proto__',
    '__proto__/x',
    'hasOwnProperty/x',
    'anthropic/__proto__/y',
  ]) {
    const response = await over.send(requestBody({ model }));
    assert.equal(response.status, 200, `${model}: ${response.body}`);
  }
  assert.deepEqual(over.warnings(), []);
});

test('a model whose name is invalid in a header is answered', async () => {
  await using over = await proxyOver({ emulator: {} });
  for (const model of ['emulator/模型', 'emulator/a\r\nx-evil: 1', 'emulator/\u0000', 'emulator/é\ud800']) {
    for (const stream of [true, false]) {
      const response = await over.send(requestBody({ model, stream }));
      assert.equal(response.status, 200, `${JSON.stringify(model)}: ${response.body}`);
      assert.equal(response.headers.get('x-evil'), null);
      assert.match(response.headers.get('x-occ-model') ?? '', /^emulator\//);
    }
  }
});

test('clients of other formats may send the token where their format has it', async () => {
  await using over = await proxyOver();
  const path = '/v1beta/models';
  const wrong = await fetch(`${over.url}${path}?key=wrong`);
  assert.equal(wrong.status, 401);
  const { error } = (await wrong.json()) as { error: { code: number; status: string } };
  assert.deepEqual([error.code, error.status], [401, 'UNAUTHENTICATED']);
  for (const [url, headers] of [
    [`${over.url}${path}?key=${token}`, {}],
    [over.url + path, { 'x-goog-api-key': token }],
  ] as const)
    assert.equal((await fetch(url, { headers })).status, 200);
});

test('a refusal in words gets no next step, and names the field', async () => {
  await using over = await proxyOver();
  const response = await over.post(
    { model: 'm', n: 2, messages: [{ role: 'user', content: 'hi' }] },
    { path: '/v1/chat/completions' },
  );
  const { error } = (await response.json()) as { error: { message: string; param: string } };
  assert.equal(response.status, 400);
  assert.equal(error.param, 'n');
  assert.doesNotMatch(error.message, /has to send another request|occ why/);
});

test('a WebSocket is refused so that the client changes to HTTP', async () => {
  await using over = await proxyOver();
  const { port } = new URL(over.url);
  const status = await new Promise((resolve, reject) => {
    const asked = request({
      port,
      path: '/v1/responses',
      headers: { ...bearer, connection: 'Upgrade', upgrade: 'websocket' },
    });
    asked.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
    asked.end();
  });
  assert.equal(status, 426);
});

test('a status that clients of a format do not know becomes one that they do', async () => {
  await using over = await proxyOver({ answers: [refuse(529), refuse(529)] });
  const response = await over.post(
    { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
    { path: '/v1beta/models/m:generateContent' },
  );
  const { error } = (await response.json()) as { error: { code: number } };
  assert.deepEqual([response.status, error.code], [503, 503]);
});

test('a client that repeats any 429 gets another status through the proxy for a spent plan', async () => {
  const spent = refuse(429, { headers: { 'retry-after': '86400' } });
  await using over = await proxyOver({ answers: [spent, spent, spent, spent] });
  const statusFor = async (userAgent: string) =>
    (await over.post(requestBody(), { headers: { 'user-agent': userAgent } })).status;
  assert.equal(await statusFor('opencode/1.18.33 ai-sdk/provider-utils/4.0.46'), 402);
  assert.equal(await statusFor('claude-cli/2.1.332 (external, cli)'), 429);
});

test('a conversation of a client without breakpoints is cached by an upstream that needs them', async () => {
  await using over = await proxyOver({ format: 'messages', answers: [[say('hi')]] });
  const response = await over.post(
    {
      model: 'm',
      messages: [
        { role: 'system', content: 'be brief' },
        { role: 'user', content: 'hi' },
      ],
    },
    { path: '/v1/chat/completions' },
  );
  assert.equal(response.status, 200);
  assert.equal(JSON.stringify(over.emulator.requests.at(-1)?.body).match(/"cache_control"/g)?.length, 2);
});
