import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { configSchema } from '../../../lib/config/file/schema.ts';
import type { Schema } from '../../../lib/config/file/schema-node.ts';
import { sectionOf } from '../../../lib/commands/config/sections.ts';
import { renderValues, type Shown } from '../../../lib/commands/config/show.ts';
import { loadStyle } from '../../../lib/terminal/style.ts';
import { desk } from './world.ts';

const posix = { skip: process.platform === 'win32' && 'Windows has no such modes' };

const text = `{
  "api_key": "sk-secret",
  "models": {
    "default": { "provider": "lab", "model_id": "m.1" },
    "long": { "model_id": "x", "temperature": 0.5 }
  },
  "fallbacks": { "default": [{ "model_id": "a" }, { "model_id": "b" }] },
  "providers": {
    "lab": { "base_url": "http://127.0.0.1:1/v1", "headers": { "X-Team": "sk-secret" }, "streaming_timeout_ms": 120000 }
  }
}`;

/** [key, output] */
const values: [string, string][] = [
  ['port', '3456'],
  ['hot_reload', 'true'],
  ['models.default.model_id', 'm.1'],
  ['fallbacks.default[1].model_id', 'b'],
  ['fallbacks.default.1.model_id', 'b'],
  ['models.long.temperature', '0.5'],
  ['opencode_go.timeout_ms', '300000'],
  ['api_key', '•••'],
  ['providers.lab.headers["X-Team"]', '•••'],
  ['fallbacks.default[0]', '{\n  "provider": "opencode-go",\n  "model_id": "a"\n}'],
  ['providers.lab.headers', '{\n  "X-Team": "•••"\n}'],
];

for (const [key, printed] of values) {
  test(`get ${key}`, async (t) => {
    const { occ, write } = desk(t);
    write(text);
    assert.deepEqual(await occ(['get', key]), { code: 0, stdout: `${printed}\n`, stderr: '' });
  });
}

test('get --reveal prints secrets unmasked', async (t) => {
  const { occ, write } = desk(t);
  write(text);
  assert.equal((await occ(['get', 'api_key', '--reveal'])).stdout, 'sk-secret\n');
  assert.match((await occ(['get', 'providers', '--reveal'])).stdout, /"X-Team": "sk-secret"/);
  assert.equal((await occ(['get', 'auth_token'], { env: { OCC_AUTH_TOKEN: 't' } })).stdout, '•••\n');
});

test('get names the nearest key: an unknown one ends with 2, one without a value with 1', async (t) => {
  const { occ, write } = desk(t);
  write(text);
  const cases: [string, RegExp][] = [
    ['prot', /there is no key prot\n {2}did you mean port\?/],
    ['models.defualt.model_id', /is not set\n {2}did you mean models\.default\.model_id\?/],
    ['models.default.temperature', /models\.default\.temperature is not set\n {2}occ config show/],
    ['fallbacks.default[7]', /fallbacks\.default\[7\] is not set/],
    ['models.constructor', /models\.constructor is not set/],
    ['', /"" is not a key/],
  ];
  for (const [key, words] of cases) {
    const said = await occ(['get', key]);
    assert.deepEqual([said.code, said.stdout], [/not set/.test(words.source) ? 1 : 2, ''], key);
    assert.match(said.stderr, words);
  }
  write('{ "port": "x" }');
  assert.equal((await occ(['get', 'port'])).code, 78);
});

test('check lists every mistake of the file, with its line, and of the environment', async (t) => {
  const { occ, write, file } = desk(t);
  write(
    '{\n "port": "x",\n "models": { "default": { "provider": "nobody" } },\n "api_key": "a b\\n",\n "prot": 1\n}',
  );
  const said = await occ(['check'], { env: { OCC_LOG_LEVEL: 'loud' } });
  assert.deepEqual([said.code, said.stderr], [78, '']);
  const lines = said.stdout.split('\n').filter((line) => !line.startsWith('  '));
  assert.deepEqual(lines, [
    '! prot (line 5): unknown key, ignored; did you mean "port"?',
    '✗ port (line 2): found a string, expected a whole number',
    '✗ models.default.provider (line 3): found the unknown provider "nobody", expected one of opencode-go, opencode-zen, emulator',
    '✗ models.default.model_id (line 3): found nothing, expected the id of a model',
    '✗ api_key (line 4): contains a line break; expected one line',
    '✗ OCC_LOG_LEVEL: the variable OCC_LOG_LEVEL: expected one of debug, info, warn, error',
    `✗ ${file}: not valid, 5 mistakes`,
    '',
  ]);
  write('{ "port": 1 "host": 2\n "x": oops }');
  const broken = await occ(['check']);
  assert.equal(broken.code, 78);
  assert.match(broken.stdout, /✗ line 1, column 13: expected ","[^]*✗ line 2, column/);
  assert.equal((await occ(['check', '-c', 'none.json'])).code, 78);
});

