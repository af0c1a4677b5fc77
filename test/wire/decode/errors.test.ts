/** Upstream errors: the fields and message read from them, context overflow, and removed secrets. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { statusOf, typeOf, type ApiError } from '../../../lib/anthropic/errors.ts';
import { redactSecrets, redactedLine } from '../../../lib/redact.ts';
import { errorInside, readApiError } from '../../../lib/wire/decode/errors.ts';
import type { ApiErrorType } from '../../../lib/anthropic/events.ts';
import type { JsonObject } from '../../../lib/json.ts';

/** Status, body, and some fields of the expected error. */
const bodies: [name: string, status: number, body: unknown, read: Partial<ApiError>][] = [
  [
    'an unknown model',
    401,
    { type: 'error', error: { type: 'ModelError', message: 'Model x is not supported' } },
    { type: 'authentication_error', upstreamType: 'ModelError', message: 'Model x is not supported' },
  ],
  [
    'no key',
    401,
    { type: 'error', error: { type: 'AuthError', message: 'Missing API key.' } },
    { type: 'authentication_error', upstreamType: 'AuthError', message: 'Missing API key.' },
  ],
  [
    'no balance',
    401,
    {
      type: 'error',
      error: {
        type: 'CreditsError',
        message:
          'Insufficient balance. Manage your billing here: https://opencode.ai/workspace/wrk_1/billing',
      },
    },
    {
      upstreamType: 'CreditsError',
      message: 'Insufficient balance. Manage your billing here: https://opencode.ai/workspace/wrk_1/billing',
    },
  ],
  [
    'an unsupported region',
    403,
    { type: 'error', error: { type: 'RegionError', message: 'x' } },
    { type: 'permission_error', upstreamType: 'RegionError' },
  ],
  [
    'an exhausted plan',
    429,
    {
      type: 'error',
      error: { type: 'GoUsageLimitError', message: '5-hour usage limit reached. Resets in 7hr 29min.' },
      metadata: { workspace: 'wrk_1', limitName: '5 hour' },
    },
    { type: 'rate_limit_error', upstreamType: 'GoUsageLimitError', limitName: '5 hour' },
  ],
  [
    'an exhausted plan, in the error',
    429,
    { error: { type: 'GoUsageLimitError', message: 'x', metadata: { limitName: 'weekly' } }, metadata: {} },
    { upstreamType: 'GoUsageLimitError', limitName: 'weekly' },
  ],
  [
    'an exhausted plan, in another language',
    429,
    {
      type: 'error',
      error: { type: 'GoUsageLimitError', message: '已达到 5 小时用量上限。' },
      metadata: { limitName: '5 hour' },
    },
    {
      type: 'rate_limit_error',
      upstreamType: 'GoUsageLimitError',
      limitName: '5 hour',
      message: '已达到 5 小时用量上限。',
    },
  ],
  [
    'a free model’s limit',
    429,
    { type: 'error', error: { type: 'FreeUsageLimitError', message: 'x' }, metadata: {} },
    { upstreamType: 'FreeUsageLimitError' },
  ],
  [
    'an error named error',
    500,
    { type: 'error', error: { type: 'error', message: 'Internal server error' } },
    { type: 'api_error', message: 'Internal server error' },
  ],
  [
    'a missing session',
    400,
    { type: 'error', error: { type: 'MissingSessionID', message: 'Request is missing x-opencode-session' } },
    { type: 'invalid_request_error', upstreamType: 'MissingSessionID' },
  ],
  [
    'a client error labelled as a server error',
    400,
    { error: { type: 'server_error', message: 'Upstream request failed: x', param: null, code: null } },
    { type: 'invalid_request_error', upstreamType: 'server_error', message: 'Upstream request failed: x' },
  ],
  [
    'a rejected parameter',
    400,
    {
      error: {
        param: 'tools',
        type: 'invalid_request_error',
        message: '[unsupported_tool_schema] x (tool_count_limit).',
      },
    },
    { type: 'invalid_request_error', message: '[unsupported_tool_schema] x (tool_count_limit).' },
  ],
  [
    'no error object at all',
    400,
    { model: 'qwen3.7-plus' },
    { message: 'the upstream answered 400 without saying why' },
  ],
  [
    'a vendor’s error for the key',
    401,
    {
      error: {
        message: 'Incorrect API key provided: zen. x',
        type: 'invalid_request_error',
        code: 'invalid_api_key',
      },
    },
    { upstreamCode: 'invalid_api_key', message: 'Incorrect API key provided: zen. x' },
  ],
  [
    'a free tier',
    403,
    { type: 'error', error: { type: 'FreeTierError', message: 'x' } },
    { upstreamType: 'FreeTierError' },
  ],
  ['a blocked client', 403, 'error code: 1010', { type: 'permission_error', message: 'error code: 1010' }],
  [
    'a removed model',
    410,
    { error: { type: 'ModelDeprecated', message: 'gone' } },
    { upstreamType: 'ModelDeprecated', message: 'gone' },
  ],
  [
    'a provider rate limit',
    429,
    {
      error: {
        message: 'Provider rate limit exceeded',
        type: 'rate_limit_error',
        param: null,
        code: 'provider_rate_limit_exceeded',
      },
    },
    { type: 'rate_limit_error', upstreamCode: 'provider_rate_limit_exceeded' },
  ],
  [
    'a rate limit without an error object',
    429,
    {
      param: null,
      code: 'rate_limit_exceeded',
      type: 'rate_limit_error',
      message: '[rate_limit_exceeded] x',
    },
    { type: 'rate_limit_error', upstreamCode: 'rate_limit_exceeded', message: '[rate_limit_exceeded] x' },
  ],
  [
    'an outage',
    503,
    'Inference is temporarily unavailable',
    { type: 'overloaded_error', message: 'Inference is temporarily unavailable' },
  ],
  [
    'no balance and no body',
    402,
    '',
    { type: 'billing_error', message: 'the upstream answered 402 without saying why' },
  ],
  [
    'a nested error as JSON text',
    400,
    {
      error: {
        message: 'Provider returned error',
        code: 400,
        metadata: { raw: '{"error":{"message":"tools[0] is wrong","code":"bad"}}' },
      },
    },
    { message: 'Provider returned error: tools[0] is wrong', upstreamCode: '400' },
  ],
  [
    'a nested error as an object',
    400,
    { error: { message: 'Provider returned error', metadata: { raw: { detail: 'wrong' } } } },
    { message: 'Provider returned error: wrong' },
  ],
  [
    'a nested error as plain text',
    502,
    { error: { message: 'Provider returned error', metadata: { raw: 'bad\n gateway' } } },
    { message: 'Provider returned error: bad gateway' },
  ],
  [
    'a nested error as an HTML page',
    502,
    { error: { message: 'Provider returned error', metadata: { raw: '<html><title>502</title>' } } },
    { message: 'Provider returned error: an HTML page instead of an API answer ("502")' },
  ],
  ['a string as the error', 400, { error: 'model not found' }, { message: 'model not found' }],
  [
    'a list of errors',
    400,
    { error: [{ message: 'first', code: 3 }, { message: 'second' }] },
    { message: 'first', upstreamCode: '3' },
  ],
  [
    'a list as the body',
    429,
    [{ error: { code: 429, message: 'Resource exhausted', status: 'RESOURCE_EXHAUSTED' } }],
    { type: 'rate_limit_error', message: 'Resource exhausted' },
  ],
  [
    'FastAPI detail',
    422,
    { detail: 'field required' },
    { type: 'invalid_request_error', message: 'field required' },
  ],
  [
    'a list of FastAPI details',
    422,
    {
      detail: [
        { loc: ['body', 'messages', 0], msg: 'Field required' },
        { loc: ['body'], msg: 'no' },
      ],
    },
    { message: 'body.messages.0: Field required; body: no' },
  ],
  ['an empty list', 500, [], { message: '[]' }],
  ['a JSON string', 500, '"busy"', { message: 'busy' }],
  [
    'null fields',
    500,
    { error: { message: null, type: null, code: null } },
    { message: 'the upstream answered 500 without saying why' },
  ],
  [
    'an HTML page with a title',
    502,
    '<!DOCTYPE html><html><head><title>502 Bad\nGateway</title>',
    { message: 'an HTML page instead of an API answer ("502 Bad Gateway")' },
  ],
  [
    'an HTML page without a title',
    403,
    '\uFEFF\n<html><body>no</body></html>',
    { message: 'an HTML page instead of an API answer' },
  ],
];

