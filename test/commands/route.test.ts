/** Tests `occ route` on the built program: the plan of a request, without sending it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { before, describe, test } from 'node:test';
import { toAnswer } from '../support/answers.ts';
import { builtOcc, requireBuilt } from '../support/built.ts';
import { hangMs } from '../support/limits.ts';
import { home } from './program.ts';

before(requireBuilt);

const captures = fileURLToPath(new URL('../fixtures/claude-requests/', import.meta.url));

interface Candidate {
  model: string;
  format: string;
  why: string;
  key_missing: string | null;
}

function candidatesIn(answer: Record<string, unknown>): string[] {
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

describe('the first model', () => {
  const cases: [what: string, words: string[], rule: RegExp, first: string][] = [
    ['a plain question', [], /scenario default: tier sonnet/, 'near/usual, models.default'],
    ['a tier by name', ['-m', 'haiku'], /tier haiku/, 'near/cheap, models.background'],
    [
      'a tier without a configured scenario',
      ['-m', 'opus'],
      /tier opus; complex is not configured/,
      'near/usual, models.default',
    ],
    ['a scenario', ['-m', 'long_context'], /near\/long/, 'near/long, model_overrides.near/long'],
    ['provider and model', ['-m', 'near/any'], /near\/any/, 'near/any, model_overrides.near/any'],
    ['a model id of Claude Code', ['-m', 'claude-sonnet-5'], /tier sonnet/, 'near/usual, models.default'],
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
      'a capture with another --model',
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
      assert.equal(candidatesIn(answer)[0], first);
    });
  }

  test('prints why models were skipped', async (t) => {
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
    assert.match(stdout, /^skipped {2}near\/no-tools\n {11}it takes no tools$/m);
    assert.match(stdout, /^then {5}near\/long\n {11}fallbacks\.default\[0\], over chat$/m);
    assert.ok(
      stdout.split('\n').every((line) => line.length <= 60),
      stdout,
    );
  });
});

test('names what an unknown model was probably meant to be', async (t) => {
  const at = home(t);
  const said = async (model: string): Promise<string> => {
    const { code, stderr } = await at.run(['route', '--model', model]);
    assert.equal(code, 0);
    return stderr;
  };
  assert.match(
    await said('glm-5.33'),
    /no model "glm-5\.33", did you mean "glm-5\.3"\?[^]*requests it anyway:/,
  );
  assert.match(
    await said('nosuch/x'),
    /the provider "nosuch" is not configured; .*\n {2}occ config set providers\.nosuch\.base_url <URL>\n/,
  );
  assert.match(
    await said('opencode-go/glm-5.33'),
    /in no list of opencode-go; did you mean opencode-go\/glm-5\.3\?/,
  );
  assert.doesNotMatch(await said('glm-5.3'), /did you mean|no list/);
});

test('reports a missing key, and runs no key command', async (t) => {
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

describe('the request', () => {
  const body = { model: 'claude-haiku-5-5', max_tokens: 1, messages: [{ role: 'user', content: 'hi' }] };
  const shapes: Record<string, unknown> = {
    'a body': body,
    'a capture with a JSON body': { method: 'POST', path: '/v1/messages', headers: {}, body },
    'a capture with the body as a string': { body: JSON.stringify(body) },
  };
  for (const [shape, value] of Object.entries(shapes)) {
    test(`from stdin: ${shape}`, (t) => {
      const at = home(t);
      const { status, stdout } = spawnSync(process.execPath, [builtOcc, 'route', '-r', '-', '--json'], {
        input: JSON.stringify(value),
        env: { HOME: at.dir },
        encoding: 'utf8',
        timeout: hangMs,
      });
      assert.equal(status, 0);
      assert.match(String(toAnswer('route', stdout)['rule']), /tier haiku/);
    });
  }

  test('reads the request class from headers in an object or in pairs', async (t) => {
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

  const mistakes: [what: string, text: string | undefined, message: RegExp][] = [
    ['no file', undefined, /no\.json is not a request: there is no such file/],
    ['empty file', ' ', /it is empty/],
    ['not JSON', '{"a": secret}', /it is not valid JSON/],
    ['a list', '[]', /not a JSON object/],
    ['no messages', '{"model":"m"}', /messages: expected a list/],
    ['capture of a GET', '{"method":"GET","body":null}', /it is not a JSON object/],
    [
      'invalid message in a capture',
      '{"body":{"model":"m","messages":[{"role":"you"}]}}',
      /body: messages\.0\.role/,
    ],
  ];
  for (const [what, text, message] of mistakes) {
    test(`reports an invalid request: ${what}`, async (t) => {
      const at = home(t);
      if (text !== undefined) at.write('no.json', text);
      const { code, stdout, stderr } = await at.run(['route', '-r', 'no.json']);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, message);
      assert.match(stderr, /expected the JSON body/);
      assert.doesNotMatch(stderr, /secret/);
    });
  }
});
