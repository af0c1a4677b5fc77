/** Reasoning between think tags (P8): only the tags are removed, for any split of the text. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { strayThinkEnd, thinkTags, type Piece } from '../../../lib/wire/decode/think-tags.ts';

function split(pieces: readonly string[]): Record<Piece['type'], string> & { order: string } {
  const tags = thinkTags();
  const parts = [...pieces.flatMap((piece) => tags.push(piece)), ...tags.end()];
  const join = (type: Piece['type']) =>
    parts
      .filter((part) => part.type === type)
      .map(({ text }) => text)
      .join('');
  assert.ok(
    parts.every(({ text }) => text !== ''),
    'no empty pieces',
  );
  const order = parts
    .map(({ type }) => type)
    .filter((type, i, all) => type !== all[i - 1])
    .join();
  return { thinking: join('thinking'), text: join('text'), order };
}

function withoutStrayEnd(pieces: readonly string[]): string {
  const filter = strayThinkEnd();
  return pieces.map((piece) => filter.push(piece)).join('') + filter.end();
}

const part = fc.constantFrom(
  '<think>',
  '</think>',
  '<',
  '</',
  'think',
  '>',
  ' ',
  '\n',
  'a',
  '😀',
  '<b>',
  'hello',
);
const cuts = fc.array(fc.nat(40), { maxLength: 8 });
function cut(text: string, points: readonly number[]): string[] {
  const at = points.map((point) => Math.min(point, text.length)).sort((a, b) => a - b);
  return [0, ...at].map((from, i) => text.slice(from, at[i] ?? text.length));
}

describe('<think> at the start of a response', () => {
  const table: [text: string, thinking: string, rest: string][] = [
    ['<think>hm</think>hi', 'hm', 'hi'],
    [' \n<think>\nhm\n</think>\n\nhi', '\nhm\n', '\n\nhi'],
    ['<think></think>hi', '', 'hi'],
    ['<think>never closed', 'never closed', ''],
    ['<think>a</thin', 'a</thin', ''],
    ['<think>a</thin</think>b', 'a</thin', 'b'],
    ['<think>a<</think>b', 'a<', 'b'],
    ['<think>a <think> b</think>c', 'a <think> b', 'c'],
    ['<think>a</think>b<think>c</think>', 'a', 'b<think>c</think>'],
    ['hi <think>no</think>', '', 'hi <think>no</think>'],
    ['  hi', '', '  hi'],
    ['<thinking>hm</thinking>', '', '<thinking>hm</thinking>'],
    ['<thin', '', '<thin'],
    ['<', '', '<'],
    [' \n', '', ' \n'],
    ['</think>hi', '', '</think>hi'],
    ['<THINK>no</THINK>', '', '<THINK>no</THINK>'],
    ['', '', ''],
  ];
  for (const [text, thinking, rest] of table)
    test(JSON.stringify(text), () => {
      for (const pieces of [[text], text.split('')]) {
        const found = split(pieces);
        assert.deepEqual([found.thinking, found.text], [thinking, rest]);
      }
    });

  test('any split gives the same result, and only the tags and the blanks before them are removed', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 10 }), cuts, (parts, points) => {
        const text = parts.join('');
        const { thinking, text: rest, order } = split(cut(text, points));
        assert.deepEqual(split([text]), { thinking, text: rest, order });
        const tagged = /^\s*<think>([^]*?)(?:<\/think>([^]*))?$/.exec(text);
        assert.deepEqual([thinking, rest], tagged ? [tagged[1], tagged[2] ?? ''] : ['', text]);
      }),
      { numRuns: 3000 },
    );
  });

  test('text that cannot start a tag is not held back', () => {
    assert.deepEqual(thinkTags().push('hello'), [{ type: 'text', text: 'hello' }]);
    const tags = thinkTags();
    tags.push('<think>');
    assert.deepEqual(tags.push('a<b'), [{ type: 'thinking', text: 'a<b' }]);
  });
});

describe('</think> at the start of a text block', () => {
  const table: [text: string, left: string][] = [
    ['\n</think>\n\n', ''],
    ['</think>', ''],
    ['</think>hi ', 'hi '],
    [' </think> hi', 'hi'],
    ['</think></think>', '</think>'],
    ['hi </think>', 'hi </think>'],
    ['  hi', '  hi'],
    ['</thin', '</thin'],
    ['</thinking>', '</thinking>'],
    [' \n', ' \n'],
    ['', ''],
  ];
  for (const [text, left] of table)
    test(JSON.stringify(text), () => {
      assert.equal(withoutStrayEnd([text]), left);
      assert.equal(withoutStrayEnd(text.split('')), left);
    });

  test('any split gives the same result, and nothing else is removed', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), cuts, (parts, points) => {
        const text = parts.join('');
        const left = withoutStrayEnd(cut(text, points));
        assert.equal(left, withoutStrayEnd([text]));
        assert.equal(left, text.replace(/^\s*<\/think>\s*/, ''));
      }),
      { numRuns: 3000 },
    );
  });
});

test('white space in many pieces takes linear time: each piece is looked at once', () => {
  // Looking at all of it again with every piece would take more than an hour for this many.
  const pieces = 400_000;
  const tags = thinkTags();
  const stray = strayThinkEnd();
  for (let n = 0; n < pieces; n++) {
    assert.deepEqual(tags.push(' \n'), []);
    assert.equal(stray.push(' \n'), '');
  }
  const all = ' \n'.repeat(pieces);
  assert.deepEqual(tags.end(), [{ type: 'text', text: all }]);
  assert.equal(stray.end(), all);
});
