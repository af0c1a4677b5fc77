import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { exitCodes, OccError } from '../../../lib/errors.ts';
import { loadSettings } from '../../../lib/config/load.ts';
import { load, minimal, put, refusal, scratchHome } from '../scratch.ts';

const go = { provider: 'opencode-go', model_id: 'deepseek-v4-pro' };

/** [mistake, file, path, expected message] */
const mistakes: [string, object, string, RegExp][] = [
  ['a port in quotes', { port: '3456' }, 'port', /found a string, expected a whole number/],
  ['a port out of range', { port: 70000 }, 'port', /found 70000, expected 65535 or less/],
  ['a fractional port', { port: 34.5 }, 'port', /found 34.5, expected a whole number/],
  ['a word for a boolean', { hot_reload: 'yes' }, 'hot_reload', /found a string, expected true or false/],
  ['models as a list', { models: [] }, 'models', /found a list, expected an object/],
  [
    'a model as a string',
    { models: { default: 'kimi-k3' } },
    'models.default',
    /found a string, expected an object/,
  ],
  [
    'an unknown provider',
    { models: { default: { ...go, provider: 'opencode-goo' } } },
    'models.default.provider',
    /unknown provider "opencode-goo", expected one of opencode-go, opencode-zen, emulator/,
  ],
  [
    'a model without an id',
    { models: { default: { provider: 'opencode-go' } } },
    'models.default.model_id',
    /found nothing, expected the id of a model/,
  ],
  [
    'a model with an empty id',
    { models: { default: { ...go, model_id: '' } } },
    'models.default.model_id',
    /found an empty string, expected the id/,
  ],
  [
    'a fallback without an id',
    { ...minimal, fallbacks: { default: [go, { provider: 'opencode-zen' }] } },
    'fallbacks.default[1].model_id',
    /expected the id of a model/,
  ],
  [
    'fallbacks that are not a list',
    { fallbacks: { default: go } },
    'fallbacks.default',
    /found an object, expected a list/,
  ],
  [
    'an override of an unknown provider',
    { model_overrides: { 'claude-opus-4.5': { ...go, provider: 'nobody' } } },
    'model_overrides["claude-opus-4.5"].provider',
    /unknown provider "nobody"/,
  ],
  [
    'a family with an empty key',
    { model_family_overrides: { '': go } },
    'model_family_overrides[""]',
    /empty key/,
  ],
  [
    'a temperature as a string',
    { models: { default: { ...go, temperature: 'hot' } } },
    'models.default.temperature',
    /found a string, expected a number/,
  ],
  [
    'an unknown wire format',
    { models: { default: { ...go, wire_format: 'soap' } } },
    'models.default.wire_format',
    /found "soap", expected one of "chat", "messages", "responses", "gemini"/,
  ],
  [
    'thinking as a word',
    { models: { default: { ...go, thinking: 'on' } } },
    'models.default.thinking',
    /expected an object/,
  ],
  [
    'thinking without a type',
    { models: { default: { ...go, thinking: {} } } },
    'models.default.thinking.type',
    /missing; expected one of "enabled", "adaptive", "disabled"/,
  ],
  [
    'a quirk of the wrong type',
    { models: { default: { ...go, quirks: { strictBody: 'yes' } } } },
    'models.default.quirks.strictBody',
    /expected true or false/,
  ],
  [
    'a quirk with an unknown choice',
    { models: { default: { ...go, quirks: { schema: 'loose' } } } },
    'models.default.quirks.schema',
    /found "loose", expected one of "full", "moonshot", "no_ranges"/,
  ],
  [
    'a URL without a scheme',
    { opencode_go: { base_url: 'opencode.ai/zen' } },
    'opencode_go.base_url',
    /absolute http or https URL/,
  ],
  [
    'a URL with a password',
    { opencode_zen: { base_url: 'https://me:secret@opencode.ai/x' } },
    'opencode_zen.base_url',
    /without a name or password/,
  ],
  [
    'a timeout as text',
    { opencode_go: { timeout_ms: '5m' } },
    'opencode_go.timeout_ms',
    /expected a whole number/,
  ],
  [
    'a timeout that no timer supports',
    { opencode_go: { timeout_ms: 2 ** 31 } },
    'opencode_go.timeout_ms',
    /2147483647 or less/,
  ],
  [
    'a provider without a URL',
    { providers: { lab: { wire_format: 'chat' } } },
    'providers.lab.base_url',
    /found nothing, expected the URL/,
  ],
  [
    'a built-in provider under providers',
    { providers: { opencode_go: { base_url: 'https://x.example/v1' } } },
    'providers.opencode_go',
    /built in/,
  ],
  [
    'a header name with a space',
    { providers: { lab: { base_url: 'https://x.example/v1', headers: { 'X Y': '1' } } } },
    'providers.lab.headers["X Y"]',
    /not a valid name/,
  ],
  [
    'a header with a line break',
    { providers: { lab: { base_url: 'https://x.example/v1', headers: { 'X-Y': 'a\nb' } } } },
    'providers.lab.headers.X-Y',
    /line break/,
  ],
  [
    'an unknown log level',
    { logging: { level: 'loud' } },
    'logging.level',
    /found "loud", expected one of "debug", "info", "warn", "error"/,
  ],
  ['a negative number of tries', { retry: { attempts: -1 } }, 'retry.attempts', /0 or more/],
  ['an empty host', { host: '' }, 'host', /found an empty string/],
  ['an address that is not loopback', { host: '0.0.0.0' }, 'host', /without auth_token/],
  ['an IPv6 address that is not loopback', { host: '::' }, 'host', /without auth_token/],
];

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
  ['{ port: 1 }', 1, 3, /expected/],
  ['{ "a": "b }', 1, 8, /closing double quote/],
  ['[1, 2]', 1, 1, /found a list, expected an object/],
  ['"text"', 1, 1, /found a string, expected an object/],
  ['', 1, 1, /expected a value/],
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