describe('error bodies', () => {
  for (const [name, status, body, expected] of bodies)
    test(`${status}: ${name}`, () => {
      const read = readApiError(status, typeof body === 'string' ? body : JSON.stringify(body));
      assert.equal(read.status, status);
      assert.deepEqual({ ...read, ...expected }, read);
      assert.equal(read.overflow, undefined);
    });
});

describe('errors inside a stream', () => {
  test('an object without an error gives undefined', () => {
    for (const data of [
      {},
      { error: null },
      { error: '' },
      { error: {} },
      { error: [] },
      { error: { code: null, message: null } },
      { error: { code: 0, message: '' } },
      { choices: [] },
      { type: 'ping' },
    ] as JsonObject[])
      assert.equal(errorInside(data), undefined, JSON.stringify(data));
  });

  const table: [JsonObject, Partial<ApiError>][] = [
    [{ error: { message: 'busy', code: 502 } }, { status: 502, type: 'api_error', message: 'busy' }],
    [{ error: { message: 'busy', code: '429' } }, { status: 429, type: 'rate_limit_error' }],
    [{ error: { message: 'x', code: 1302 } }, { status: 0, type: 'api_error', upstreamCode: '1302' }],
    [{ error: { message: 'x', code: 200 } }, { status: 0, type: 'api_error' }],
    [
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
      { status: 0, type: 'overloaded_error', message: 'Overloaded' },
    ],
    [
      { type: 'error', error: { type: 'GoUsageLimitError', message: 'x' } },
      { type: 'api_error', upstreamType: 'GoUsageLimitError' },
    ],
    [
      { type: 'error', code: 'rate_limit_exceeded', message: 'slow down' },
      { message: 'slow down', upstreamCode: 'rate_limit_exceeded' },
    ],
    [{ type: 'error' }, { status: 0, message: 'the upstream reported an error without saying why' }],
    [{ error: 'broken' }, { message: 'broken' }],
    [{ error: ['broken'] }, { message: 'broken' }],
    [{ error: { type: 'constructor', message: 'x' } }, { type: 'api_error', upstreamType: 'constructor' }],
  ];
  for (const [data, expected] of table)
    test(JSON.stringify(data), () => {
      const read = errorInside(data);
      assert.deepEqual({ ...read, ...expected }, read);
    });
});

