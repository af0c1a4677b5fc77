/** Keys, plans and money as reported: which key and which model is asked next, and when what was spent is looked at again. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '../support/sampled-test.ts';
import { loadSettings } from '../../lib/config/load.ts';
import type { Provider, Secret } from '../../lib/config/settings.ts';
import { manualClock } from '../support/clock.ts';
import { modelOf, requestBody, waitUntil } from '../support/proxy.ts';
import {
  answerIn,
  events,
  json,
  scripted,
  type Received,
  type Responder,
} from '../support/scripted-upstream.ts';

const minute = 60_000;
const secret = (text: string): Secret => ({ reveal: () => text, toString: () => '•••', toJSON: () => '•••' });

/** The key with which a request came, in any format. */
const keyOf = ({ headers }: Received): string =>
  String(headers['x-api-key'] ?? headers['x-goog-api-key'] ?? headers.authorization).replace(/^Bearer /, '');
const modelIn = ({ body, path }: Received): string =>
  typeof body['model'] === 'string' ? String(body['model']) : (/models\/([^:]+):/.exec(path)?.[1] ?? '');

const twoKeys: Partial<Provider> = {
  keys: [secret('one'), secret('two')],
  auth: { chat: 'bearer', responses: 'bearer', messages: 'x-api-key', gemini: 'x-goog-api-key' },
};

