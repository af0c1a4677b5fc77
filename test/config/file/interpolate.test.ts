import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { interpolate } from '../../../lib/config/file/interpolate.ts';
import { parsePath, renderPath, type Segment } from '../../../lib/config/file/json-path.ts';
import { load, minimal, refusal } from '../scratch.ts';

test('variables and defaults are resolved in string values only', () => {
  const env = { A: 'one', EMPTY: '', NEST: '${A}' };
  const value = { '${A}': ['${A}-${A}', '${B:-two}', '${EMPTY:-three}', '${B:-}', '${NEST}', '$A', 5, true] };
  assert.deepEqual(interpolate(value, env).value, {
    '${A}': ['one-one', 'two', 'three', '', '${A}', '$A', 5, true],
  });
});

test('a variable may contain characters that would break JSON', () => {
  assert.equal(interpolate('${A}', { A: 'a"b\\c\n$&' }).value, 'a"b\\c\n$&');
});

test('a variable that is not set or empty is recorded with its path and stays unresolved', () => {
  const { value, placeholders } = interpolate({ list: [{ key: 'x${B}' }], other: '${EMPTY}' }, { EMPTY: '' });
  assert.deepEqual(value, { list: [{ key: 'x${B}' }], other: '${EMPTY}' });
  assert.deepEqual(
    placeholders.map(({ segments, variable, missing }) => [renderPath(segments), variable, missing]),
    [
      ['list[0].key', 'B', true],
      ['other', 'EMPTY', true],
    ],
  );
});

const lab = { wire_format: 'chat', base_url: '${LAB_URL}' };

test('an unset variable is an error that names it if the value is needed', async (t) => {
  const cases: [object, string, string][] = [
    [{ host: '${MY_HOST}' }, 'host', 'MY_HOST'],
    [{ auth_token: '${MY_TOKEN}' }, 'auth_token', 'MY_TOKEN'],
    [
      { models: { default: { provider: 'opencode-go', model_id: '${MY_MODEL}' } } },
      'models.default.model_id',
      'MY_MODEL',
    ],
    [{ models: { default: { provider: '${MY_P}', model_id: 'x' } } }, 'models.default.provider', 'MY_P'],
    [
      { models: { default: { provider: 'lab', model_id: 'x' } }, providers: { lab } },
      'providers.lab.base_url',
      'LAB_URL',
    ],
    [{ logging: { level: '${LEVEL}' } }, 'logging.level', 'LEVEL'],
  ];
  for (const [file, path, variable] of cases) {
    const problems = await refusal(t, { ...minimal, ...file });
    assert.deepEqual(
      problems.map((problem) => problem.path),
      [path],
    );
    assert.match(problems[0]?.message ?? '', new RegExp(`the variable ${variable}, .* is not set`));
  }
});

test('an unset variable is not an error if the value is not needed', async (t) => {
  await load(t, { ...minimal, host: '${MY_HOST}' }, { env: { OCC_HOST: '127.0.0.1' } });
  await load(t, { ...minimal, host: '${MY_HOST}' }, { flags: { host: '127.0.0.1' } });
  await load(t, { ...minimal, auth_token: '${MY_TOKEN}' }, { flags: { authToken: 'random' } });
  await load(t, { ...minimal, host: '${MY_HOST:-127.0.0.1}' });
  await load(t, { ...minimal, api_key: '${MY_KEY}', opencode_zen: { api_keys: ['${ZEN_KEY}'] } });
});

test('an unused provider without its variable is only a warning', async (t) => {
  const file = { ...minimal, providers: { lab } };
  const { settings } = await load(t, file);
  assert.equal(settings.providers['lab'], undefined);
  assert.match(settings.warnings[0]?.message ?? '', /LAB_URL.*lab cannot be used/);
  await assert.rejects(load(t, file, { use: ['lab'] }), /LAB_URL/);
  const ready = await load(t, file, { env: { LAB_URL: 'https://lab.example/v1' } });
  assert.equal(ready.settings.providers['lab']?.endpoints.chat, 'https://lab.example/v1/chat/completions');
});

test('rendered paths parse to the same segments', () => {
  assert.equal(renderPath(['a', 'b-c', 0, 'x.y', 'q"']), 'a.b-c[0]["x.y"]["q\\""]');
  const segment = fc.oneof(fc.string({ minLength: 1 }), fc.nat(99));
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1 }), (segments: Segment[]) => {
      assert.deepEqual(parsePath(renderPath(segments)), segments);
    }),
  );
  for (const wrong of ['', 'a..b', 'a[', 'a["x]', '.', 'a[b]']) assert.equal(parsePath(wrong), undefined);
});