test('check of a valid file ends with 0 and lists warnings and missing keys', posix, async (t) => {
  const { occ, write, file } = desk(t);
  write(text.replace('{', '{ "enable_streaming_scenario_routing": false,'));
  chmodSync(file, 0o644);
  chmodSync(dirname(file), 0o750);
  const said = await occ(['check']);
  assert.equal(said.code, 0, said.stdout);
  assert.match(said.stdout, /! enable_streaming_scenario_routing \(line 1\): is false/);
  assert.match(
    said.stdout,
    /config\.json is open to other users of this machine \(mode 644\); expected 600\n {2}chmod 600/,
  );
  assert.match(
    said.stdout,
    /\.config\/occ is open to other users of this machine \(mode 750\); expected 700/,
  );
  assert.match(
    said.stdout,
    /providers\.lab\.streaming_timeout_ms \(line 9\): cuts every stream after 120000 ms/,
  );
  assert.match(said.stdout, /: valid\n$/);
  write('{ "api_key": "${NO_KEY}" }');
  chmodSync(file, 0o600);
  chmodSync(dirname(file), 0o700);
  const keyless = await occ(['check']);
  assert.equal(keyless.code, 0);
  assert.match(
    keyless.stdout,
    /^! opencode-go: has no key: the variable NO_KEY.*\n {2}occ config set api_key --stdin[^]*valid, but not ready: a key is missing\n$/,
  );
});

test('init writes a valid, private file with a different token each time', posix, async (t) => {
  const { occ, file, read } = desk(t);
  const said = await occ(['init']);
  assert.deepEqual([said.code, said.stdout], [0, `${file}\n`]);
  assert.match(said.stderr, /new auth_token[^]*occ config set api_key --stdin/);
  const schema = join(dirname(file), 'config.schema.json');
  for (const path of [file, schema]) assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(dirname(file)).mode & 0o777, 0o700);
  assert.equal(readFileSync(schema, 'utf8'), (await occ(['schema'])).stdout);
  const first = read();
  const token = /"auth_token": "([\w-]{43})"/.exec(first)?.[1] ?? '';
  assert.notEqual(token, '');
  assert.doesNotMatch(said.stdout + said.stderr, new RegExp(token));
  assert.equal((await occ(['check'], { env: { OPENCODE_API_KEY: 'x' } })).stdout, `✓ ${file}: valid\n`);

  const again = await occ(['init']);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /already exists; it was not changed/);
  assert.equal(read(), first);
  assert.equal(existsSync(`${file}.bak`), false);
  const forced = await occ(['init', '--force']);
  assert.equal(forced.code, 0);
  assert.match(forced.stderr, /the previous version, which may contain a key, is .*config\.json\.1\.bak/);
  const second = read();
  assert.notEqual(second, first);
  assert.equal((await occ(['set', 'port', '1'])).code, 0);
  assert.equal((await occ(['init', '--force'])).code, 0);
  const kept = ['1.bak', 'bak', '2.bak'].map((end) => readFileSync(`${file}.${end}`, 'utf8'));
  assert.deepEqual(kept.slice(0, 2), [first, second]);
  assert.match(kept[2] ?? '', /"port": 1,/);
  assert.equal(statSync(`${file}.1.bak`).mode & 0o777, 0o600);
});

test('the schema beside the file is updated, but a file of another tool is kept', async (t) => {
  const { occ, file } = desk(t);
  await occ(['init']);
  const schema = join(dirname(file), 'config.schema.json');
  const { stdout } = await occ(['schema']);
  writeFileSync(schema, '{ "title": "occ configuration", "old": true }');
  await occ(['set', 'port', '1']);
  assert.equal(readFileSync(schema, 'utf8'), stdout);
  writeFileSync(schema, '{ "title": "mine" }');
  await occ(['set', 'port', '2']);
  assert.equal(readFileSync(schema, 'utf8'), '{ "title": "mine" }');
});