interface Limit {
  name: string;
  status: number;
  body: object;
  headers?: Record<string, string>;
}
const spent: Limit[] = [
  {
    name: 'Go, GoUsageLimitError (free-claude-code#1301)',
    status: 429,
    body: {
      type: 'error',
      error: { type: 'GoUsageLimitError', message: 'Monthly usage limit reached. It will reset in 18 days.' },
      metadata: { limitName: 'monthly' },
    },
    headers: { 'retry-after': '1587827' },
  },
  {
    name: 'DeepSeek, 402',
    status: 402,
    body: {
      error: {
        message: 'Insufficient Balance',
        type: 'unknown_error',
        param: null,
        code: 'invalid_request_error',
      },
    },
  },
  {
    name: 'Zen, CreditsError',
    status: 401,
    body: {
      type: 'error',
      error: {
        type: 'CreditsError',
        message: 'Insufficient balance. Manage your billing here: https://opencode.ai/workspace/billing',
      },
    },
  },
  {
    name: 'Anthropic, credit balance',
    status: 400,
    body: {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message:
          'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
      },
    },
  },
  {
    name: 'OpenAI, insufficient_quota',
    status: 429,
    body: {
      error: {
        message: 'You exceeded your current quota, please check your plan and billing details.',
        type: 'insufficient_quota',
        param: null,
        code: 'insufficient_quota',
      },
    },
  },
  {
    name: 'a rate limit',
    status: 429,
    body: {
      error: { message: 'Rate limit reached for requests', type: 'requests', code: 'rate_limit_exceeded' },
    },
    headers: { 'retry-after': '30' },
  },
  { name: 'a rate limit without a time', status: 429, body: { error: { message: 'Too many requests' } } },
  {
    name: 'Codex, usage_limit_reached',
    status: 429,
    body: {
      error: {
        type: 'usage_limit_reached',
        message: 'The usage limit has been reached',
        plan_type: 'plus',
        resets_in_seconds: 7200,
      },
    },
  },
  {
    name: 'GLM, 1113',
    status: 429,
    body: {
      error: { code: '1113', message: 'Insufficient balance or no resource package. Please recharge.' },
    },
  },
  {
    name: 'GLM, 1308',
    status: 429,
    body: {
      error: {
        code: '1308',
        message: 'Usage limit reached for 5 hour. Your limit will reset at 2031-01-01 12:00:00',
      },
    },
  },
  {
    name: 'GLM, 1302',
    status: 429,
    body: {
      error: {
        code: '1302',
        message:
          'High concurrency usage of this API, please reduce concurrency or contact customer service to increase limits',
      },
    },
  },
  {
    name: 'Kimi, exceeded_current_quota_error',
    status: 429,
    body: {
      error: {
        type: 'exceeded_current_quota_error',
        message: 'Your account is suspended, please check your plan and billing details',
      },
    },
  },
  {
    name: 'Google, RESOURCE_EXHAUSTED',
    status: 429,
    body: {
      error: {
        code: 429,
        status: 'RESOURCE_EXHAUSTED',
        message: 'You exceeded your current quota. Please retry in 34.07s.',
        details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34s' }],
      },
    },
  },
  {
    name: 'xAI, 403 out of credits',
    status: 403,
    body: {
      code: 'The caller does not have permission to execute the specified operation',
      error: 'You have run out of credits or need a Grok subscription. Add credits at https://grok.com',
    },
  },
  {
    name: 'xAI, 429 used all credits',
    status: 429,
    body: {
      code: 'Some resource has been exhausted',
      error: 'Your team has either used all available credits or reached its monthly spending limit.',
    },
  },
  {
    name: 'Venice, 402',
    status: 402,
    body: {
      error:
        'Insufficient USD or Diem balance to complete request. Visit https://venice.ai/settings/api to add credits.',
    },
  },
  {
    name: 'OpenRouter, 402',
    status: 402,
    body: {
      error: {
        message: 'Insufficient credits. Add more using https://openrouter.ai/settings/credits',
        code: 402,
        metadata: {
          limit_source: 'openrouter_credits',
          remedy_hint:
            'Add credits at https://openrouter.ai/settings/credits, or lower max_tokens / prompt size to fit your remaining balance.',
        },
      },
    },
  },
  {
    name: 'OpenRouter, the key’s own limit',
    status: 403,
    body: {
      error: {
        message: 'Key limit exceeded (daily limit). Manage it using https://openrouter.ai/settings/keys',
        code: 403,
      },
    },
  },
  {
    name: 'MiniMax, 1008',
    status: 200,
    body: { base_resp: { status_code: 1008, status_msg: 'insufficient balance' } },
  },
  {
    name: 'DashScope, Arrearage',
    status: 400,
    body: {
      error: {
        code: 'Arrearage',
        type: 'Arrearage',
        message: 'Access denied, please make sure your account is in good standing.',
      },
    },
  },
  {
    name: 'a refused key',
    status: 401,
    body: {
      error: {
        message: 'Incorrect API key provided',
        type: 'invalid_request_error',
        code: 'invalid_api_key',
      },
    },
  },
];
const inBody = (body: object): Responder => events(`data: ${JSON.stringify(body)}\n\n`);
for (const { name, status, body, headers } of spent)
  for (const format of ['chat', 'messages', 'responses', 'gemini'] as const)
    for (const stream of [true, false])
      for (const [how, respond] of [
        ['as a status', json(status, body, headers)],
        ['in a 200', inBody(body)],
      ] as [string, Responder][]) {
        // What says nothing but its status says nothing inside a 200.
        if (how === 'in a 200' && /without a time|DeepSeek|Venice|refused key|403/.test(name)) continue;
        test(`keys: ${name}, ${format}, ${how}, ${stream ? 'streamed' : 'whole'}: the other key answers, and is asked first later`, async () => {
          await using over = await scripted({
            format,
            script: [
              (response, received) =>
                (keyOf(received) === 'one' ? respond : answerIn(format))(response, received),
            ],
            providerFields: twoKeys,
          });
          for (let i = 0; i < 3; i++) assert.equal((await over.send(requestBody({ stream }))).text, 'ok');
          assert.deepEqual(over.received.map(keyOf), ['one', 'two', 'two', 'two']);
        });
      }

test('keys: one is spent for a model, and the same key is not asked for another model of the provider', async () => {
  const limit = spent[0] ?? assert.fail();
  await using over = await scripted({
    format: 'chat',
    script: [
      (response, received) =>
        (keyOf(received) === 'one' ? json(limit.status, limit.body, limit.headers) : answerIn('chat'))(
          response,
          received,
        ),
    ],
    models: [modelOf('first'), modelOf('sibling')],
    providerFields: twoKeys,
  });
  await over.send();
  await over.send(requestBody({ model: 'emulator/sibling' }));
  assert.deepEqual(
    over.received.map((one) => [modelIn(one), keyOf(one)]),
    [
      ['first', 'one'],
      ['first', 'two'],
      ['sibling', 'two'],
    ],
  );
});

