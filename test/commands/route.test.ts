/** `occ route`: the plan of a request, told without sending anything. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { before, describe, test } from 'node:test';
import { toAnswer } from '../support/answers.ts';
import { builtOcc, requireBuilt } from '../support/built.ts';
import { home } from './program.ts';

before(requireBuilt);

const captures = fileURLToPath(new URL('../fixtures/claude-requests/', import.meta.url));

interface Candidate {
  model: string;
  format: string;
  why: string;
  key_missing: string | null;
}

function heads(answer: Record<string, unknown>): string[] {
  return (answer['candidates'] as Candidate[]).map(({ model, why }) => `${model}, ${why}`);
}

const local = (id: string, more: object = {}): object => ({ provider: 'near', model_id: id, ...more });
const config = JSON.stringify({
  models: {
    default: local('usual', { context_window: 50_000 }),
    vision: local('sees', { vision: true }),
    background: local('cheap'),
    long_context: local('long', { context_window: 500_000, context_threshold: 30_000, vision: true }),
  },
  fallbacks: {
    default: [local('long', { context_window: 500_000 }), local('no-tools', { supports_tools: false })],
  },
  providers: { near: { wire_format: 'chat', base_url: 'http://127.0.0.1:9/v1' } },
});

describe('which model would answer', () => {
  const cases: [what: string, words: string[], rule: RegExp, first: string][] = [
    ['a plain question', [], /scenario default: tier sonnet/, 'near/usual, models.default'],
    ['a tier by name', ['-m', 'haiku'], /tier haiku/, 'near/cheap, models.background'],
    [
      'a tier that is not configured',
      ['-m', 'opus'],
      /tier opus; complex is not configured/,
      'near/usual, models.default',
    ],
    ['a scenario', ['-m', 'long_context'], /near\/long/, 'near/long, model_overrides.near/long'],
    ['provider and model', ['-m', 'near/any'], /near\/any/, 'near/any, model_overrides.near/any'],
    ['an id of the client', ['-m', 'claude-sonnet-5'], /tier sonnet/, 'near/usual, models.default'],
    [
      'a capture',
      ['-r', `${captures}31-title-generation.json`],
      /background/,
      'near/cheap, models.background',
    ],
    [
      'a capture with an image',
      ['-r', `${captures}13-image-read.json`],
      /new image/,
      'near/sees, models.vision',
    ],
    [
      'a capture, for another model',
      ['-r', `${captures}01-print-hi-default-opus.json`, '-m', 'near/any'],
      /near\/any/,
      'near/any, model_overrides.near/any',
    ],
    [
      'a long capture',
      ['-r', `${captures}36-automode-classifier-stage1-severity.json`],
      /more than 30000/,
      'near/long, models.long_context',
    ],
  ];
  for (const [what, words, rule, first] of cases) {
    test(`${what}: occ route ${words.map((word) => word.replace(captures, '')).join(' ')}`, async (t) => {
      const at = home(t);
      at.write('.config/occ/config.json', config);
      const { code, stdout, stderr } = await at.run(['route', '--json', ...words]);
      assert.equal(code, 0, stderr);
      assert.equal(stderr, '');
      const answer = toAnswer('route', stdout);
      assert.match(String(answer['rule']), rule);
      assert.equal(heads(answer)[0], first);
    });
  }

  test('why others were passed over, in words', async (t) => {
    const at = home(t);
    at.write('.config/occ/config.json', config);
    const body = at.write(
      'body.json',
      JSON.stringify({
        model: 'claude-sonnet-5',
        messages: [{ role: 'user', content: 'hello' }],
        tools: [{ name: 'Read', input_schema: {} }],
      }),
    );
    const { stdout } = await at.run(['route', '-r', body]);
    assert.match(stdout, /^not {6}near\/no-tools\n {11}it takes no tools$/m);
    assert.match(stdout, /^then {5}near\/long\n {11}fallbacks\.default\[0\], over chat$/m);
    assert.ok(
      stdout.split('\n').every((line) => line.length <= 60),
      stdout,
    );
  });
});

test('a model without a key is told as one, and no command is run for it', async (t) => {
  const at = home(t);
  at.program('tell-key', '#!/bin/sh\ntouch "$0.ran"\necho sk-of-this-test\n');
  at.write(
    '.config/occ/config.json',
    JSON.stringify({
      models: { default: { provider: 'far', model_id: 'm' } },
      providers: { far: { base_url: 'https://a.example/v1', api_key_command: ['tell-key'] } },
    }),
  );
  const { code, stdout, stderr } = await at.run(['route']);
  assert.equal(code, 0);
  assert.match(stdout, /far\/m/);
  assert.match(stderr, /api_key_command has not been run/);
  assert.throws(() => readFileSync(`${at.dir}/bin/tell-key.ran`), { code: 'ENOENT' });
});

describe('a request', () => {
  const body = { model: 'claude-haiku-5-5', max_tokens: 1, messages: [{ role: 'user', content: 'hi' }] };
  const shapes: Record<string, unknown> = {
    'a body': body,
    'a capture whose body is what was said': { method: 'POST', path: '/v1/messages', headers: {}, body },
    'a capture whose body is as it was sent': { body: JSON.stringify(body) },
  };
  for (const [shape, value] of Object.entries(shapes)) {
    test(`from stdin: ${shape}`, (t) => {
      const at = home(t);
      const { status, stdout } = spawnSync(process.execPath, [builtOcc, 'route', '-r', '-', '--json'], {
        input: JSON.stringify(value),
        env: { HOME: at.dir },
        encoding: 'utf8',
        timeout: 30_000,
      });
      assert.equal(status, 0);
      assert.match(String(toAnswer('route', stdout)['rule']), /tier haiku/);
    });
  }

  test('is of the class its headers say, as an object or as pairs', async (t) => {
    const at = home(t);
    const opus = { ...body, model: 'claude-opus-5-5' };
    for (const headers of [
      { 'X-Claude-Code-Request-Class': 'auxiliary' },
      [['x-claude-code-request-class', 'auxiliary']],
    ]) {
      const file = at.write('capture.json', JSON.stringify({ headers, body: opus }));
      const { stdout } = await at.run(['route', '-r', file, '--json']);
      assert.match(String(toAnswer('route', stdout)['rule']), /request class auxiliary/);
    }
  });

  const mistakes: [what: string, text: string | undefined, says: RegExp][] = [
    ['there is none', undefined, /no\.json holds no request: there is no such file/],
    ['it is empty', ' ', /it is empty/],
    ['it is not JSON', '{"a": secret}', /it is not JSON/],
    ['it is a list', '[]', /no JSON object/],
    ['it has no messages', '{"model":"m"}', /messages: expected a list/],
    ['a capture is of a GET', '{"method":"GET","body":null}', /it holds no JSON object/],
    [
      'a block in a capture is odd',
      '{"body":{"model":"m","messages":[{"role":"you"}]}}',
      /body: messages\.0\.role/,
    ],
  ];
  for (const [what, text, says] of mistakes) {
    test(`that is none is told so: ${what}`, async (t) => {
      const at = home(t);
      if (text !== undefined) at.write('no.json', text);
      const { code, stdout, stderr } = await at.run(['route', '-r', 'no.json']);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, says);
      assert.match(stderr, /expected the JSON body/);
      assert.doesNotMatch(stderr, /secret/);
    });
  }
});
