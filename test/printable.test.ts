/** What a terminal acts on is escaped in everything that occ prints; the styles of occ are kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printable, printableLine } from '../lib/printable.ts';
import { loadStyle } from '../lib/terminal/style.ts';
import { unprintable } from './support/unprintable.ts';

test('every control character, separator of lines and control of the direction is escaped', () => {
  for (let code = 0; code < 0x3000; code++) {
    const character = String.fromCharCode(code);
    const shown = printable(`a${character}b`);
    if (character === '\n' || character === '\t') assert.equal(shown, `a${character}b`);
    else assert.deepEqual(unprintable(shown), [], code.toString(16));
    assert.deepEqual(unprintable(printableLine(`a${character}b`)), []);
    assert.doesNotMatch(printableLine(`a${character}b`), /[\n\t]/);
  }
  assert.equal(printable('a\u001b]0;x\u0007b'), 'a\\u001b]0;x\\u0007b');
  assert.equal(printable('one\r\ntwo\rthree'), 'one\ntwo\\u000dthree');
});

test('other text stays as it is', () => {
  for (const text of ['', 'deepseek-v4', 'modèle · 模型 🤖', 'می‌خواهم', '\ud800'])
    assert.equal(printable(text), text);
});

test('JSON keeps its meaning', () => {
  const value = { name: 'a\u001b\u009b2J\u007f\u2028\u202e\n"b"\\' };
  const shown = printable(JSON.stringify(value, null, 2));
  assert.deepEqual(unprintable(shown), []);
  assert.deepEqual(JSON.parse(shown), value);
});

test('the styles of occ are kept where there is colour, and no other sequence', async () => {
  const style = await loadStyle(3);
  for (const name of ['bold', 'dim', 'good', 'bad', 'warning'] as const) {
    const paint = (text: string): string => style[name](text);
    assert.equal(printable(paint('x'), true), paint('x'));
    assert.deepEqual(unprintable(printable(paint('x'))), []);
    assert.equal(printable(paint('a\u001b[2J'), true), paint('a\\u001b[2J'));
  }
  for (const sequence of ['\u001b[8m', '\u001b[38;5;1m', '\u001b[31;8m', '\u001b[2J', '\u001b]8;;x\u001b\\'])
    assert.deepEqual(unprintable(printable(sequence, true)), []);
});