test('keys: when both are spent the fallback of another provider answers, and neither is asked again', async () => {
  const limit = spent[0] ?? assert.fail();
  await using over = await scripted({
    format: 'chat',
    script: [
      (response, received) =>
        (modelIn(received) === 'first' ? json(limit.status, limit.body, limit.headers) : answerIn('chat'))(
          response,
          received,
        ),
    ],
    models: [modelOf('first'), modelOf('second', { provider: 'other' })],
    providerFields: twoKeys,
  });
  for (let i = 0; i < 3; i++) assert.equal((await over.send()).text, 'ok');
  assert.deepEqual(over.received.map((one) => [modelIn(one), keyOf(one)]).slice(0, 3), [
    ['first', 'one'],
    ['first', 'two'],
    ['second', keyOf(over.received[2] ?? assert.fail())],
  ]);
  assert.deepEqual(over.received.slice(2).map(modelIn), ['second', 'second', 'second']);
});

// Money for one model (opencode#27593).

const noMoney: Limit[] = spent.filter(({ name }) =>
  /402|CreditsError|credit balance|1113|out of credits|Arrearage|1008/.test(name),
);
for (const { name, status, body } of noMoney)
  for (const format of ['chat', 'messages'] as const)
    test(`money: ${name} for one model leaves the other models of the provider, ${format} (opencode#27593)`, async () => {
      const clock = manualClock();
      await using over = await scripted({
        format,
        clock,
        script: [
          (response, received) =>
            (modelIn(received) === 'first' ? json(status, body) : answerIn(format))(response, received),
        ],
        models: [
          modelOf('first', { wire_format: format }),
          modelOf('sibling', { wire_format: format }),
          modelOf('paid', { wire_format: format, provider: 'other' }),
        ],
      });
      for (let i = 0; i < 3; i++)
        assert.equal((await over.send()).headers.get('x-occ-model'), 'emulator/sibling');
      assert.deepEqual(over.received.map(modelIn), ['first', 'sibling', 'sibling', 'sibling']);
    });
for (const { name, status, body } of noMoney)
  test(`money: ${name} for two models takes the provider down, not before`, async () => {
    await using over = await scripted({
      format: 'chat',
      script: [
        (response, received) =>
          (['first', 'sibling'].includes(modelIn(received)) ? json(status, body) : answerIn('chat'))(
            response,
            received,
          ),
      ],
      models: [
        modelOf('first'),
        modelOf('sibling'),
        modelOf('third'),
        modelOf('paid', { provider: 'other' }),
      ],
    });
    assert.equal((await over.send()).headers.get('x-occ-model'), 'other/paid');
    assert.equal((await over.send()).headers.get('x-occ-model'), 'other/paid');
    assert.deepEqual(over.received.map(modelIn), ['first', 'sibling', 'paid', 'paid']);
  });

// The same behind a gateway.

/** How a gateway passes on a vendor's error. */
const gateways: Record<string, (body: object, status: number) => object> = {
  'OpenRouter, metadata.raw': (body, status) => ({
    error: {
      message: 'Provider returned error',
      code: status,
      metadata: { raw: JSON.stringify(body), provider_name: 'Vendor' },
    },
  }),
  'LiteLLM, JSON in a sentence': (body, status) => ({
    error: {
      message: `litellm.APIError: VendorException - ${JSON.stringify(body)}. Received Model Group=group\nAvailable Model Group Fallbacks=None`,
      type: null,
      param: null,
      code: String(status),
    },
  }),
  'a proxy with a prefix': (body, status) => ({
    error: { message: `upstream error (${status}): ${JSON.stringify(body)}`, type: 'upstream_error' },
  }),
  'an envelope': (body) => ({ success: false, data: body }),
};
for (const { name, status, body } of spent)
  for (const [gateway, wrap] of Object.entries(gateways))
    for (const outer of [status, 400])
      test(`money: ${name}, behind ${gateway}, as ${outer === 200 ? 429 : outer}: the next model answers`, async () => {
        const respond = json(outer === 200 ? 429 : outer, wrap(body, status));
        await using over = await scripted({
          format: 'chat',
          script: [
            (response, received) =>
              (modelIn(received) === 'first' ? respond : answerIn('chat'))(response, received),
          ],
          models: [modelOf('first'), modelOf('second', { provider: 'other' })],
        });
        for (const stream of [true, false])
          assert.equal((await over.send(requestBody({ stream }))).headers.get('x-occ-model'), 'other/second');
      });

