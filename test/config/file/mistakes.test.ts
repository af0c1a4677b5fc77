import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { exitCodes, OccError } from '../../../lib/errors.ts';
import { loadSettings } from '../../../lib/config/load.ts';
import { load, minimal, put, refusal, scratchHome } from '../scratch.ts';
import { go, mistakes } from './mistake-rows.ts';

for (const [says, file, path, message] of mistakes) {
  test(`refused: ${says}`, async (t) => {
    const problems = await refusal(t, { ...file });
    assert.deepEqual(
      problems.map((problem) => problem.path),
      [path],
    );
    assert.match(problems[0]?.message ?? '', message);
  });
}

test('all mistakes are reported at once, with the file, exit code 78 and a remedy', async (t) => {
  const home = scratchHome(t);
  const file = put(join(home, 'mine.json'), { port: 'x', logging: { level: 'loud' } });
  await assert.rejects(loadSettings({ configFile: file, env: {}, home }), (error: unknown) => {
    assert.ok(error instanceof OccError);
    assert.equal(error.code, 'config_invalid');
    assert.equal(error.exitCode, exitCodes.config);
    assert.ok(error.message.startsWith(`${file} is not valid:\n`));
    assert.match(error.message, /\n {2}port \(line 1\): found a string/);
    assert.match(error.message, /\n {2}logging\.level \(line 1\): found "loud"/);
    return true;
  });
  const [problem] = await refusal(t, { models: { default: { ...go, provider: 'opencode-goo' } } });
  assert.equal(problem?.remedy, 'did you mean "opencode-go"?');
});

test('an address that is not loopback is accepted with a token from any source', async (t) => {
  const host = { ...minimal, host: '0.0.0.0' };
  assert.equal((await load(t, { ...host, auth_token: 'tok' })).settings.authToken?.reveal(), 'tok');
  assert.equal((await load(t, host, { env: { OCC_AUTH_TOKEN: 'env' } })).settings.authToken?.reveal(), 'env');
  assert.equal((await load(t, host, { flags: { authToken: 'flag' } })).settings.authToken?.reveal(), 'flag');
  for (const own of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) await load(t, { ...minimal, host: own });
  await assert.rejects(load(t, minimal, { flags: { host: '192.168.1.5' } }), /host/);
});

/** [text, line, column, expectation] */
const broken: [string, number, number, RegExp][] = [
  ['{\n  "port": 3456\n  "host": "x"\n}', 3, 3, /expected ","/],
  ['{\r\n  "port" 1\r\n}', 2, 10, /expected ":"/],
  ['{\r  "port" 1\r}', 2, 10, /expected ":"/],
  ['{ "port": }', 1, 11, /expected a value/],
  ['{ "port": 1', 1, 12, /expected "}"/],
  ['{ port: 1 }', 1, 3, /expected a property name in double quotes$/],
  ["{ 'port': 1 }", 1, 3, /expected a property name in double quotes$/],
  ['{ "a": 1, b: 2 }', 1, 11, /expected a property name in double quotes$/],
  ['{ "a": [x] }', 1, 9, /expected a value: text in double quotes/],
  ['{ "a": True }', 1, 8, /expected a value: text in double quotes/],
  ['{ "a": 1 b }', 1, 10, /expected "," or the end of the object or list$/],
  ['{ "a": 1 } x', 1, 12, /expected the end of the file$/],
  ['{ "a": 1 } }', 1, 12, /expected the end of the file$/],
  [' \n', 1, 1, /found an empty file, expected an object/],
  ['{ "a": "b }', 1, 8, /closing double quote/],
  ['[1, 2]', 1, 1, /found a list, expected an object/],
  ['"text"', 1, 1, /found a string, expected an object/],
  ['', 1, 1, /found an empty file, expected an object/],
];
for (const [text, line, column, expected] of broken) {
  test(`invalid JSON is reported with line and column: ${JSON.stringify(text)}`, async (t) => {
    const [problem] = await refusal(t, text);
    assert.match(problem?.message ?? '', new RegExp(`^line ${line}, column ${column}: `));
    assert.match(problem?.message ?? '', expected);
  });
}

test('comments, trailing commas, a byte order mark and nulls are tolerated', async (t) => {
  const text =
    '\uFEFF{\n // why\n "port": 4, /* x */ "host": null,\n "models": { "default": { "model_id": "kimi-k3", "temperature": null, }, },\n}';
  const { settings } = await load(t, text);
  assert.equal(settings.port, 4);
  assert.equal(settings.host, '127.0.0.1');
  assert.deepEqual(settings.models['default'], { provider: 'opencode-go', model_id: 'kimi-k3' });
});

test('a named file that does not exist is reported with exit code 78', async (t) => {
  const home = scratchHome(t);
  for (const options of [
    { configFile: join(home, 'no.json'), env: {} },
    { env: { OCC_CONFIG: join(home, 'no.json') } },
  ]) {
    await assert.rejects(loadSettings({ ...options, home }), (error: unknown) => {
      assert.ok(error instanceof OccError);
      assert.equal(error.code, 'config_unreadable');
      assert.equal(error.exitCode, exitCodes.config);
      assert.match(error.message, /no such file/);
      return true;
    });
  }
});
