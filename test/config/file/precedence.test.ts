import assert from 'node:assert/strict';
import { test } from 'node:test';
import { schemaDefaults } from '../../../lib/config/file/defaults.ts';
import type { Settings } from '../../../lib/config/settings.ts';
import type { Flags } from '../../../lib/config/file/effective.ts';
import { load, minimal, refusal } from '../scratch.ts';

interface Case {
  says: string;
  file?: Record<string, unknown>;
  env?: Record<string, string>;
  flags?: Flags;
  path: string;
  value: unknown;
  origin: string;
  read: (settings: Settings) => unknown;
}

const port = (settings: Settings): unknown => settings.port;
const host = (settings: Settings): unknown => settings.host;
const level = (settings: Settings): unknown => settings.logging.level;
const cases: Case[] = [
  { says: 'default', path: 'port', value: 3456, origin: 'default', read: port },
  { says: 'file over default', file: { port: 1 }, path: 'port', value: 1, origin: 'file', read: port },
  {
    says: 'environment over file',
    file: { port: 1 },
    env: { OCC_PORT: '2' },
    path: 'port',
    value: 2,
    origin: 'env OCC_PORT',
    read: port,
  },
  {
    says: 'flag over environment',
    file: { port: 1 },
    env: { OCC_PORT: '2' },
    flags: { port: 3 },
    path: 'port',
    value: 3,
    origin: 'flag',
    read: port,
  },
  {
    says: 'the variable of occ over those of other tools',
    env: { ROUTATIC_PROXY_PORT: '4', OC_GO_CC_PORT: '3', OCC_PORT: '2' },
    path: 'port',
    value: 2,
    origin: 'env OCC_PORT',
    read: port,
  },
  {
    says: 'the first variable of another tool that is set',
    env: { ROUTATIC_PROXY_PORT: '4', OC_GO_CC_PORT: '3' },
    path: 'port',
    value: 3,
    origin: 'env OC_GO_CC_PORT',
    read: port,
  },
  {
    says: 'an empty variable counts as not set',
    file: { host: '127.0.0.2' },
    env: { OCC_HOST: '' },
    path: 'host',
    value: '127.0.0.2',
    origin: 'file',
    read: host,
  },
  {
    says: 'port 0 as a flag',
    file: { port: 1 },
    flags: { port: 0 },
    path: 'port',
    value: 0,
    origin: 'flag',
    read: port,
  },
  {
    says: 'a nested value',
    file: { logging: { level: 'warn', requests: false } },
    env: { OCC_LOG_LEVEL: 'debug' },
    path: 'logging.level',
    value: 'debug',
    origin: 'env OCC_LOG_LEVEL',
    read: level,
  },
  {
    says: 'the neighbour of a nested value',
    file: { logging: { level: 'warn', requests: false } },
    env: { OCC_LOG_LEVEL: 'debug' },
    path: 'logging.requests',
    value: false,
    origin: 'file',
    read: (settings) => settings.logging.requests,
  },
];

for (const { says, file, env, flags, path, value, origin, read } of cases) {
  test(`precedence: ${says}`, async (t) => {
    const loaded = await load(t, { ...minimal, ...file }, { ...(env && { env }), ...(flags && { flags }) });
    assert.equal(read(loaded.settings), value);
    assert.equal(loaded.values[path], value);
    assert.equal(loaded.origins[path], origin);
  });
}

test('with no file at all the defaults and a key from the environment are enough', async (t) => {
  const { settings, source, origins } = await load(t, undefined, { env: { OPENCODE_API_KEY: 'sk-one' } });
  assert.equal(source, undefined);
  assert.equal(settings.file, undefined);
  assert.deepEqual(settings.warnings, []);
  assert.equal(settings.providers['opencode-go']?.keys[0]?.reveal(), 'sk-one');
  assert.equal(settings.models['default']?.provider, 'opencode-go');
  assert.equal(origins['models.default.model_id'], 'default');
  assert.equal(origins['api_key'], 'env OPENCODE_API_KEY');
});

test('the defaults are the documented ones', async (t) => {
  const { settings } = await load(t);
  assert.deepEqual(
    {
      host: settings.host,
      port: settings.port,
      hotReload: settings.hotReload,
      respect: settings.respectRequestedModel,
      streaming: settings.enableStreamingScenarioRouting,
      retry: settings.retry,
      breaker: settings.circuitBreaker,
      heartbeatMs: settings.heartbeatMs,
      captures: settings.logging.captures.enabled,
      timeouts: settings.providers['opencode-go']?.timeouts,
    },
    {
      host: '127.0.0.1',
      port: 3456,
      hotReload: true,
      respect: true,
      streaming: true,
      retry: { attempts: 1, baseMs: 500, maxMs: 4000, maxAttemptsTotal: 6 },
      breaker: { failures: 5, resetMs: 30_000 },
      heartbeatMs: 10_000,
      captures: false,
      timeouts: { headersMs: 300_000, firstEventMs: 300_000, idleMs: 300_000 },
    },
  );
});

test('every default of the schema is an effective value with its origin', async (t) => {
  const { origins } = await load(t, minimal);
  const leaves = (tree: object, path: string): string[] =>
    Object.entries(tree).flatMap(([key, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null ? leaves(value, `${path}${key}.`) : [`${path}${key}`],
    );
  const expected = leaves(schemaDefaults(), '');
  assert.ok(expected.length > 15);
  for (const path of expected) assert.equal(origins[path], 'default', path);
});

test('the models of a file are not mixed with the default models', async (t) => {
  const { settings } = await load(t, minimal);
  assert.deepEqual(Object.keys(settings.models), ['default']);
  assert.deepEqual(settings.fallbacks, {});
});

test('a file with models but no default uses the built-in default with a warning', async (t) => {
  const file = { models: { think: { provider: 'opencode-go', model_id: 'glm-5.3' } } };
  const { settings, origins } = await load(t, file);
  assert.deepEqual(settings.models['default'], { provider: 'opencode-go', model_id: 'deepseek-v4-pro' });
  assert.equal(origins['models.default.model_id'], 'default');
  assert.deepEqual(
    settings.warnings.map(({ path }) => path),
    ['models.default'],
  );
});

test('the snapshot is immutable', async (t) => {
  const { settings } = await load(t, minimal);
  const change = (target: object, key: string): void => {
    assert.throws(() => Object.assign(target, { [key]: 1 }), TypeError);
  };
  change(settings, 'port');
  change(settings.models, 'default');
  change(settings.models['default'] ?? {}, 'model_id');
  change(settings.providers['opencode-go']?.endpoints ?? {}, 'chat');
});

test('a problem with a variable names the variable instead of the file', async (t) => {
  const problems = await refusal(t, minimal, { env: { OCC_PORT: '70000', OCC_LOG_LEVEL: 'loud' } });
  assert.deepEqual(
    problems.map(({ path }) => path),
    ['OCC_PORT', 'OCC_LOG_LEVEL'],
  );
  assert.match(problems[0]?.message ?? '', /from 0 to 65535/);
});