// A plan that recovers before the reset it named (CLIProxyAPI#5639).

const inSeconds = (seconds: number, now: number): Record<string, Record<string, string>> => ({
  'retry-after in seconds': { 'retry-after': String(seconds) },
  'retry-after as a date': { 'retry-after': new Date(now + seconds * 1000).toUTCString() },
  'retry-after-ms': { 'retry-after-ms': String(seconds * 1000) },
  'anthropic-ratelimit-unified-reset': {
    'anthropic-ratelimit-unified-reset': String(Math.floor(now / 1000) + seconds),
  },
  'x-ratelimit-reset in milliseconds': { 'x-ratelimit-reset': String(now + seconds * 1000) },
});
for (const how of Object.keys(inSeconds(1, 0)))
  test(`plan: spent for 18 days, ${how}: one request tries every 15 minutes (CLIProxyAPI#5639)`, async () => {
    const clock = manualClock();
    const headers = inSeconds(1_587_827, clock.now())[how] ?? assert.fail();
    const limit = json(
      429,
      { type: 'error', error: { type: 'GoUsageLimitError', message: 'Monthly usage limit reached' } },
      headers,
    );
    let recovered = false;
    await using over = await scripted({
      format: 'chat',
      clock,
      script: [
        (response, received) =>
          (modelIn(received) === 'first' && !recovered ? limit : answerIn('chat'))(response, received),
      ],
      models: [modelOf('first'), modelOf('paid', { provider: 'other' })],
    });
    for (let i = 0; i < 3; i++) assert.equal((await over.send()).headers.get('x-occ-model'), 'other/paid');
    assert.deepEqual(over.received.map(modelIn), ['first', 'paid', 'paid', 'paid']);
    clock.advance(15 * minute);
    for (let i = 0; i < 2; i++) await over.send();
    assert.deepEqual(over.received.slice(4).map(modelIn), ['first', 'paid', 'paid']);
    recovered = true;
    clock.advance(15 * minute);
    for (let i = 0; i < 3; i++)
      assert.equal((await over.send()).headers.get('x-occ-model'), 'emulator/first');
  });

