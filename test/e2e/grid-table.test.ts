import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toTables } from './grid-table.ts';

const client = 'Codex';
const version = '1.2.3';

test('a cell has the mark and the note of its test, and is empty where none ran', () => {
  const page = toTables([
    { client, version, column: 'chat', passed: true, note: '' },
    { client, version, column: 'gemini', passed: false, note: 'fails' },
    { client, version, column: 'cut stream', passed: true, note: 'messages: asks again' },
  ]);
  const rows = page.split('\n').filter((line) => line.startsWith('| Codex'));
  assert.deepEqual(rows, [
    '| Codex 1.2.3 | ✔ |  |  | ✖ fails |',
    '| Codex 1.2.3 |  |  |  | ✔ messages: asks again |  |  |  |',
  ]);
});

test('every client has a row in both tables, whether it ran or not', () => {
  assert.equal(toTables([]).match(/^\| Qwen Code \|/gm)?.length, 2);
});