test('check warns about values that are most likely mistakes', async (t) => {
  const { occ, write } = desk(t);
  const glm = { provider: 'opencode-go', model_id: 'glm-5.3' };
  write(
    JSON.stringify({
      models: { default: glm, defualt: glm, think2: glm, vision: { ...glm, model_id: 'glm-5.33' } },
      fallbacks: { bakground: [glm], 'glm-5.3': [{ ...glm, model_id: 'nobody-has-it' }] },
      providers: {
        lab: { base_url: 'http://127.0.0.1:11434', timeout_ms: 5, streaming_timeout_ms: 999 },
        gate: { base_url: 'http://127.0.0.1:1', wire_format: 'messages', timeout_ms: 1000 },
        path: { base_url: 'http://127.0.0.1:1/v1/' },
      },
      api_key: 'x',
    }),
  );
  const said = await occ(['check']);
  assert.equal(said.code, 0);
  assert.deepEqual(said.stdout.replaceAll(' (line 1)', '').split('\n').slice(0, -2), [
    '! models.defualt: is not a scenario; did you mean "default"?',
    '! fallbacks.bakground: is not a scenario; did you mean "background"?',
    '! providers.lab.timeout_ms: 5 ms is shorter than any answer takes',
    '  did you mean 5 s? A number without a unit means milliseconds.',
    '  occ config set providers.lab.timeout_ms 5s',
    '! providers.lab.streaming_timeout_ms: 999 ms is shorter than any answer takes',
    '  did you mean 999 s? A number without a unit means milliseconds.',
    '  occ config set providers.lab.streaming_timeout_ms 999s',
    '! providers.lab.base_url: http://127.0.0.1:11434 has no path, but most servers expect /v1',
    '  occ config set providers.lab.base_url http://127.0.0.1:11434/v1',
    '! models.vision: glm-5.33 is in no list of opencode-go',
    '  did you mean glm-5.3? occ use opencode-go/glm-5.3 --tier vision',
    '! fallbacks["glm-5.3"][0]: nobody-has-it is in no list of opencode-go, to which its requests go',
    ...['lab', 'gate', 'path'].map(
      (name) =>
        `  if it is a model of ${name}: occ config set 'fallbacks["glm-5.3"][0]' '{"provider":"${name}","model_id":"nobody-has-it"}'`,
    ),
  ]);
});

test('check names keys that stand twice, an empty token, and no limit that is ignored anyway', async (t) => {
  const { occ, write } = desk(t);
  write(`{
  "port": 1, "timeout_ms": 5, "auth_token": "",
  "models": { "default": { "model_id": "glm-5.3", "model_id": "kimi-k3" } },
  "port": 2, "api_key": "x"
}`);
  const said = await occ(['check', '--config', '.config/occ/config.json']);
  assert.equal(said.code, 0);
  assert.deepEqual(said.stdout.split('\n').slice(0, -2), [
    '! timeout_ms (line 2): unknown key, ignored',
    '! port (line 2): is repeated in line 4, which applies; this one is ignored',
    '  remove one of them: occ config edit --config .config/occ/config.json',
    '! models.default.model_id (line 3): is repeated in line 3, which applies; this one is ignored',
    '  remove one of them: occ config edit --config .config/occ/config.json',
    '! auth_token (line 2): is empty, so any token is accepted',
    '  occ config set auth_token --stdin --config .config/occ/config.json',
  ]);
});

test('the commands of check name the file that was checked, and nothing else gets its name', async (t) => {
  const { occ, write } = desk(t);
  write('{ "api_key": "${OCC_TEST_NOT_SET}" }');
  const { stdout } = await occ(['check', '--config', '.config/occ/config.json']);
  assert.match(
    stdout,
    /\n {2}occ config set api_key --stdin --config \.config\/occ\/config\.json, or give occ the variable OCC_TEST_NOT_SET\n/,
  );
});

test('check says which keys about plans and paid models have no effect, or none any more', async (t) => {
  const { occ, write } = desk(t);
  const said = async (keys: object, provider = 'opencode-go'): Promise<string> => {
    const lab = { base_url: 'http://127.0.0.1:1/v1' };
    write(
      JSON.stringify({
        models: { default: { provider, model_id: 'glm-5.3' } },
        providers: { lab },
        api_key: 'x',
        ...keys,
      }),
    );
    const { code, stdout } = await occ(['check']);
    assert.equal(code, 0);
    return stdout.replaceAll(' (line 1)', '');
  };
  assert.match(
    await said({ save_quota_at: 80 }, 'lab'),
    /^! save_quota_at: has no effect: .*\n {2}occ config unset save_quota_at$/m,
  );
  assert.doesNotMatch(await said({ save_quota_at: 80 }), /save_quota_at/);
  assert.doesNotMatch(await said({ save_quota_at: 'off' }, 'lab'), /save_quota_at/);
  assert.match(
    await said({ paid_fallback: 'until 2020-01-01T00:00Z' }),
    /^! paid_fallback: its time has passed.*\n {2}occ config set paid_fallback ask$/m,
  );
  for (const paid_fallback of ['until 2100-01-01T00:00Z', 'ask', 'never', 'always'])
    assert.doesNotMatch(await said({ paid_fallback }), /paid_fallback/);
});

