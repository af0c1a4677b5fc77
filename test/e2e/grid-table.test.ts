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

test('a behaviour on several formats has a line for each, in an order that does not change', () => {
  const cell = { client, version, column: 'Ctrl-C', passed: true };
  const notes = ['messages: 2 ms', 'chat: 3 ms'];
  const [once, again] = [notes, notes.toReversed()].map((given) =>
    toTables(given.map((note) => ({ ...cell, note }))),
  );
  assert.match(once ?? '', /✔ chat: 3 ms<br>✔ messages: 2 ms/);
  assert.equal(once, again);
});

test('every client has a row in both tables, whether it ran or not', () => {
  assert.equal(toTables([]).match(/^\| Qwen Code \|/gm)?.length, 2);
});