/** A reset in an hour and a half, in every place that says one. */
const resets = (now: number, end: number): Record<string, Limit> => {
  const seconds = Math.ceil((end - now) / 1000);
  const at = Math.floor(now / 1000) + seconds;
  const date = new Date(at * 1000).toISOString();
  const error = (fields: object): object => ({
    error: { type: 'usage_limit_reached', message: 'The usage limit has been reached', ...fields },
  });
  return {
    ...Object.fromEntries(
      Object.entries(inSeconds(seconds, now)).map(([name, headers]) => [
        name,
        { name, status: 429, body: error({}), headers },
      ]),
    ),
    'resets_at (Codex)': { name: '', status: 429, body: error({ resets_at: at }) },
    'resets_in_seconds (Codex)': { name: '', status: 429, body: error({ resets_in_seconds: seconds }) },
    'in words, a span': {
      name: '',
      status: 429,
      body: error({ message: `Usage limit reached. Resets in ${Math.floor(seconds / 60)}min.` }),
    },
    'in words, try again': {
      name: '',
      status: 429,
      body: error({
        message: `You've hit your usage limit. Try again in ${Math.floor(seconds / 60)} minutes.`,
      }),
    },
    'in words, a date (GLM)': {
      name: '',
      status: 429,
      body: {
        error: { code: '1308', message: `Usage limit reached for 5 hour. Your limit will reset at ${date}` },
      },
    },
    'in metadata (OpenRouter)': {
      name: '',
      status: 429,
      body: error({ metadata: { headers: { 'X-RateLimit-Reset': String(at * 1000) } } }),
    },
    'RetryInfo (Google)': {
      name: '',
      status: 429,
      body: {
        error: {
          code: 429,
          status: 'RESOURCE_EXHAUSTED',
          message: 'Quota exceeded',
          details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${seconds}s` }],
        },
      },
    },
    'Claude AI usage limit reached|time': {
      name: '',
      status: 429,
      body: {
        type: 'error',
        error: { type: 'rate_limit_error', message: `Claude AI usage limit reached|${at}` },
      },
    },
  };
};
for (const how of Object.keys(resets(0, 0)))
  for (const place of ['as a status', 'in a 200'])
    test(`plan: used again at the reset it named: ${how}, ${place}`, async (t) => {
      const clock = manualClock();
      const end = clock.now() + 90 * minute;
      const { headers: inHeaders } = resets(clock.now(), end)[how] ?? assert.fail();
      if (inHeaders && place === 'in a 200') return t.skip('a header of a 200 is about the answer');
      await using over = await scripted({
        format: 'chat',
        clock,
        script: [
          (response, received) => {
            if (modelIn(received) !== 'first' || clock.now() >= end)
              return answerIn('chat')(response, received);
            const { status, body, headers } = resets(clock.now(), end)[how] ?? assert.fail();
            return (place === 'as a status' ? json(status, body, headers) : inBody(body))(response, received);
          },
        ],
        models: [modelOf('first'), modelOf('paid', { provider: 'other' })],
      });
      await over.send();
      clock.advance(80 * minute);
      await over.send();
      const [entry] = over.proxy.stats().remembered.spent;
      assert.ok(Math.abs(Date.parse(entry?.until ?? '') - end) <= minute, JSON.stringify(entry));
      clock.advance(10 * minute + 1000);
      assert.equal((await over.send()).headers.get('x-occ-model'), 'emulator/first');
    });

test('rate: a short wait of the only key is waited for, a longer one leaves the request to the next model', async () => {
  for (const headers of [
    { 'retry-after': '60' },
    { 'retry-after-ms': '60000' },
    { 'x-ratelimit-reset': String(Date.now() + minute) },
  ]) {
    await using over = await scripted({
      format: 'chat',
      script: [
        json(429, { error: { message: 'slow down', type: 'rate_limit_error' } }, headers),
        answerIn('chat'),
      ],
      models: [modelOf('first'), modelOf('second', { provider: 'other' })],
      retry: { attempts: 1 },
    });
    assert.equal((await over.send()).headers.get('x-occ-model'), 'other/second');
  }
});

/** A wait of about three seconds: headers and fields of the error, by where the upstream names it. */
const shortWaits = (now: number): Record<string, [Record<string, string>, object]> => ({
  'retry-after in seconds': [{ 'retry-after': '3' }, {}],
  'retry-after with a fraction': [{ 'retry-after': '2.5' }, {}],
  'retry-after as a date': [{ 'retry-after': new Date(now + 3000).toUTCString() }, {}],
  'retry-after-ms': [{ 'retry-after-ms': '3000' }, {}],
  'RetryInfo (Google)': [
    {},
    { details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '3s' }] },
  ],
  'in words (OpenAI)': [{}, { message: 'Rate limit reached. Please try again in 3s.' }],
  'in words, milliseconds (OpenAI)': [{}, { message: 'Rate limit reached. Please try again in 820ms.' }],
  'a field of the body (Cloudflare)': [{}, { retry_after: 3 }],
  'x-ratelimit-reset-requests (OpenAI)': [
    { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '3.2s' },
    {},
  ],
  'x-ratelimit-reset-tokens (Groq), where requests are left': [
    {
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '3s',
      'x-ratelimit-remaining-requests': '9',
      'x-ratelimit-reset-requests': '6m0s',
    },
    {},
  ],
  'ratelimit-reset (IETF)': [{ 'ratelimit-reset': '3' }, {}],
});
for (const how of Object.keys(shortWaits(0)))
  for (const status of how.includes('ratelimit') ? [429] : [429, 503])
    test(`rate: a short wait is kept to: ${how}, ${status}`, async () => {
      const clock = manualClock();
      const [headers, more] = shortWaits(clock.now())[how] ?? assert.fail();
      await using over = await scripted({
        format: 'chat',
        clock,
        heartbeatMs: 60 * minute,
        retry: { attempts: 1, baseMs: 111, maxMs: 111 },
        script: [json(status, { error: { message: 'slow down', ...more } }, headers), answerIn('chat')],
      });
      const response = over.send();
      await over.attemptsLogged(1);
      await waitUntil(() => clock.due().some((ms) => ms >= 800 && ms <= 3500), 'the wait');
      clock.advance(3500);
      assert.equal((await response).text, 'ok');
    });

// The command that prints a key.

test('api_key_command: runs when a request asks for cmd/m, although no model names the provider', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'occ-field-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const command = join(dir, 'key');
  await writeFile(command, `#!/bin/sh\necho ran >> ${dir}/runs\necho key-of-the-command\n`);
  await chmod(command, 0o700);
  await using upstream = await scripted({ format: 'chat', script: [answerIn('chat')] });
  const { endpoints } = upstream.settings.providers['emulator'] ?? assert.fail();
  const configFile = join(dir, 'config.json');
  await writeFile(
    configFile,
    JSON.stringify({
      models: { default: { provider: 'plain', model_id: 'first', wire_format: 'chat' } },
      providers: {
        plain: { wire_format: 'chat', base_url: endpoints.chat, api_key: 'k' },
        cmd: { wire_format: 'chat', base_url: endpoints.chat, api_key_command: command },
      },
    }),
  );
  await chmod(configFile, 0o600);
  const { settings } = await loadSettings({
    configFile,
    env: { PATH: process.env['PATH'] ?? '' },
    home: dir,
  });
  await assert.rejects(readFile(join(dir, 'runs')), 'not before the key is needed');
  await using over = await scripted({ format: 'chat', script: [answerIn('chat')], settings: () => settings });
  for (let i = 0; i < 2; i++) {
    const response = await over.send(requestBody({ model: 'cmd/m' }));
    assert.deepEqual([response.text, response.headers.get('x-occ-model')], ['ok', 'cmd/m']);
  }
  assert.deepEqual(upstream.received.map(keyOf), ['key-of-the-command', 'key-of-the-command']);
  assert.equal(await readFile(join(dir, 'runs'), 'utf8'), 'ran\n');
});

// What the client reads.

for (const stream of [true, false])
  for (const format of ['chat', 'messages', 'gemini'] as const)
    test(`a failed request names the fallbacks whose plan was spent in it, and its attempts: ${format}, ${stream ? 'streamed' : 'whole'}`, async () => {
      const limit = spent[0] ?? assert.fail();
      await using over = await scripted({
        format,
        script: [
          (response, received) =>
            (modelIn(received) === 'first'
              ? json(limit.status, limit.body, limit.headers)
              : json(503, { error: { message: 'down' } }))(response, received),
        ],
        models: [
          modelOf('first', { wire_format: format }),
          modelOf('sibling', { wire_format: format }),
          modelOf('elsewhere', { wire_format: format, provider: 'other' }),
        ],
      });
      const { error, headers } = await over.send(requestBody({ stream }));
      assert.match(error?.message ?? '', /emulator\/sibling/);
      assert.match(error?.message ?? '', /other\/elsewhere/);
      assert.equal(headers.get('x-occ-attempts'), '2');
    });

for (const [name, respond] of [
  ['400', json(400, { error: { message: 'no' } })],
  ['401', json(401, { error: { message: 'no' } })],
  ['402', json(402, { error: { message: 'Insufficient Balance' } })],
  ['429', json(429, { error: { message: 'slow' } })],
  ['500', json(500, { error: { message: 'no' } })],
  ['an error in a 200', events('data: {"error":{"message":"no"}}\n\n')],
  ['a reset', (response) => void response.destroy()],
  ['an empty body', events()],
] as [string, Responder][])
  for (const stream of [true, false])
    test(`a failed request carries x-occ-attempts: ${name}, ${stream ? 'streamed' : 'whole'}`, async () => {
      await using over = await scripted({ format: 'chat', script: [respond] });
      const response = await over.send(requestBody({ stream }));
      assert.ok(response.status >= 400);
      assert.equal(response.headers.get('x-occ-attempts'), '1');
    });
