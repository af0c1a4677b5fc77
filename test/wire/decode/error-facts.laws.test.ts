/** What is collected from error bodies: every envelope that servers and gateways were seen to use, and hostile ones. */
import { runsOf } from '../../support/sampling.ts';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { ErrorFacts } from '../../../lib/anthropic/errors.ts';
import { errorInside, readApiError } from '../../../lib/wire/decode/errors.ts';
import { readGeminiError } from '../../../lib/wire/gemini/errors.ts';

const none: ErrorFacts = { types: [], codes: [], params: [], messages: [] };

function facts(body: unknown, status = 400): ErrorFacts | undefined {
  return readApiError(status, typeof body === 'string' ? body : JSON.stringify(body)).facts;
}

const anthropic = { type: 'error', error: { type: 'invalid_request_error', message: 'bad' } };

const table: [name: string, body: unknown, expected: Partial<ErrorFacts>][] = [
  ['Anthropic', anthropic, { types: ['invalid_request_error'], messages: ['bad'] }],
  [
    'OpenAI',
    { error: { message: 'm', type: 'invalid_request_error', param: 'tools[0].type', code: 'unsupported' } },
    { types: ['invalid_request_error'], codes: ['unsupported'], params: ['tools[0].type'], messages: ['m'] },
  ],
  ['errors as an object', { errors: { message: 'bind it' } }, { messages: ['bind it'] }],
  ['errors as a list', { errors: [{ message: 'a' }, { message: 'b' }] }, { messages: ['a', 'b'] }],
  ['errors as texts', { errors: ['a', 'b'] }, { messages: ['a', 'b'] }],
  ['a message that is an object', { error: { message: { why: 'no' } } }, { messages: ['no'] }],
  ['a message that is a list', { error: { message: ['a', { text: 'b' }] } }, { messages: ['a', 'b'] }],
  [
    'a validator’s list',
    {
      detail: [
        { loc: ['body', 'tools', 0, 'x'], msg: 'no', type: 'extra_forbidden', input: { message: 'mine' } },
      ],
    },
    { types: ['extra_forbidden'], params: ['body.tools.0.x'], messages: ['no'] },
  ],
  [
    'a validator’s list in the message',
    { object: 'error', message: { detail: [{ loc: ['body', 'stream_options'], msg: 'no' }] } },
    { params: ['body.stream_options'], messages: ['no'] },
  ],
  [
    // OpenRouter
    'JSON text of the provider',
    {
      error: { code: 400, message: 'Provider returned error', metadata: { raw: JSON.stringify(anthropic) } },
    },
    { types: ['invalid_request_error'], codes: ['400'], messages: ['Provider returned error', 'bad'] },
  ],
  [
    // OpenRouter, when the provider sent no JSON
    'other text of the provider',
    { error: { message: 'Provider returned error', metadata: { raw: 'busy now' } } },
    { messages: ['Provider returned error', 'busy now'] },
  ],
  [
    // BerriAI/litellm#17761: the provider's body as Python prints bytes
    'JSON text in a sentence',
    {
      error: {
        message: `litellm.BadRequestError: X - b'${JSON.stringify(anthropic)}'. Model=m`,
        code: '400',
      },
    },
    { types: ['invalid_request_error'], codes: ['400'] },
  ],
  [
    // openai-python prints its errors so, and gateways pass that on
    'a Python dictionary in a sentence',
    { detail: `Error code: 400 - {'error': {'message': "it's", 'type': 't', 'param': None, 'code': 'c'}}` },
    { types: ['t'], codes: ['c'], params: [] },
  ],
  [
    'an error in an error',
    { error: { error: { message: 'in', code: 7 } } },
    { codes: ['7'], messages: ['in'] },
  ],
  [
    'Google’s violations',
    {
      error: {
        code: 400,
        message: 'Invalid',
        status: 'INVALID_ARGUMENT',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.BadRequest',
            fieldViolations: [{ field: 'tools[0]', description: 'no' }],
          },
          { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' },
        ],
      },
    },
    {
      types: ['INVALID_ARGUMENT'],
      codes: ['400', 'API_KEY_INVALID'],
      params: ['tools[0]'],
      messages: ['Invalid', 'no'],
    },
  ],
  [
    'a failed response',
    { response: { status: 'failed', error: { code: 'server_error', message: 'm' } } },
    { types: [], codes: ['server_error'], messages: ['m'] },
  ],
  ['an error in data', { data: { error: { message: 'm' } } }, { messages: ['m'] }],
  ['MiniMax', { base_resp: { status_code: 1004, status_msg: 'm' } }, { codes: ['1004'], messages: ['m'] }],
  [
    // Microsoft's ProblemDetails (RFC 9457 with errors by field)
    'errors by field',
    { title: 'One or more errors', status: 400, errors: { '$.temperature': ['too hot'] } },
    { params: ['$.temperature'], messages: ['One or more errors', 'too hot'] },
  ],
  [
    'AWS',
    { __type: 'ValidationException', Message: 'm' },
    { types: ['ValidationException'], messages: ['m'] },
  ],
  [
    'OAuth',
    { error: 'invalid_grant', error_description: 'm' },
    { types: ['invalid_grant'], messages: ['invalid_grant', 'm'] },
  ],
  ['a list in param', { error: { param: '["body","x"]', message: 'm' } }, { params: ['body.x'] }],
  [
    'an object in param',
    { error: { param: '{"loc":["x",1],"msg":"y"}', message: 'm' } },
    { params: ['x.1'] },
  ],
  [
    'a sentence in param',
    { error: { param: 'x is wrong' } },
    { params: ['x is wrong'], messages: ['x is wrong'] },
  ],
  ['an event of a stream', `event: error\ndata: ${JSON.stringify(anthropic)}\n\n`, { messages: ['bad'] }],
  [
    'JSON behind a sentence',
    `upstream said: ${JSON.stringify(anthropic)}`,
    { types: ['invalid_request_error'] },
  ],
  ['JSON without its end', JSON.stringify(anthropic).slice(0, -3), { messages: ['bad'] }],
  ['plain text', 'no', { messages: ['no'] }],
  ['a key __proto__', '{"error":{"__proto__":{"message":"m"}}}', { messages: ['m'] }],
  ['the model’s output', { error: { message: 'm', failed_generation: '<x>' } }, { messages: ['m'] }],
  ['a web page', '<html><title>502</title><body>no</body></html>', none],
  ['null', 'null', none],
];

