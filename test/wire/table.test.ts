/** The table of wire formats and the folders that it names. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { emulatedFormats } from '../../lib/emulator/formats.ts';
import { formats, urlKeys, wireFormats } from '../../lib/wire/formats.ts';

/** `encode` and `decode` are shared by the formats and declare none. */
const folders = readdirSync('lib/wire').filter((name) => existsSync(`lib/wire/${name}/format.ts`));

test('every folder that declares a format has its line in the table, under its own name', () => {
  assert.deepEqual([...wireFormats].sort(), folders.sort());
});

test('no other table has to list every format; those of the tests list the formats in support/turns.ts', () => {
  const paths = ['lib', 'test'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
  );
  const total = /(?<!Partial<)Record<\s*WireFormat\b/;
  const found = paths.filter((path) => path.endsWith('.ts') && total.test(readFileSync(path, 'utf8')));
  assert.deepEqual(
    found.filter((path) => !path.startsWith('lib/wire/')),
    [],
  );
});

test('another format is tried in this order: chat, messages, responses, gemini', () => {
  const first = ['chat', 'messages', 'responses', 'gemini'];
  assert.deepEqual(
    wireFormats.filter((format) => first.includes(format)),
    first,
  );
});

test('no two formats have the same place in the order, or the same key in the configuration', () => {
  const places = wireFormats.map((format) => String(formats[format].order));
  const keys = urlKeys.map(({ name }) => name);
  for (const values of [places, keys]) assert.equal(new Set(values).size, values.length, values.join(', '));
});

describe('what is declared fits what the emulator serves', () => {
  for (const format of wireFormats)
    test(format, (t) => {
      const emulated = emulatedFormats[format];
      if (emulated === undefined) return t.skip('not emulated');
      const { path, auth } = formats[format];
      assert.equal(emulated.format, format);
      assert.ok(emulated.endpoint.endsWith(path), emulated.endpoint);
      assert.equal(emulated.keyHeader, auth === 'bearer' ? 'authorization' : auth);
    });
});
