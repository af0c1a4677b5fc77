/** Tests that a configuration is read in the encodings that editors and shells of Windows write, and keeps its own. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { decodeConfig } from '../../../lib/config/file/encoding.ts';
import { desk } from '../../commands/config/world.ts';

const text = '{\r\n  // größer 🙂\r\n  "port": 4123\r\n}\r\n';

function bigEndian(given: string): Buffer {
  return Buffer.from(given, 'utf16le').swap16();
}

const readable: [string, Buffer][] = [
  ['UTF-8', Buffer.from(text)],
  ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${text}`)],
  ['UTF-16 little endian with a byte order mark', Buffer.from(`\uFEFF${text}`, 'utf16le')],
  ['UTF-16 big endian with a byte order mark', bigEndian(`\uFEFF${text}`)],
];
for (const [name, bytes] of readable) {
  test(`a configuration in ${name} is read, and changed in the same encoding`, async (t) => {
    assert.equal(decodeConfig(bytes, true)?.text, text);
    assert.deepEqual(decodeConfig(bytes)?.encode(text), bytes);
    const { file, occ, write } = desk(t);
    write('');
    writeFileSync(file, bytes);
    assert.equal((await occ(['get', 'port'])).stdout, '4123\n');
    assert.equal((await occ(['check'])).code, 0);
    const set = await occ(['set', 'port', '4124']);
    assert.equal(set.code, 0, set.stderr);
    const changed = decodeConfig(bytes)?.encode(text.replace('4123', '4124'));
    assert.deepEqual(readFileSync(file), changed);
  });

  test(`a copy that the editor saves in ${name} is accepted`, async (t) => {
    const { file, home, occ, write, editor } = desk(t);
    write('{ "port": 1 }\n');
    writeFileSync(`${home}/typed`, bytes);
    const said = await occ(['edit'], { env: { EDITOR: editor(`cp ${home}/typed "$1"`) } });
    assert.equal(said.code, 0, said.stderr);
    assert.deepEqual(readFileSync(file), bytes);
  });
}

const refused: [string, Buffer][] = [
  ['UTF-16 little endian without a byte order mark', Buffer.from(text, 'utf16le')],
  ['UTF-16 big endian without a byte order mark', bigEndian(text)],
  ['UTF-16 of an odd length', Buffer.concat([Buffer.from(`\uFEFF${text}`, 'utf16le'), Buffer.from('x')])],
  ['UTF-32 with a byte order mark', Buffer.from('fffe00007b0000007d000000', 'hex')],
];
for (const [name, bytes] of refused) {
  test(`a configuration in ${name} is refused in one sentence with the way out`, async (t) => {
    const { file, home, occ, write, editor } = desk(t);
    write('');
    writeFileSync(file, bytes);
    for (const args of [
      ['get', 'port'],
      ['set', 'port', '1'],
    ]) {
      const said = await occ(args);
      assert.equal(said.code, 78);
      assert.match(said.stderr, /config\.json is not in UTF-8\n/);
      assert.match(said.stderr, /save it as UTF-8/);
      assert.deepEqual(readFileSync(file), bytes);
    }
    const checked = await occ(['check']);
    assert.equal(checked.code, 78);
    assert.match(checked.stdout, /is not in UTF-8\n {2}save it as UTF-8/);
    write('{ "port": 1 }\n');
    writeFileSync(`${home}/typed`, bytes);
    const typed = await occ(['edit'], { env: { EDITOR: editor(`cp ${home}/typed "$1"`) } });
    assert.equal(typed.code, 78);
    assert.match(typed.stderr, /the copy is not in UTF-8/);
    assert.equal(readFileSync(file, 'utf8'), '{ "port": 1 }\n');
  });
}