describe('facts of an error body', () => {
  for (const [name, body, expected] of table)
    test(name, () => {
      const found = facts(body);
      assert.deepEqual({ ...found, ...expected }, found);
    });

  test('the whole and the streamed form say the same', () => {
    for (const [name, body] of table)
      if (typeof body === 'object' && body !== null && 'error' in body)
        assert.deepEqual(errorInside(body as never)?.facts, facts(body), name);
  });

  test('Gemini’s reader keeps them', () =>
    assert.deepEqual(readGeminiError(400, '[{"error":{"status":"UNAVAILABLE"}}]').facts?.types, [
      'UNAVAILABLE',
    ]));

  test('a long message keeps its start and its end', () => {
    const [message = ''] = facts({ message: `start ${'x'.repeat(9000)} end` })?.messages ?? [];
    assert.equal(message.length, 4096);
    assert.match(message, /^start x+ … x+ end$/);
  });
});

test('whatever the body, the facts are bounded', () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'large' },
      fc.string({ maxLength: 300 }),
      fc.integer(),
      tie('object'),
      tie('list'),
    ),
    list: fc.array(tie('any'), { maxLength: 20 }),
    object: fc.dictionary(
      fc.constantFrom(
        'error',
        'errors',
        'message',
        'detail',
        'loc',
        'param',
        'code',
        'type',
        '__proto__',
        'raw',
        'x',
      ),
      tie('any'),
    ),
  })).any;
  fc.assert(
    fc.property(
      fc.oneof(
        value,
        value.map((inner) => JSON.stringify({ message: JSON.stringify(inner) })),
      ),
      (body) => {
        const found = facts(body) ?? none;
        for (const [name, list] of Object.entries(found)) {
          assert.ok(list.length <= 8, name);
          for (const text of list) assert.ok(text.length <= (name === 'messages' ? 4096 : 200), name);
        }
      },
    ),
    runsOf(100),
  );
});
