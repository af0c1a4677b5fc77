/**
 * Puts a value of a wrong type in every place of every example. The import never fails with anything but an error that
 * says what is wrong, and what it makes is always valid.
 */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { plan } from '../../../lib/commands/config/import/write.ts';
import { checkConfig } from '../../../lib/config/edit/check.ts';
import { importSources } from '../../../lib/config/imports/sources.ts';
import { isObject, type Json } from '../../../lib/json.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/imports/', import.meta.url));

const wrong: readonly Json[] = [
  null,
  true,
  -1,
  1.5,
  1e308,
  '',
  ' ',
  'x',
  'a,b',
  '${NOBODY_SETS_IT}',
  'http://[',
  'ftp://a.example/',
  'a\u0000b',
  '\u202e',
  '__proto__',
  '../../x',
  [],
  [[]],
  [null],
  {},
  { a: { b: 1 } },
  { '': '' },
];

/** The paths of everything in a value. */
function pathsOf(value: Json, path: (string | number)[] = []): (string | number)[][] {
  const inner = Array.isArray(value)
    ? value.map((item, index): [number, Json] => [index, item])
    : Object.entries(isObject(value) ? value : {}).map(([key, item]): [string, Json] => [key, item ?? null]);
  return [path, ...inner.flatMap(([key, item]) => pathsOf(item, path.concat(key)))];
}

/** A copy with another value at the path. */
function withAt(value: Json, [key, ...rest]: readonly (string | number)[], other: Json): Json {
  if (key === undefined) return other;
  if (Array.isArray(value))
    return value.map((item, index) => (index === key ? withAt(item, rest, other) : item));
  if (!isObject(value)) return value;
  return { ...value, [key]: withAt(value[key] ?? null, rest, other) };
}

/** Every so many of the combinations; all of them take minutes. */
const stride = process.env['OCC_TESTS'] === 'exhaustive' ? 1 : 17;

const context = { env: {}, claudeModels: ['claude-opus-9', 'claude-sonnet-9', 'claude-haiku-9'] };

for (const source of importSources)
  describe(source.title, () => {
    const folder = join(fixtures, source.name);
    for (const name of readdirSync(folder))
      test(`${name} with wrong values`, async () => {
        const example = await source.parse(readFileSync(join(folder, name), 'utf8'));
        let tried = 0;
        for (const [at, path] of pathsOf(example).entries())
          for (const [index, value] of wrong.entries()) {
            if ((at * wrong.length + index) % stride !== 0) continue;
            const imported = await source.convert(withAt(example, path, value), context);
            const given = { imported, mode: 'new', copy: true, title: source.title, file: '/f' } as const;
            const { text } = plan({ ...given, target: '/nowhere/config.json', env: {} });
            const { mistakes, environmentMistakes } = await checkConfig({
              configFile: '/nowhere/config.json',
              env: {},
              home: '/nowhere',
              text,
            });
            assert.deepEqual(
              [...mistakes, ...environmentMistakes],
              [],
              `${path.join('.')}: ${JSON.stringify(value)}`,
            );
            for (const { path: where, reason } of imported.left) assert.ok(reason !== '', where);
            tried++;
          }
        assert.ok(tried > 5);
      });
  });