test('any body gives a documented type and a message of one bounded line', () => {
  const json = fc
    .jsonValue({ maxDepth: 5 })
    .map((value) => JSON.stringify({ error: value, metadata: value, detail: value, message: value }));
  fc.assert(
    fc.property(
      fc.integer({ min: 300, max: 599 }),
      fc.oneof(json, fc.json(), fc.string({ unit: 'binary' })),
      (status, body) => {
        const read = readApiError(status, body);
        assert.ok(
          read.message !== '' && read.message.length <= 601 && !/[\r\n]/.test(read.message),
          read.message,
        );
        assert.ok(statusOf(read.type) >= 400, read.type);
      },
    ),
    { numRuns: 1000 },
  );
});

describe('status and type', () => {
  const table: [number, ApiErrorType][] = [
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [402, 'billing_error'],
    [403, 'permission_error'],
    [404, 'not_found_error'],
    [413, 'request_too_large'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [504, 'timeout_error'],
    [529, 'overloaded_error'],
  ];
  for (const [status, type] of table)
    test(`${status} maps to ${type} and back`, () => {
      assert.equal(typeOf(status), type);
      assert.equal(statusOf(type), status);
    });
  test('other statuses map to the closest type', () => {
    const nearest = {
      408: 'timeout_error',
      409: 'invalid_request_error',
      410: 'invalid_request_error',
      422: 'invalid_request_error',
      502: 'api_error',
      503: 'overloaded_error',
      524: 'api_error',
      302: 'api_error',
    };
    for (const [status, type] of Object.entries(nearest)) assert.equal(typeOf(Number(status)), type, status);
  });
});

describe('secrets', () => {
  const letters = 'AbC123dEf456GhI789jKl012mNo345pQ';
  const keys = [
    `sk-${letters}`,
    `sk-proj-${letters}_x-y`,
    `sk-ant-api03-${letters}-AA`,
    `sk-or-v1-${'0123456789abcdef'.repeat(4)}`,
    `oc_sk_${letters}`,
    `st_${letters}`,
    `gsk_${letters}`,
    `xai-${letters}`,
    `AIzaSy${letters}`,
    `hf_${letters}`,
    `nvapi-${letters}`,
    `csk-${letters}`,
    `pplx-${letters}`,
    `fw_${letters}`,
    `ghp_${letters}`,
    `github_pat_${letters}`,
    `AKIA${letters.slice(0, 16).toUpperCase()}`,
    `r8_${letters}`,
    `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${letters}`,
    `${'0123456789abcdef'.repeat(2)}.${letters.slice(0, 16)}`,
    '0123456789abcdef'.repeat(4),
  ];
  const places = [
    '%',
    'Invalid key %.',
    'key "%" refused',
    "{'key':'%'}",
    'Bearer %',
    'x-api-key: %',
    'a%20b=%, c',
    'https://h/x?key=%&y=1',
    'Incorrect API key provided: %. See',
    '(%)',
    'token=%;',
  ];
  for (const key of keys)
    test(`${key.slice(0, 9)}… is removed`, () => {
      for (const place of places) {
        const text = place.replace('=%', `=${key}`).replace(/%(?!20)/, key);
        const left = readApiError(401, JSON.stringify({ error: { message: text } })).message;
        assert.ok(!left.includes(key.slice(-8)), left);
        assert.ok(!redactedLine(text).includes(key.slice(-8)), text);
      }
    });

  test('keys in an unknown format are recognized by their context', () => {
    for (const text of [
      'api_key=Zx81Kq77Pl',
      'API key: Zx81Kq77Pl',
      '"api-key":"Zx81Kq77Pl"',
      'Authorization: Bearer Zx81Kq77Pl',
      'authorization: basic Zx81Kq77Pl==',
      'https://me:Zx81Kq77Pl@host/',
      'access_token: Zx81Kq77Pl',
      'API key provided: Zx81Kq77Pl',
    ])
      assert.ok(!redactSecrets(text).includes('Zx81Kq77Pl'), redactSecrets(text));
  });

  test('a key after a line break or at the length limit is removed', () => {
    assert.equal(redactedLine(`Bearer\n${letters}`), 'Bearer •••');
    assert.doesNotMatch(redactedLine(`${'x '.repeat(297)} sk-${letters}`), /AbC1/);
  });

  test('long runs of blanks or key prefixes do not take quadratic time', () => {
    // Each of these took minutes with unbounded lookbehinds.
    for (const text of [' ', 'Bearer ', 'api key: ', '://a', 'sk-', 'eyJaaaaaaa-', '&key='])
      assert.ok(readApiError(500, text.repeat(200_000)).message.length < 700, text);
  });

  test('text without secrets is unchanged', () => {
    for (const text of [
      'Missing API key.',
      'Invalid API key.',
      'lm-studio is down',
      'model kimi-k2-0905-preview',
      'call_0123456789abcdef',
      'https://opencode.ai/workspace/wrk_01ABC/go',
      'hf-inference',
      'a risk-free task-based desk-job',
    ])
      assert.equal(redactSecrets(text), text);
  });
});

test('a long message is not cut inside a surrogate pair', () => {
  const line = redactedLine(`x${'😀'.repeat(600)}`);
  assert.equal(line, `x${'😀'.repeat(299)}…`);
});