test('check names what the keys about plans and paid models accept', async (t) => {
  const { occ, write } = desk(t);
  for (const [keys, words] of [
    [{ save_quota_at: 0.8 }, /save_quota_at.*: found 0\.8, expected 1 or more/],
    [
      { save_quota_at: 'most' },
      /save_quota_at.*: found "most", expected a percentage from 1 to 100 such as 80/,
    ],
    [{ save_quota_at: true }, /save_quota_at/],
    [
      { paid_fallback: 'sometimes' },
      /paid_fallback.*expected "always", "ask", "never", or "until" and a time/,
    ],
    [{ paid_fallback: 'until tomorrow' }, /paid_fallback.*expected "always"/],
    [{ paid_fallback: true }, /paid_fallback/],
  ] as const) {
    write(JSON.stringify({ models: { default: { model_id: 'glm-5.3' } }, api_key: 'x', ...keys }));
    const { code, stdout, stderr } = await occ(['check']);
    assert.equal(code, 78);
    assert.match(stdout + stderr, words);
  }
});

test('check fits a terminal of 40 columns, except for commands and paths', async (t) => {
  const { occ, write } = desk(t);
  write(
    '{ "prot": 1, "enable_streaming_scenario_routing": false, "models": { "default": { "model_id": "x" } } }',
  );
  const { stdout } = await occ(['check'], { typed: [], columns: 40 });
  assert.match(stdout, /^! prot \(line 1\): unknown key, ignored;\n {2}did you mean "port"\?\n/);
  const wide = stdout.split('\n').filter((line) => line.length > 40);
  assert.deepEqual(
    wide.filter((line) => !/^ {2}(?:occ|remove) |\/config\.json/.test(line)),
    [],
  );
});

test('values that nothing sets are shown and printed as they are in force', async (t) => {
  const { occ, write } = desk(t);
  write(
    '{ "models": { "default": { "model_id": "x" } }, "providers": { "lab": { "base_url": "http://127.0.0.1:1/v1", "timeout_ms": 7000 } } }',
  );
  const { stdout } = await occ(['show']);
  for (const line of [
    'fallbacks = {}  (default)',
    'opencode_go.first_event_timeout_ms = 300000  (follows timeout_ms)',
    'opencode_zen.streaming_timeout_ms = no limit  (default)',
    'providers.lab.first_event_timeout_ms = 7000  (follows timeout_ms)',
    'providers.lab.stream_idle_timeout_ms = 300000  (default)',
  ])
    assert.ok(stdout.includes(`\n  ${line}\n`), line);
  assert.doesNotMatch(stdout, /openrouter/);
  const cases: [key: string, printed: string, says: RegExp][] = [
    ['providers.lab.first_event_timeout_ms', '7000\n', /it follows providers\.lab\.timeout_ms/],
    ['opencode-go.streaming_timeout_ms', 'no limit\n', /nothing sets it; this is the default/],
    ['providers.opencode-zen.timeout_ms', '300000\n', /^$/],
    ['opencode_go.stream_timeout_ms', '300000\n', /^$/],
    ['fallbacks', '{}\n', /this is the default/],
  ];
  for (const [key, printed, says] of cases) {
    const said = await occ(['get', key]);
    assert.deepEqual([said.code, said.stdout], [0, printed], key);
    assert.match(said.stderr, says);
  }
  assert.equal((await occ(['get', 'providers.nobody.timeout_ms'])).code, 1);
  const { values } = JSON.parse((await occ(['show', '--json'])).stdout) as { values: { path: string }[] };
  assert.deepEqual(
    values.find(({ path }) => path === 'opencode_go.streaming_timeout_ms'),
    { path: 'opencode_go.streaming_timeout_ms', value: null, origin: 'default', section: 'timeouts' },
  );
});

