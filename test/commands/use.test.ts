/** Tests `occ use`: which model and scenario are meant, what it writes, and from when on it applies. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { parse } from 'jsonc-parser';
import { toRef, toScenario, type Ref } from '../../lib/commands/use/resolve.ts';
import { defaultFallbacks, defaultModels } from '../../lib/config/file/defaults.ts';
import { OccError } from '../../lib/errors.ts';
import { main } from '../../lib/cli.ts';
import { provider, settings } from '../clients/settings.ts';
import { toAnswer } from '../support/answers.ts';
import { home } from './program.ts';

const go = provider('opencode-go');
const keyless = { ...provider('opencode-zen'), keys: [], missingKey: 'none is set' };
const lab = { ...provider('lab'), endpoints: { chat: 'http://127.0.0.1:9/v1/chat/completions' } };
const router = { ...provider('openrouter'), endpoints: { chat: 'https://r.example/v1/chat/completions' } };
const lists = {
  openrouter: {
    at: '',
    url: 'https://r.example/v1/models',
    models: [{ id: 'z-ai/glm-5.3' }, { id: 'glm-5.3' }],
  },
};
const known = settings({
  providers: { 'opencode-go': go, 'opencode-zen': keyless, lab, openrouter: router },
});

const refs: [typed: string, current: string, found: string | RegExp][] = [
  ['opencode-go/glm-5.3', 'opencode-go', 'opencode-go/glm-5.3'],
  ['opencode_go/GLM-5.3', 'lab', 'opencode-go/glm-5.3'],
  ['glm-5.3', 'opencode-go', 'opencode-go/glm-5.3'],
  ['glm-5.3', 'openrouter', 'openrouter/glm-5.3'],
  ['glm-5.3', 'lab', /model of opencode-go and opencode-zen and openrouter\nocc use opencode-go\/glm-5\.3/],
  ['glm-5.2', 'lab', 'opencode-go/glm-5.2'],
  ['mistral-large-4', 'lab', 'opencode-zen/mistral-large-4'],
  ['z-ai/glm-5.3', 'lab', 'openrouter/z-ai/glm-5.3'],
  ['lab/any:7b', 'opencode-go', 'lab/any:7b'],
  ['glm-5.33', 'opencode-go', /no provider that occ knows has a model glm-5\.33\ndid you mean glm-5\.3\?/],
  ['opencode-go/glm-5.33', 'lab', /has a model opencode-go\/glm-5\.33\ndid you mean opencode-go\/glm-5\.3\?/],
  ['nothing-like-it', 'lab', /no provider.*\nocc models lists/],
  ['lab/', 'lab', /no provider/],
  [
    'ollama/qwen3',
    'lab',
    /^the provider "ollama" is not configured; configured are .*\nocc config set providers\.ollama\.base_url http:\/\/127\.0\.0\.1:11434\/v1\nthen again: occ use ollama\/qwen3$/,
  ],
  ['opencode-goo/any', 'lab', /not configured.*\ndid you mean opencode-go\? occ use opencode-go\/any$/],
];

test('the suggestions keep the options', () => {
  const given = { tier: 'opus', fallback: true, config: 'x.json' };
  for (const typed of ['glm-5.33', 'nosuch/x'])
    assert.throws(
      () => toRef(typed, known, lists, undefined, given),
      (error: Error & { remedy?: string }) =>
        / --config x\.json/.test(error.remedy ?? '') &&
        / --tier opus --fallback --config x\.json/.test(error.remedy ?? ''),
    );
});

for (const [typed, current, found] of refs) {
  test(`${typed} in the place of a model of ${current}`, () => {
    const find = (): Ref => toRef(typed, known, lists, { provider: current, model_id: 'x' });
    if (typeof found === 'string') assert.equal(`${find().provider}/${find().model_id}`, found);
    else
      assert.throws(find, (error) => {
        assert.ok(error instanceof OccError);
        assert.equal(error.exitCode, 2);
        assert.match(`${error.message}\n${error.remedy}`, found);
        return true;
      });
  });
}

for (const [tier, scenario] of [
  [undefined, 'default'],
  ['opus', 'complex'],
  ['Fable', 'complex'],
  ['sonnet', 'default'],
  ['haiku', 'background'],
  ['think', 'think'],
  ['long-context', 'long_context'],
  ['vision', 'vision'],
  ['fast', 'fast'],
] as const)
  test(`the tier ${tier} is ${scenario}`, () => assert.equal(toScenario(tier, known), scenario));

test('a free name of the configuration is a tier; another name is refused with the nearest one', () => {
  const mine = settings({ models: { mine: { provider: 'lab', model_id: 'x' } } });
  assert.equal(toScenario('mine', mine), 'mine');
  assert.throws(() => toScenario('opsu', known), /found "opsu", expected one of opus/);
});

interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

function machine(t: TestContext, config?: string) {
  const dir = mkdtempSync(join(tmpdir(), 'occ-use-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, '.config/occ/config.json');
  if (config !== undefined) {
    mkdirSync(join(dir, '.config/occ'), { recursive: true, mode: 0o700 });
    writeFileSync(file, config, { mode: 0o600 });
  }
  async function occ(...args: string[]): Promise<Said> {
    const said = { stdout: '', stderr: '' };
    const sink = (name: 'stdout' | 'stderr') =>
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          said[name] += chunk.toString();
          done();
        },
      });
    const code = await main(['use', ...args], {
      env: { PATH: '/usr/bin:/bin', OPENCODE_API_KEY: 'sk-secret-1' },
      home: dir,
      cwd: dir,
      platform: process.platform,
      stdin: new PassThrough().end(),
      stdout: sink('stdout'),
      stderr: sink('stderr'),
    });
    return { code, ...said };
  }
  const read = () => readFileSync(file, 'utf8');
  const value = () => parse(read(), [], { allowTrailingComma: true }) as Record<string, unknown>;
  return { occ, read, value, dir };
}

test('without a file it writes one, with every other model as before', async (t) => {
  const { occ, value, read } = machine(t);
  const { code, stdout, stderr } = await occ('kimi-k3');
  assert.equal(code, 0, stderr);
  assert.equal(stdout, 'models.default: opencode-go/deepseek-v4-pro → opencode-go/kimi-k3\n');
  assert.match(
    stderr,
    /written ~\/\.config\/occ\/config\.json; what runs with this file uses it from the next request on/,
  );
  const after = { provider: 'opencode-go', model_id: 'kimi-k3' };
  assert.deepEqual(value()['models'], { ...defaultModels, default: after });
  assert.match(
    stderr,
    /the new file contains the built-in models and fallbacks; only models\.default differs/,
  );
  assert.deepEqual(value()['fallbacks'], defaultFallbacks);
  assert.match(read(), /"auth_token": "[\w-]{43}"/);
});

test('a file without models gets the built-in ones, so that no scenario changes but one', async (t) => {
  const { occ, value } = machine(t, '{ "port": 4000 }');
  const said = await occ('glm-5.3', '--tier', 'haiku');
  assert.equal(said.code, 0);
  assert.match(
    said.stderr,
    /the file had no models and no fallbacks, so the built-in .*; only models\.background/,
  );
  assert.deepEqual(value()['models'], {
    ...defaultModels,
    background: { provider: 'opencode-go', model_id: 'glm-5.3' },
  });
  assert.deepEqual(value()['fallbacks'], defaultFallbacks);
  assert.equal(value()['port'], 4000);
});

const commented = `{
  // mine
  "models": {
    "default": { "provider": "opencode-go", "model_id": "kimi-k3", "temperature": 1, "context_window": 5000 }, // the default
    "complex": { "model_ref": "opencode-go/kimi-k3" },
  },
}
`;

test('comments are kept; fields about the model before go with it, others stay', async (t) => {
  const { occ, read, value } = machine(t, commented);
  const said = await occ('glm-5.3');
  assert.equal(said.code, 0, said.stderr);
  assert.match(read(), /\/\/ mine\n[^]*\}, \/\/ the default\n/);
  assert.deepEqual(value()['models'], {
    default: { provider: 'opencode-go', model_id: 'glm-5.3', temperature: 1 },
    complex: { model_ref: 'opencode-go/kimi-k3' },
  });
  assert.match(said.stderr, /context_window described the model before and is removed/);
  assert.equal((await occ('glm-5.3', '--tier', 'opus')).code, 0);
  assert.deepEqual((value()['models'] as Record<string, unknown>)['complex'], {
    provider: 'opencode-go',
    model_id: 'glm-5.3',
  });
});

test('a scenario that has no model yet falls back to the default one, which is named as before', async (t) => {
  const { occ } = machine(t, commented);
  const { stdout } = await occ('glm-5.3', '--tier', 'vision');
  assert.equal(stdout, 'models.vision: opencode-go/kimi-k3 → opencode-go/glm-5.3\n');
});

test('the same model again writes nothing', async (t) => {
  const { occ, read, dir } = machine(t, commented);
  assert.equal((await occ('glm-5.3')).code, 0);
  const written = read();
  const { stdout, code } = await occ('opencode-go/glm-5.3');
  assert.deepEqual([code, stdout], [0, 'models.default is opencode-go/glm-5.3 already\n']);
  assert.equal(read(), written);
  assert.deepEqual(readdirSync(join(dir, '.config/occ')).sort(), ['config.json', 'config.json.bak']);
});

test('--fallback appends to the list of the scenario, once', async (t) => {
  const { occ, value, read } = machine(t, commented);
  const first = await occ('glm-5.3', '--fallback', '--tier', 'opus');
  assert.equal(first.code, 0, first.stderr);
  assert.equal(first.stdout, 'fallbacks.complex: none → opencode-go/glm-5.3\n');
  const second = await occ('glm-5.2', '--fallback', '--tier', 'opus');
  assert.equal(
    second.stdout,
    'fallbacks.complex: opencode-go/glm-5.3 → opencode-go/glm-5.3, opencode-go/glm-5.2\n',
  );
  const written = read();
  const again = await occ('glm-5.3', '--fallback', '--tier', 'opus');
  assert.match(again.stdout, /^fallbacks\.complex is opencode-go\/glm-5\.3, opencode-go\/glm-5\.2 already$/m);
  assert.equal(read(), written);
  assert.match(read(), /\/\/ mine\n/);
  assert.deepEqual(value()['fallbacks'], {
    complex: [
      { provider: 'opencode-go', model_id: 'glm-5.3' },
      { provider: 'opencode-go', model_id: 'glm-5.2' },
    ],
  });
  assert.deepEqual((value()['models'] as Record<string, unknown>)['complex'], {
    model_ref: 'opencode-go/kimi-k3',
  });
});

test('--fallback in a file without models follows the built-in fallbacks', async (t) => {
  const { occ, value } = machine(t, '{}');
  const { stderr } = await occ('kimi-k3', '--fallback');
  assert.match(stderr, /only fallbacks\.default differs from them/);
  assert.deepEqual(value()['fallbacks'], {
    ...defaultFallbacks,
    default: [...(defaultFallbacks['default'] ?? []), { provider: 'opencode-go', model_id: 'kimi-k3' }],
  });
  const local = machine(
    t,
    '{ "models": { "default": { "model_ref": "ollama/a" } }, "providers": { "ollama": { "base_url": "http://127.0.0.1:1/v1" } } }',
  );
  assert.doesNotMatch((await local.occ('glm-5.3', '--fallback')).stderr, /gets the request/);
});

test('with hot_reload off, the next start is named', async (t) => {
  const { occ } = machine(t, '{ "hot_reload": false }');
  const { stderr } = await occ('glm-5.3');
  assert.match(stderr, /hot_reload is off, so it applies from the next start on/);
});

test('terms and a missing key are reported', async (t) => {
  const { occ } = machine(t, '{ "providers": { "gate": { "base_url": "https://gate.example/v1" } } }');
  assert.match((await occ('iceman-contributor-free')).stderr, /trains on your data/);
  const gate = await occ('gate/any');
  assert.match(gate.stderr, /gate has no key yet\n {2}occ config set providers\.gate\.api_key --stdin/);
});

test('a local model whose fallbacks are elsewhere is set with the command that keeps requests here', async (t) => {
  const { occ } = machine(t, '{ "providers": { "ollama": { "base_url": "http://127.0.0.1:1/v1" } } }');
  const leaves =
    /occ: models\.\w+: if ollama fails, opencode-go gets the request\n {2}occ config set fallbacks\.(\w+) '\[\]'/;
  assert.equal(leaves.exec((await occ('ollama/a')).stderr)?.[1], 'default');
  assert.equal(leaves.exec((await occ('ollama/a', '--tier', 'haiku')).stderr)?.[1], 'background');
  assert.doesNotMatch((await occ('opencode-go/glm-5.3')).stderr, leaves);
  const answer = toAnswer('use', (await occ('ollama/b', '--json')).stdout);
  assert.equal((answer['warnings'] as unknown[]).length, 1);
  const own = machine(
    t,
    '{ "fallbacks": { "default": [] }, "providers": { "ollama": { "base_url": "http://127.0.0.1:1/v1" } } }',
  );
  assert.doesNotMatch((await own.occ('ollama/a')).stderr, leaves);
});

test('an unknown model or tier changes nothing', async (t) => {
  const { occ, dir } = machine(t);
  for (const args of [['glm-5.33'], ['glm-5.3', '--tier', 'opsu'], [' ']])
    assert.equal((await occ(...args)).code, 2);
  assert.deepEqual(readdirSync(dir), []);
});

test('the JSON answer matches its schema', async (t) => {
  const { occ } = machine(t, commented);
  for (const model of ['glm-5.3', 'glm-5.3', 'iceman-contributor-free']) {
    const { stdout, code } = await occ(model, '--json');
    assert.equal(code, 0);
    const answer = toAnswer('use', stdout);
    assert.equal(answer['after'], `opencode-go/${model}`);
    assert.doesNotMatch(stdout, /sk-secret/);
  }
});

test('a running proxy uses the model from the next request on', async (t) => {
  const { run, write } = home(t);
  const entry = { provider: 'emulator', model_id: 'a' };
  for (const [reload, says] of [
    [true, /what runs with this file uses it from the next request on/],
    [false, /needs occ restart/],
  ] as const) {
    write(
      '.config/occ/config.json',
      JSON.stringify({ port: 0, hot_reload: reload, models: { default: entry } }),
    );
    assert.equal((await run(['start', '--emulator'])).code, 0);
    const { code, stderr } = await run(['use', 'emulator/b']);
    assert.equal(code, 0, stderr);
    assert.match(stderr, says);
    assert.equal((await run(['stop'])).code, 0);
  }
});
