/** The table of wire formats and the folders that it names. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { emulatedFormats } from '../../lib/emulator/formats.ts';
import { codecs } from '../../lib/wire/codecs.ts';
import { formats, urlKeys, wireFormats } from '../../lib/wire/formats.ts';

/** `encode` and `decode` are shared by the formats and declare none. */
const folders = readdirSync('lib/wire').filter((name) => existsSync(`lib/wire/${name}/format.ts`));

test('every folder that declares a format has its line in the table, under its own name', () => {
  assert.deepEqual([...wireFormats].sort(), folders.sort());
});

test('the older formats are tried in their order of old; a new one does not move them', () => {
  const older = ['chat', 'messages', 'responses', 'gemini'];
  assert.deepEqual(
    wireFormats.filter((format) => older.includes(format)),
    older,
  );
});

test('formats have different places in the order and different keys in the configuration', () => {
  for (const values of [wireFormats.map((format) => formats[format].order), urlKeys.map(({ name }) => name)])
    assert.equal(new Set(values).size, values.length, values.join(', '));
});

describe('the codec, the emulated format and the declaration of one name belong together', () => {
  for (const format of wireFormats)
    test(format, async () => {
      assert.equal(codecs[format], await formats[format].load());
      const emulated = emulatedFormats[format];
      if (emulated === undefined) return;
      assert.equal(emulated.format, format);
      assert.ok(emulated.endpoint.endsWith(formats[format].path));
      assert.equal(
        emulated.keyHeader,
        { bearer: 'authorization' }[formats[format].auth as string] ?? formats[format].auth,
      );
    });
});
