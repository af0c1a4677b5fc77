/** Error responses of upstreams: which model is tried next, and what the client receives when none is left. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { refuse } from '../../lib/emulator/answer.ts';
import { say } from '../../lib/emulator/script.ts';
import type { Settings } from '../../lib/config/settings.ts';
import type { WireFormat } from '../../lib/wire/formats.ts';
import { openCodeErrors, errorAnswer } from '../support/opencode-errors.ts';
import { count, modelOf, proxyOver, requestBody } from '../support/proxy.ts';

const ways = (['chat', 'messages', 'responses', 'gemini'] as const).flatMap((format) =>
  [true, false].map((stream) => ({ format, stream, way: `${format}, ${stream ? 'streamed' : 'whole'}` })),
);

/** Removes all other formats from the providers, so that no other one can be tried. */
const only =
  (format: WireFormat) =>
  (settings: Settings): Settings => ({
    ...settings,
    providers: Object.fromEntries(
      Object.entries(settings.providers).map(([name, provider]) => {
        const url = provider.endpoints[format];
        return [name, { ...provider, endpoints: { [format]: url } }];
      }),
    ),
  });

for (const { format, stream, way } of ways) {
  const change = only(format);
  test(`the second model answers after an error from the first, and the client sees no error: ${way}`, async () => {
    for (const error of openCodeErrors.filter(({ failure }) => failure !== 'client')) {
      await using over = await proxyOver({
        answers: [errorAnswer(error), [say('from second')]],
        provider: { gateway: true },
        format,
        change,
      });
      const response = await over.send(requestBody({ stream }));
      assert.equal(response.status, 200, `${error.name}: ${response.body}`);
      assert.equal(response.text, 'from second', error.name);
      assert.deepEqual(over.requestedModels(), ['first', 'second'], error.name);
      assert.equal(response.headers.get('x-occ-model'), 'other/second');
      assert.equal(response.headers.get('x-occ-attempts'), '2');
      assert.equal(response.headers.get('x-should-retry'), null);
      if (stream) assert.equal(count(response, 'message_start'), 1);
      await over.attemptsLogged(2);
      assert.equal(over.proxy.stats().fallbacks, 1);
      assert.equal(over.proxy.stats().failures, 0);
    }
  });

  test(`a client error is returned at once, with the upstream’s message: ${way}`, async () => {
    for (const error of openCodeErrors.filter(({ failure }) => failure === 'client')) {
      await using over = await proxyOver({ answers: [errorAnswer(error), [say('from second')]], format });
      const response = await over.send(requestBody({ stream }));
      assert.equal(response.status, error.expected.status, error.name);
      assert.equal(response.error?.type, 'invalid_request_error', error.name);
      assert.doesNotMatch(response.error.message, /all models failed/);
      assert.deepEqual(over.requestedModels(), ['first'], error.name);
    }
  });

  test(`each error reaches the client with the status and headers for the right reaction: ${way}`, async () => {
    for (const error of openCodeErrors) {
      const models = [modelOf('first', { wire_format: format })];
      await using over = await proxyOver({
        answers: [errorAnswer(error)],
        provider: { gateway: true },
        models,
        change,
      });
      const response = await over.send(requestBody({ stream }));
      const { expected } = error;
      assert.deepEqual([response.status, response.error?.type], [expected.status, expected.type], error.name);
      assert.equal(response.headers.get('x-should-retry'), expected.permanent ? 'false' : null, error.name);
      assert.equal(response.headers.get('retry-after'), expected.retryAfter ?? null, error.name);
      assert.deepEqual(over.requestedModels(), ['first'], error.name);
      if (error.failure === 'client') continue;
      assert.match(
        response.error?.message ?? '',
        /^emulator\/first answered \d{3}: .*\nNext: occ (?:\w+.* \(request req_\w+\)|why req_\w+)$/,
      );
      assert.equal(over.proxy.stats().failures, 1);
    }
  });
}

test('a prompt that is too long gives the message that makes the client compact', async () => {
  const refusal = errorAnswer({
    ...(openCodeErrors.find(({ name }) => name === 'a prompt that is too long') ?? assert.fail()),
  });
  await using over = await proxyOver([refusal]);
  const response = await over.send();
  assert.equal(response.error?.message, 'prompt is too long: 200000 tokens > 131072 maximum');
});

test('when all attempts failed, the message lists each, and the most useful status is returned', async () => {
  await using over = await proxyOver([
    refuse(401, { type: 'ModelError', message: 'no such model' }),
    refuse(503, { message: 'an outage' }),
  ]);
  const response = await over.send();
  assert.equal(response.status, 503);
  assert.equal(response.headers.get('x-should-retry'), null);
  const id = response.headers.get('request-id');
  assert.equal(
    response.error?.message,
    `all models failed\n- emulator/first: 401 no such model\n- other/second: 503 an outage\nNext: occ why ${id}`,
  );
  assert.equal(response.headers.get('x-occ-attempts'), '2');
  assert.equal(response.headers.get('x-occ-model'), null);
});

test('a 404 of a model never reaches the client', async () => {
  await using over = await proxyOver([refuse(404), refuse(404)]);
  assert.equal((await over.send()).status, 424);
});

test('after a transient error the same model is tried as often as configured', async () => {
  for (const attempts of [0, 1, 3]) {
    await using over = await proxyOver({
      answers: Array.from({ length: 9 }, () => refuse(503)),
      retry: { attempts },
    });
    assert.equal((await over.send()).status, 503);
    const each = attempts + 1;
    const all = [...Array<string>(each).fill('first'), ...Array<string>(each).fill('second')];
    assert.deepEqual(over.requestedModels(), all.slice(0, 6));
  }
});

