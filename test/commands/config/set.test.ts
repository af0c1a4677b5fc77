import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'jsonc-parser';
import { defaultFallbacks, defaultModels } from '../../../lib/config/file/defaults.ts';
import { desk } from './world.ts';
import { keys } from '../../support/typist.ts';

const old = `{
  // the port
  "port": 4000, // mine
  "models": {
    "default": { "provider": "opencode-go", "model_id": "glm-5.3" },
  },
}
`;

/** [key, typed value, resulting text] */
const values: [string, string, RegExp][] = [
  ['port', '5000', /"port": 5000, \/\/ mine/],
  ['hot_reload', 'false', /"hot_reload": false/],
  ['host', 'localhost', /"host": "localhost"/],
  ['auth_token', '12345678', /"auth_token": "12345678"/],
  ['api_key', '${MY_KEY}', /"api_key": "\$\{MY_KEY\}"/],
  ['api_keys', '["${A}", "${B}",]', /"api_keys": \[\n {4}"\$\{A\}",\n {4}"\$\{B\}"\n {2}\]/],
  ['api_key_command', 'pass show x', /"api_key_command": "pass show x"/],
  ['api_key_command', '["pass", "show"]', /"api_key_command": \[\n/],
  ['models.default.temperature', '0.3', /"model_id": "glm-5.3", "temperature": 0.3 }/],
  ['models.default.model_id', '007', /"model_id": "007"/],
  ['models.default.quirks.temperature', 'omit', /"temperature": "omit"/],
  ['models.default.quirks.temperature', '1', /"temperature": 1/],
  ['models.fast', '{ "model_id": "x" } // quick', /"fast": \{\n {6}"model_id": "x"\n {4}\},\n {2}\},/],
  ['fallbacks.default[0].model_id', 'a', /"fallbacks": \{\n {4}"default": \[\n {6}\{\n {8}"model_id": "a"/],
  ['fallbacks.default.0', '{"model_id":"a"}', /"default": \[\n {6}\{/],
  ['model_overrides["claude-opus-4.5"].model_id', 'o', /"claude-opus-4.5": \{\n {6}"model_id": "o"/],
  ['logging.captures.enabled', 'true', /"captures": \{\n {6}"enabled": true/],
  ['providers.lab.base_url', 'http://127.0.0.1:1/v1', /"base_url": "http:\/\/127.0.0.1:1\/v1"/],
  ['opencode_go.base_url', '${SOME_URL}', /"base_url": "\$\{SOME_URL\}"/],
];

for (const [key, value, found] of values) {
  test(`set ${key} ${value}`, async (t) => {
    const { occ, file, write, read } = desk(t);
    write(old);
    const said = await occ(['set', key, value]);
    assert.equal(said.code, 0, said.stderr);
    assert.equal(said.stdout, '');
    assert.match(read(), found);
    for (const comment of ['// the port', '// mine']) assert.ok(read().includes(comment));
    assert.equal(readFileSync(`${file}.bak`, 'utf8'), old);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(dirname(file)).sort(), ['config.json', 'config.json.bak']);
  });
}

/** [arguments, exit code, message] */
const refusals: [string[], number, RegExp][] = [
  [['prot', '1'], 2, /there is no key prot\n {2}did you mean port\?/],
  [['models.default.temprature', '1'], 2, /did you mean models\.default\.temperature\?/],
  [['loging.captures.enabled', 'true'], 2, /did you mean logging\.captures\.enabled\?/],
  [['port.x', '1'], 2, /there is no key port\.x\n {2}occ help config lists/],
  [['models..x', '1'], 2, /"models\.\.x" is not a key/],
  [['__proto__.x', '1'], 2, /there is no key __proto__/],
  [['port'], 2, /port needs a value/],
  [['port', '1', '--stdin'], 2, /found a value and --stdin/],
  [['api_key', '--stdin'], 2, /nothing was given on stdin/],
  [['fallbacks.default[3].model_id', 'x'], 2, /the list has 0 entries\n {2}\[0\] adds one/],
  [['port', 'abc'], 78, /port: found a string, expected a whole number/],
  [['port', '70000'], 78, /port: found 70000, expected 65535 or less/],
  [['host', '0.0.0.0'], 78, /host: found "0\.0\.0\.0", which other machines can reach/],
  [['models.default.provider', 'nobody'], 78, /unknown provider "nobody"/],
  [['models.default', 'glm'], 78, /models\.default: found a string, expected an object/],
  [['logging.level', 'loud'], 78, /found "loud", expected one of/],
  [['api_key', ' x'], 78, /starts with a space/],
];

for (const [args, code, words] of refusals) {
  test(`set ${args.join(' ')} ends with ${code}`, async (t) => {
    const { occ, write, read } = desk(t);
    write(old);
    const said = await occ(['set', ...args]);
    assert.equal(said.code, code, said.stderr);
    assert.match(said.stderr, words);
    if (code !== 0) assert.equal(read(), old);
  });
}

test('a refused value leads to what the key may be, or to the mistakes that the file had before', async (t) => {
  const { occ, write } = desk(t);
  write('{ "port": 1 }');
  const valid = await occ(['set', 'logging.max_files', '0']);
  assert.match(
    valid.stderr,
    /max_files: found 0, .*\n {2}occ help config logging\.max_files describes the key\n$/,
  );
  write('{ "port": 70000 }');
  const broken = await occ(['set', 'heartbeat_ms', '500']);
  assert.equal(broken.code, 78);
  assert.match(
    broken.stderr,
    /port: found 70000, .*\n {2}occ config check --config \S+config\.json lists what is wrong with the file as it is\n$/,
  );
});

test('an index beyond the end of a list is refused, and the message names the next one', async (t) => {
  const { occ, write, read } = desk(t);
  const text = '{ "fallbacks": { "default": [{ "model_id": "a" }] } }';
  write(text);
  const beyond = await occ(['set', 'fallbacks.default[2].model_id', 'x']);
  assert.equal(beyond.code, 2);
  assert.match(beyond.stderr, /the list has 1 entry\n {2}\[1\] adds one/);
  assert.equal(read(), text);
  assert.equal((await occ(['set', 'fallbacks.default.1.model_id', 'b'])).code, 0);
  assert.equal(
    JSON.stringify(JSON.parse(read())),
    '{"fallbacks":{"default":[{"model_id":"a"},{"model_id":"b"}]}}',
  );
});

test('a missing file is created with only the value and the schema', async (t) => {
  const { occ, file, read } = desk(t);
  const said = await occ(['set', 'port', '4000']);
  assert.equal(said.code, 0);
  assert.match(said.stderr, /which is new/);
  assert.equal(read(), '{\n  "$schema": "./config.schema.json",\n  "port": 4000\n}\n');
  assert.deepEqual(readdirSync(dirname(file)).sort(), ['config.json', 'config.schema.json']);
  assert.deepEqual([statSync(file).mode & 0o777, statSync(dirname(file)).mode & 0o777], [0o600, 0o700]);
  const check = await occ(['check']);
  assert.doesNotMatch(check.stdout, /\$schema/);
  assert.match((await occ(['set', 'port', '4000'])).stderr, /already has this value; nothing was written/);
  assert.equal(existsSync(`${file}.bak`), false);
});

test('a directory that is not occ’s own keeps its mode', async (t) => {
  const { occ, home } = desk(t);
  mkdirSync(join(home, 'project'), { mode: 0o755 });
  assert.equal((await occ(['set', 'port', '1', '--config', 'project/occ.json'])).code, 0);
  assert.equal(statSync(join(home, 'project')).mode & 0o777, 0o755);
  assert.ok(existsSync(join(home, 'project/occ.json')));
});

test('a secret is read from stdin or a hidden prompt, and with a warning from the command line', async (t) => {
  const { occ, read } = desk(t);
  const piped = await occ(['set', 'api_key', '--stdin'], { stdin: 'sk-piped\r\n' });
  assert.equal(piped.code, 0);
  assert.match(read(), /"api_key": "sk-piped"/);
  assert.doesNotMatch(piped.stderr, /history|sk-piped/);
  const typed = await occ(['set', 'api_key', '--stdin'], { typed: [[/api_key/, 'sk-typed\r']] });
  assert.equal(typed.code, 0, typed.stderr);
  assert.match(read(), /"api_key": "sk-typed"/);
  assert.match(typed.stderr, /api_key/);
  assert.doesNotMatch(typed.stdout + typed.stderr, /sk-typed/);
  const left = await occ(['set', 'api_key', '--stdin'], { typed: [[/api_key/, keys.ctrlC]] });
  assert.equal(left.code, 130);
  assert.match(read(), /"api_key": "sk-typed"/);
  const seen: [string, string][] = [
    ['api_key', 'sk-seen'],
    ['auth_token', 'seen'],
    ['api_keys', '["a"]'],
    ['api_key', '${X:-sk-seen}'],
    ['providers.lab', '{ "base_url": "http://127.0.0.1:1/v1", "api_key": "seen" }'],
    ['providers.lab.headers.Authorization', 'Bearer seen'],
  ];
  for (const [key, value] of seen) {
    const said = await occ(['set', key, value, '--quiet'].slice(0, 3));
    assert.equal(said.code, 0, said.stderr);
    assert.match(said.stderr, /the value is now in the history of your shell[^]*--stdin/, key);
    assert.doesNotMatch(said.stderr, /seen"/);
  }
  for (const [key, value] of [
    ['api_key', '${MY_KEY}'],
    ['providers.lab.headers.Authorization', 'Bearer ${X}'],
    ['port', '4000'],
  ] as const)
    assert.doesNotMatch((await occ(['set', key, value])).stderr, /history/, key);
});

test('a variable that takes precedence is reported', async (t) => {
  const { occ } = desk(t);
  const said = await occ(['set', 'port', '4000'], { env: { OCC_PORT: '5000' } });
  assert.equal(said.code, 0);
  assert.match(said.stderr, /the variable OCC_PORT is set and takes precedence over the file/);
});

test('warnings about the key that was set are reported', async (t) => {
  const { occ } = desk(t);
  assert.match(
    (await occ(['set', 'debug', 'true'])).stderr,
    /debug \(line 3\): is accepted but has no effect/,
  );
  assert.match((await occ(['set', 'enable_streaming_scenario_routing', 'false'])).stderr, /go to fast/);
  assert.equal((await occ(['set', 'port', '1'])).stderr.trim().split('\n').length, 1);
});

test('an invalid file is refused with the position of the error and not changed', async (t) => {
  const { occ, write, read } = desk(t);
  for (const text of ['{ "port": 1', '[]', '{ "port": 1, "host": 2 }']) {
    write(text);
    const said = await occ(['set', 'port', '2']);
    assert.equal(said.code, 78);
    assert.match(said.stderr, /line 1|host/);
    assert.equal(read(), text);
  }
});

test('a duplicate key is refused, since the last one takes effect', async (t) => {
  const { occ, write, read } = desk(t);
  const text = '{ "port": 1, "port": 2 }';
  write(text);
  const said = await occ(['set', 'port', '3']);
  assert.equal(said.code, 78);
  assert.match(said.stderr, /port, or a key above it, occurs more than once/);
  assert.equal(read(), text);
});

test('a file that is not in UTF-8 is not changed', async (t) => {
  const { occ, file, write } = desk(t);
  write('');
  const bytes = Buffer.from([...Buffer.from('{ "port": 1 } // '), 0xe9]);
  writeFileSync(file, bytes);
  const said = await occ(['set', 'port', '2']);
  assert.equal(said.code, 78);
  assert.match(said.stderr, /is not in UTF-8/);
  assert.deepEqual(readFileSync(file), bytes);
});

test('CRLF and a byte order mark are kept', async (t) => {
  const { occ, write, read } = desk(t);
  write('\uFEFF{\r\n\t"port": 1\r\n}\r\n');
  assert.equal((await occ(['set', 'host', 'localhost'])).code, 0);
  assert.equal(read(), '\uFEFF{\r\n\t"port": 1,\r\n\t"host": "localhost"\r\n}\r\n');
  assert.equal((await occ(['unset', 'port'])).code, 0);
  assert.equal(read(), '\uFEFF{\r\n\t"host": "localhost"\r\n}\r\n');
});

test('concurrent changes are all written', async (t) => {
  const { occ, write, read } = desk(t);
  write(old);
  const names = Array.from({ length: 12 }, (_, index) => `m${index}`);
  const ended = await Promise.all(names.map((name) => occ(['set', `models.${name}.model_id`, name])));
  assert.deepEqual(new Set(ended.map(({ code }) => code)), new Set([0]));
  for (const name of names) assert.match(read(), new RegExp(`"${name}": \\{`));
});

test('unset removes the key and keeps every comment', async (t) => {
  const { occ, file, write, read } = desk(t);
  write(old);
  const said = await occ(['unset', 'port']);
  assert.deepEqual([said.code, said.stdout], [0, '']);
  assert.equal(read(), old.replace('"port": 4000, ', ''));
  assert.equal(readFileSync(`${file}.bak`, 'utf8'), old);
  const again = await occ(['unset', 'port']);
  assert.equal(again.code, 0);
  assert.match(again.stderr, /port is not set in/);
  assert.equal(readFileSync(`${file}.bak`, 'utf8'), old);
});

test('unset removes an unknown key from the file, or names the nearest key', async (t) => {
  const { occ, write, read } = desk(t);
  write('{ "prot": 1, "port": 2 }');
  assert.equal((await occ(['unset', 'prot'])).code, 0);
  assert.equal(read(), '{ "port": 2 }');
  const said = await occ(['unset', 'prot']);
  assert.equal(said.code, 2);
  assert.match(said.stderr, /there is no key prot\n {2}did you mean port\?/);
  assert.equal((await occ(['unset', 'nosuch', '--json'])).code, 2);
  assert.equal(read(), '{ "port": 2 }');
  assert.equal((await occ(['unset', 'a..b'])).code, 2);
});

test('a key that another one needs is not removed', async (t) => {
  const { occ, write, read } = desk(t);
  const text = JSON.stringify({
    models: { default: { provider: 'lab', model_id: 'x' } },
    providers: { lab: { base_url: 'http://127.0.0.1:1/v1' } },
    host: '0.0.0.0',
    auth_token: 'token',
  });
  write(text);
  for (const key of ['models.default.model_id', 'providers.lab', 'providers.lab.base_url', 'auth_token']) {
    const said = await occ(['unset', key]);
    assert.equal(said.code, 78, key);
    assert.match(said.stderr, /nothing was changed: .* would not be valid/);
    assert.equal(read(), text);
  }
});

test('unset does not create a file', async (t) => {
  const { occ, file } = desk(t);
  for (const key of ['port', '$schema']) assert.equal((await occ(['unset', key])).code, 0);
  assert.equal(existsSync(file), false);
});

const amounts: [key: string, typed: string, value: number, says: RegExp][] = [
  ['opencode_go.timeout_ms', '2m', 120_000, /timeout_ms is set to 120000 milliseconds in /],
  ['heartbeat_ms', '1h30m', 5_400_000, /is set to 5400000 milliseconds/],
  ['retry.base_ms', '500ms', 500, /is set to 500 milliseconds/],
  ['providers.lab.stream_idle_timeout_ms', '90s', 90_000, /is set to 90000 milliseconds/],
  ['logging.max_bytes', '10MB', 10_485_760, /is set to 10485760 bytes/],
  ['heartbeat_ms', '5000', 5000, /heartbeat_ms is set in /],
];

for (const [key, typed, value, says] of amounts) {
  test(`set ${key} ${typed} stores ${value} and says what it became`, async (t) => {
    const { occ, write } = desk(t);
    write('{ "providers": { "lab": { "base_url": "http://127.0.0.1:1/v1" } } }');
    const said = await occ(['set', key, typed]);
    assert.equal(said.code, 0, said.stderr);
    assert.match(said.stderr, says);
    assert.equal((await occ(['get', key])).stdout, `${value}\n`);
  });
}

for (const [key, typed, accepted] of [
  [
    'heartbeat_ms',
    '2 weeks',
    /found "2 weeks", expected milliseconds, or a duration such as 500ms, 90s, 2m or 1h30m/,
  ],
  ['logging.max_bytes', 'big', /found "big", expected bytes, or a size such as 64KB, 10MB or 1GB/],
  ['heartbeat_ms', 'sk-0123456789abcdef0123456789abcdef', /found "(?!sk-0123)/],
] as const) {
  test(`set ${key} ${typed} says what is accepted`, async (t) => {
    const { occ, home } = desk(t);
    const said = await occ(['set', key, typed]);
    assert.equal(said.code, 2);
    assert.match(said.stderr, accepted);
    assert.deepEqual(readdirSync(home), []);
  });
}

test('a number that is out of range is refused, also as a duration', async (t) => {
  const { occ } = desk(t);
  const said = await occ(['set', 'heartbeat_ms', '30d']);
  assert.equal(said.code, 78);
  assert.match(said.stderr, /heartbeat_ms: found 2592000000, expected 2147483647 or less/);
});

test('an unknown key lists the keys that end alike', async (t) => {
  const { occ } = desk(t);
  const said = await occ(['set', 'timeout_ms', '2m']);
  assert.equal(said.code, 2);
  assert.match(
    said.stderr,
    /there is no key timeout_ms\n {2}did you mean one of these\?\n {2}opencode_go\.timeout_ms\n[^]* {2}providers\.<name>\.timeout_ms\n/,
  );
});

const named: [key: string, value: string, warns: RegExp | undefined][] = [
  [
    'models.default.model_id',
    'glm-5.33',
    /models\.default: glm-5\.33 is in no list of opencode-go\n {2}did you mean glm-5\.3\?/,
  ],
  ['fallbacks.default[0]', '{ "model_id": "glm-5.33" }', /fallbacks\.default\[0\]: glm-5\.33 is in no list/],
  [
    'models',
    '{ "default": { "model_id": "nobody-has-it" } }',
    /models\.default: nobody-has-it is in no list/,
  ],
  ['models.think', '{ "model_id": "iceman-contributor-free" }', /models\.think: .* trains on your data/],
  ['models.default.model_id', 'glm-5.3', undefined],
  ['models.default.model_id', 'GLM-5.3', undefined],
  ['providers.lab.models', '["anything"]', undefined],
];

for (const [key, value, warns] of named) {
  test(`set ${key} ${value} ${warns === undefined ? 'warns of nothing' : 'warns about the model'}`, async (t) => {
    const { occ, write } = desk(t);
    write('{ "providers": { "lab": { "base_url": "http://127.0.0.1:1/v1" } } }');
    const said = await occ(['set', key, value]);
    assert.equal(said.code, 0, said.stderr);
    if (warns === undefined) assert.doesNotMatch(said.stderr, /no list|trains|gets the request/);
    else assert.match(said.stderr, warns);
  });
}

test('a field that does not name the model says nothing about it', async (t) => {
  const { occ, write } = desk(t);
  write('{ "models": { "default": { "model_id": "nobody-has-it" } } }');
  const said = await occ(['set', 'models.default.temperature', '1']);
  assert.equal(said.code, 0, said.stderr);
  assert.doesNotMatch(said.stderr, /no list/);
});

test('a model of a provider with an unknown list is set without a warning', async (t) => {
  const { occ, write } = desk(t);
  write(
    '{ "providers": { "lab": { "base_url": "http://127.0.0.1:1/v1" } }, "models": { "default": { "provider": "lab", "model_id": "a" } } }',
  );
  assert.doesNotMatch((await occ(['set', 'models.default.model_id', 'b'])).stderr, /no list/);
});

const models = (text: string): Record<string, unknown> =>
  (parse(text, [], { allowTrailingComma: true }) as { models: Record<string, unknown> }).models;
const lists = (text: string): Record<string, unknown> =>
  (parse(text, [], { allowTrailingComma: true }) as { fallbacks: Record<string, unknown> }).fallbacks;
const glm = { provider: 'opencode-go', model_id: 'glm-5.3' };

test('without a file, a change of a model writes the template, and only that model differs', async (t) => {
  const { occ, read } = desk(t);
  const said = await occ(['set', 'models.default.model_id', 'glm-5.3']);
  assert.equal(said.code, 0, said.stderr);
  assert.match(
    said.stderr,
    /the new file contains the built-in models and fallbacks; only models\.default\.model_id differs from them\n/,
  );
  assert.deepEqual(models(read()), { ...defaultModels, default: glm });
  assert.deepEqual(lists(read()), defaultFallbacks);
  assert.match(read(), /\/\/ A new image in the last user message\.\n/);
  assert.match(read(), /"auth_token": "[\w-]{43}"/);
});

/** [arguments, file, models, fallbacks] */
const completed: [args: string[], file: string, models: unknown, fallbacks: unknown][] = [
  [
    ['set', 'models.vision', JSON.stringify(glm)],
    '{ "port": 1 }',
    { ...defaultModels, vision: glm },
    defaultFallbacks,
  ],
  [['set', 'models.mine', JSON.stringify(glm)], '', { ...defaultModels, mine: glm }, defaultFallbacks],
  [
    ['set', 'models.default.model_id', 'glm-5.3'],
    '{ "models": null }',
    { ...defaultModels, default: glm },
    defaultFallbacks,
  ],
  [
    ['set', 'models.default.model_id', 'glm-5.3'],
    '{ "fallbacks": {} }',
    { ...defaultModels, default: glm },
    {},
  ],
  [
    ['set', 'fallbacks.default', JSON.stringify([glm])],
    '{}',
    defaultModels,
    { ...defaultFallbacks, default: [glm] },
  ],
  [['unset', 'models.vision'], '{}', without(defaultModels, 'vision'), defaultFallbacks],
  [['unset', 'fallbacks.fast'], '{}', defaultModels, without(defaultFallbacks, 'fast')],
  [
    ['unset', 'fallbacks.fast[0]'],
    '{}',
    defaultModels,
    { ...defaultFallbacks, fast: defaultFallbacks['fast']?.slice(1) },
  ],
];

function without(table: object, name: string): object {
  return Object.fromEntries(Object.entries(table).filter(([key]) => key !== name));
}

for (const [args, text, wanted, fallbacks] of completed) {
  test(`${args.join(' ')} in ${text || 'an empty file'} changes nothing else`, async (t) => {
    const { occ, write, read } = desk(t);
    write(text || '\n');
    const said = await occ(args);
    assert.equal(said.code, 0, said.stderr);
    assert.match(said.stderr, /the file had no models.* were written into it; only \S+ differs from them\n/);
    assert.deepEqual([models(read()), lists(read())], [wanted, fallbacks]);
  });
}

/** [arguments, file] */
const asBefore: [args: string[], file: string][] = [
  [['set', 'models.think', JSON.stringify(glm)], '{ "models": { "default": { "model_id": "glm-5.3" } } }'],
  [['set', 'fallbacks.default', '[]'], '{ "models": { "default": { "model_id": "glm-5.3" } } }'],
  [['set', 'fallbacks.default', '[]'], '{ "fallbacks": {} }'],
  [['set', 'models', JSON.stringify({ default: glm })], '{}'],
  [['set', 'port', '1'], '{}'],
  [['unset', 'models.default'], '{}'],
  [['unset', 'models.vision.model_id'], '{}'],
  [['unset', 'fallbacks'], '{}'],
  [['unset', 'models.vision'], '{ "models": { "default": { "model_id": "glm-5.3" } } }'],
];

for (const [args, text] of asBefore) {
  test(`${args.join(' ')} in ${text} writes no built-in model`, async (t) => {
    const { occ, write, read } = desk(t);
    write(text);
    const said = await occ(args);
    assert.equal(said.code, 0, said.stderr);
    assert.doesNotMatch(said.stderr + read(), /built-in|minimax/);
  });
}

test('what undoes the change of a model is named', async (t) => {
  const { occ } = desk(t);
  await occ(['set', 'models.vision.model_id', 'glm-5.3']);
  const said = await occ(['unset', 'models.vision.model_id']);
  assert.equal(said.code, 78);
  assert.match(
    said.stderr,
    /\n {2}occ use opencode-go\/minimax-m3 --tier vision {3}sets the built-in model again\n {2}occ config unset models\.vision {3}removes the whole entry\n/,
  );
  assert.equal((await occ(['unset', 'models.vision'])).code, 0);
});

/** [file, key, provider, remedies] */
const providersAlone: [file: string, key: string, provider: string, remedies: string[]][] = [
  [
    '{ "providers": { "ollama": { "base_url": "http://127.0.0.1:11434/v1" } } }',
    'models.local.provider',
    'ollama',
    [`occ config set models.local '{"provider":"ollama","model_id":"<id>"}'`],
  ],
  [
    '{}',
    'models.local.provider',
    'ollama',
    [
      'occ config set providers.ollama.base_url http://127.0.0.1:11434/v1',
      `occ config set models.local '{"provider":"ollama","model_id":"<id>"}'`,
    ],
  ],
  [
    '{}',
    'models.default.provider',
    'openrouter',
    [
      'occ config set providers.openrouter.base_url https://openrouter.ai/api/v1',
      'occ config set providers.openrouter.api_key --stdin',
    ],
  ],
  ['{}', 'models.default.provider', 'opencode-g', ['did you mean "opencode-go"?']],
  ['{}', 'fallbacks.default[0].provider', 'lab', ['occ config set providers.lab.base_url <URL>']],
];

for (const [text, key, provider, remedies] of providersAlone) {
  test(`set ${key} ${provider} in ${text} names the command that works`, async (t) => {
    const { occ, write } = desk(t);
    write(text);
    const said = await occ(['set', key, provider]);
    assert.equal(said.code, 78);
    assert.ok(said.stderr.endsWith(`\n  ${remedies.join('\n  ')}\n`), said.stderr);
  });
}

const local =
  '{ "providers": { "ollama": { "base_url": "http://127.0.0.1:11434/v1" }, "lab": { "base_url": "http://127.0.0.1:1/v1", "models": ["Coder-9"] } } }';

/** [key, value, what follows the warning] */
const elsewhere: [key: string, value: string, says: string][] = [
  [
    'models.default.model_id',
    'qwen-local:30b',
    'occ: models.default: qwen-local:30b is in no list of opencode-go, to which its requests go\n  if it is a model of ollama: occ use ollama/qwen-local:30b\n',
  ],
  [
    'models.vision.model_id',
    'coder-9',
    'to which its requests go\n  if it is a model of ollama: occ use ollama/coder-9 --tier vision\n  lab serves it: occ use lab/Coder-9 --tier vision\n',
  ],
  [
    'models.default.model_id',
    'mistral-large-4',
    'to which its requests go\n  opencode-zen serves it: occ use opencode-zen/mistral-large-4\n',
  ],
];

for (const [key, value, says] of elsewhere) {
  test(`set ${key} ${value} names the provider that may be meant`, async (t) => {
    const { occ, write } = desk(t);
    write(local);
    const said = await occ(['set', key, value]);
    assert.equal(said.code, 0);
    assert.ok(said.stderr.includes(says), said.stderr);
  });
}

for (const key of [
  'opencode-go.timeout_ms',
  'providers.opencode-go.timeout-ms',
  'providers.opencode_go.timeout_ms',
]) {
  test(`${key} is opencode_go.timeout_ms`, async (t) => {
    const { occ, write, read } = desk(t);
    write('{}');
    assert.match((await occ(['set', key, '2m'])).stderr, /opencode_go\.timeout_ms is set to 120000/);
    assert.deepEqual(JSON.parse(read()), { opencode_go: { timeout_ms: 120_000 } });
    assert.equal((await occ(['get', key])).stdout, '120000\n');
    assert.match((await occ(['unset', key])).stderr, /opencode_go\.timeout_ms is removed/);
  });
}

test('a key in the file is removed as it is spelled there', async (t) => {
  const { occ, write, read } = desk(t);
  write('{ "opencode-go": { "timeout_ms": 1 }, "opencode_go": { "timeout_ms": 5000 } }');
  assert.equal((await occ(['unset', 'opencode-go'])).code, 0);
  assert.deepEqual(JSON.parse(read()), { opencode_go: { timeout_ms: 5000 } });
});

test('what a key is followed by is the command that tries it', async (t) => {
  const { occ, write } = desk(t);
  write(local);
  const stdin = 'sk-secret';
  const said = await occ(['set', 'api_key', '--stdin'], { stdin });
  assert.match(said.stderr, /\nocc: next: occ doctor key\n {11}occ launch\n$/);
  const own = await occ(['set', 'providers.lab.api_key', '--stdin', '-c', '.config/occ/config.json'], {
    stdin,
  });
  assert.match(
    own.stderr,
    /next: occ doctor key --provider lab --config \.config\/occ\/config\.json\n {11}occ launch --config/,
  );
  assert.doesNotMatch((await occ(['set', 'port', '1'])).stderr, /next/);
});

test('a value that is most likely a mistake is set with a warning', async (t) => {
  const { occ, write } = desk(t);
  write(local);
  const warned: [string, string, RegExp][] = [
    [
      'opencode_go.timeout_ms',
      '5',
      /timeout_ms.*: 5 ms is shorter than any answer takes\n {2}did you mean 5 s\?.*\n {2}occ config set opencode_go\.timeout_ms 5s\n/,
    ],
    ['providers.lab.base_url', 'http://127.0.0.1:1', /has no path, but most servers expect \/v1/],
    ['models.defualt.model_id', 'glm-5.3', /models\.defualt.*: is not a scenario; did you mean "default"\?/],
  ];
  for (const [key, value, words] of warned) {
    const said = await occ(['set', key, value]);
    assert.equal(said.code, 0, said.stderr);
    assert.match(said.stderr, words);
  }
  // Earlier mistakes are not repeated.
  assert.doesNotMatch(
    (await occ(['set', 'models.default.temperature', '1'])).stderr,
    /scenario|shorter|path/,
  );
});

test('a local model whose fallbacks are elsewhere is set with a warning', async (t) => {
  const { occ, write } = desk(t);
  write(local);
  const leaves =
    /models\.default: if lab fails, opencode-go gets the request\n {2}occ config set fallbacks\.default '\[\]'/;
  assert.match(
    (await occ(['set', 'models.default', '{ "provider": "lab", "model_id": "Coder-9" }'])).stderr,
    leaves,
  );
  assert.doesNotMatch((await occ(['set', 'models.default.temperature', '1'])).stderr, leaves);
  assert.equal((await occ(['set', 'fallbacks.default', '[]'])).code, 0);
  assert.doesNotMatch((await occ(['set', 'models.default.model_id', 'coder-9'])).stderr, leaves);
});

test('a key with an invisible blank is refused wherever it is given', async (t) => {
  const { occ, read, write } = desk(t);
  write('{}\n');
  for (const [key, words] of [
    ['sk-a\u00a0b\n', /contains a non-breaking space \(U\+00A0\); expected one word/],
    ['sk-a\u200bb', /contains a zero-width space/],
    ['\ufeffsk-ab', /starts with a byte order mark/],
    ['sk-a\tb', /contains a tab/],
    ['sk-a b', /contains a space/],
  ] as const) {
    const set = await occ(['set', 'api_key', '--stdin'], { stdin: key });
    assert.equal(set.code, 78);
    assert.match(set.stderr, words);
    const begun = await occ(['init', '--force', '--key-stdin'], { stdin: key });
    assert.equal(begun.code, 2);
    assert.match(begun.stderr, words);
    assert.doesNotMatch(set.stderr + begun.stderr, /sk-a/);
  }
  assert.equal(read(), '{}\n');
  assert.equal((await occ(['set', 'api_key', '--stdin'], { stdin: 'sk-ab\r\n' })).code, 0);
  assert.match(read(), /"sk-ab"/);
});