const shown: Shown[] = [
  { path: 'host', value: '127.0.0.1', origin: 'default' },
  { path: 'models.default.provider', value: 'opencode-go', origin: 'file' },
  { path: 'models.default.model_id', value: 'deepseek-v4.1-flash', origin: 'env OCC_X' },
  {
    path: 'opencode_zen.base_url',
    value: 'https://opencode.ai/inference/openai/v1/chat/completions',
    origin: 'file',
  },
];

test('show prints sections, and continues on the next line what does not fit', async () => {
  const style = await loadStyle(0);
  const url = '"https://opencode.ai/inference/openai/v1/chat/completions"';
  assert.deepEqual(renderValues(shown, 120, style), [
    '',
    'connection',
    '  host = "127.0.0.1"  (default)',
    '',
    'models',
    '  models.default.provider = "opencode-go"  (file)',
    '  models.default.model_id = "deepseek-v4.1-flash"  (env OCC_X)',
    '',
    'providers',
    `  opencode_zen.base_url = ${url}  (file)`,
  ]);
  assert.deepEqual(renderValues(shown, 40, style), [
    '',
    'connection',
    '  host = "127.0.0.1"  (default)',
    '',
    'models',
    '  models.default.provider =',
    '    "opencode-go"  (file)',
    '  models.default.model_id =',
    '    "deepseek-v4.1-flash"  (env OCC_X)',
    '',
    'providers',
    '  opencode_zen.base_url =',
    `    ${url}`,
    '    (file)',
  ]);
});

test('every key of the configuration has a section', () => {
  const without = Object.entries<Schema>(configSchema.properties).filter(
    ([key, { type, withoutEffect, properties }]) =>
      (type !== undefined || properties !== undefined || withoutEffect === undefined) &&
      key !== '$schema' &&
      sectionOf([key]) === 'other',
  );
  assert.deepEqual(without, []);
  assert.equal(sectionOf(['providers', 'lab', 'timeout_ms']), 'timeouts');
  assert.equal(sectionOf(['constructor']), 'other');
});

test('show names its file and fits a terminal of 40 columns', async (t) => {
  const { occ, write } = desk(t);
  const none = await occ(['show']);
  assert.match(none.stdout, /^no file; occ config init writes one\n\nconnection\n/);
  write(text);
  const narrow = await occ(['show'], { typed: [], columns: 40 });
  assert.match(narrow.stdout, /^file: ~\/\.config\/occ\/config\.json\n/);
  assert.deepEqual(
    narrow.stdout.split('\n').filter((line) => line.length > 40 && / = |\)$/.test(line)),
    [],
  );
  assert.match(narrow.stdout, /\n {2}models\.default\.provider =\n? +"lab" {2}\(file\)\n/);
  const piped = await occ(['show']);
  assert.match(piped.stdout, /^ {2}models\.default\.model_id = "m\.1" {2}\(file\)$/m);
  assert.match(piped.stdout, /\n\ntimeouts\n/);
  assert.doesNotMatch(piped.stdout + narrow.stdout, /sk-secret/);
  const colours = await occ(['show'], { typed: [], columns: 40, env: { NO_COLOR: '' } });
  // oxlint-disable-next-line no-control-regex -- the check is for control characters
  assert.equal(colours.stdout.replaceAll(/\u001b\[\d+m/g, ''), narrow.stdout);
  assert.notEqual(colours.stdout, narrow.stdout);
});

test('path prints the file and whether it is missing or belongs to another tool', async (t) => {
  const { occ, file, home } = desk(t);
  const none = await occ(['path']);
  assert.deepEqual([none.code, none.stdout], [0, `${file}\n`]);
  assert.match(none.stderr, /does not exist yet; occ config init/);
  assert.equal((await occ(['path', '--config', 'x.json'])).stdout, `${join(home, 'x.json')}\n`);
});

test('every command has its own help, which fits 80 columns', async (t) => {
  const { occ } = desk(t);
  const { stdout } = await occ(['--help']);
  const verbs = [...stdout.matchAll(/^ {2}([a-z]+) {2,}/gm)]
    .map(([, verb]) => verb ?? '')
    .filter((verb) => verb !== 'occ');
  assert.deepEqual(verbs, [
    'edit',
    'path',
    'show',
    'check',
    'get',
    'set',
    'unset',
    'init',
    'import',
    'schema',
    'help',
  ]);
  for (const verb of verbs.slice(0, -1)) {
    const said = await occ([verb, '--help']);
    assert.equal(said.code, 0);
    assert.match(said.stdout, new RegExp(`^Usage: occ config ${verb} `));
    assert.deepEqual(
      said.stdout.split('\n').filter((line) => line.length > 80),
      [],
    );
  }
});