test('the number of attempts never exceeds maxAttemptsTotal', async () => {
  for (const maxAttemptsTotal of [1, 2, 5]) {
    await using over = await proxyOver({
      answers: Array.from({ length: 30 }, () => refuse(500)),
      models: Array.from({ length: 8 }, (_, i) => modelOf(`m${i}`)),
      retry: { attempts: 1, maxAttemptsTotal },
    });
    await over.send();
    assert.equal(over.requestedModels().length, maxAttemptsTotal);
  }
});

test('the proxy waits for a short retry-after in any form; with a long one it tries the next model', async () => {
  const inOneSecond = () => new Date(Date.now() + 1000).toUTCString();
  for (const headers of [
    { 'retry-after': '0' },
    { 'retry-after-ms': '5' },
    { 'retry-after': inOneSecond() },
  ]) {
    await using over = await proxyOver({
      answers: [refuse(429, { headers }), [say('ok')]],
      retry: { attempts: 1 },
    });
    assert.equal((await over.send()).text, 'ok');
    assert.deepEqual(over.requestedModels(), ['first', 'first'], JSON.stringify(headers));
  }
  const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
  for (const headers of [{ 'retry-after': '9' }, { 'retry-after-ms': '8001' }, { 'retry-after': inAnHour }]) {
    await using over = await proxyOver({
      answers: [refuse(429, { headers }), [say('ok')]],
      retry: { attempts: 1 },
    });
    assert.equal((await over.send()).text, 'ok');
    assert.deepEqual(over.requestedModels(), ['first', 'second'], JSON.stringify(headers));
  }
});

test('after a spent plan the next model is one of another provider', async () => {
  const models = [modelOf('first'), modelOf('sibling'), modelOf('elsewhere', { provider: 'other' })];
  await using over = await proxyOver({
    answers: [refuse(429, { type: 'GoUsageLimitError' }), [say('ok')]],
    models,
  });
  assert.equal((await over.send()).text, 'ok');
  assert.deepEqual(over.requestedModels(), ['first', 'elsewhere']);
});

test('after a rejected key the next one is tried, and later models keep it', async () => {
  const secret = (text: string) => ({ reveal: () => text, toString: () => '•••', toJSON: () => '•••' });
  await using over = await proxyOver({
    models: [modelOf('first'), modelOf('sibling')],
    provider: { keys: [secret('key-number-one'), secret('key-number-two')], auth: { chat: 'bearer' } },
    answers: [refuse(401), refuse(410), [say('ok')]],
  });
  assert.equal((await over.send()).text, 'ok');
  assert.deepEqual(
    over.emulator.requests.map(({ conversation, headers }) => [conversation.model, headers.authorization]),
    [
      ['first', 'Bearer key-number-one'],
      ['first', 'Bearer key-number-two'],
      ['sibling', 'Bearer key-number-two'],
    ],
  );
});

test('a provider with a missing key is not tried, and no login is suggested to the client', async () => {
  await using over = await proxyOver({
    provider: { missingKey: 'no key for emulator: set EMULATOR_KEY' },
    answers: [],
  });
  const response = await over.send();
  assert.equal(response.status, 424);
  assert.equal(response.headers.get('x-should-retry'), 'false');
  assert.match(response.error?.message ?? '', /set EMULATOR_KEY/);
  assert.deepEqual(over.requestedModels(), []);
});

test('a model in a format its provider has no endpoint for is skipped', async () => {
  await using over = await proxyOver({
    models: [modelOf('first', { wire_format: 'gemini' }), modelOf('second')],
    answers: [[say('ok')]],
    change({ providers, ...settings }) {
      const { emulator } = providers;
      assert(emulator);
      const { gemini: _, ...endpoints } = emulator.endpoints;
      return { ...settings, providers: { ...providers, emulator: { ...emulator, endpoints } } };
    },
  });
  assert.equal((await over.send()).text, 'ok');
  assert.deepEqual(over.requestedModels(), ['second']);
});

test('a model that a client asks for by a path is not sent anywhere', async () => {
  await using over = await proxyOver({
    format: 'gemini',
    answers: [[say('ok')]],
    change({ providers, ...settings }) {
      const { emulator } = providers;
      assert(emulator);
      return {
        ...settings,
        providers: { ...providers, emulator: { ...emulator, defaultFormat: 'gemini' } },
      };
    },
  });
  await over.send({ model: 'emulator/a/../../admin' });
  assert.deepEqual(
    over.requestedModels().filter((model) => model.includes('admin')),
    [],
  );
});

test('a redirect is not followed, so that no key is sent to another server', async () => {
  const visits: string[] = [];
  const target = createServer((req, res) => {
    visits.push(req.url ?? '');
    res.end('{}');
  });
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  const location = `http://127.0.0.1:${(target.address() as AddressInfo).port}/elsewhere`;
  try {
    for (const status of [301, 302, 303, 307, 308]) {
      await using over = await proxyOver({
        answers: [{ reply: { status, headers: { location } } }, [say('ok')]],
      });
      assert.equal((await over.send()).text, 'ok');
    }
    await using over = await proxyOver({
      answers: [{ reply: { status: 307, headers: { location } } }],
      models: [modelOf('first')],
    });
    const response = await over.send();
    assert.equal(response.status, 424);
    assert.match(response.error?.message ?? '', /redirects \(307\) to .*\/elsewhere, which is not followed/);
    assert.deepEqual(visits, []);
  } finally {
    target.close();
  }
});
