/** The drawing of terminals: what xterm.js reads from a screen, and what becomes of it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readScreen, type Piece } from './screen.ts';
import { drawSvg } from './svg.ts';

const size = { columns: 12, rows: 2 };

/** The pieces of the first row, without the blanks after them. */
async function firstRow(text: string): Promise<Piece[]> {
  const [row = []] = await readScreen(text, size);
  return row.filter((piece) => piece.text.trim() !== '' || piece.look.background !== undefined);
}

describe('a screen', () => {
  test('splits a row where its look changes, and keeps the columns', async () => {
    const [plain, red, ...more] = await firstRow('ab\u001B[1;31mcd\u001B[0m');
    assert.deepEqual([plain?.text, plain?.at, plain?.look], ['ab', 0, {}]);
    assert.deepEqual([red?.text, red?.at, red?.look], ['cd', 2, { color: { palette: 1 }, bold: true }]);
    assert.deepEqual(more, []);
  });

  test('gives a wide character two columns', async () => {
    const [piece] = await firstRow('漢字x\u001B[7m \u001B[0m');
    assert.deepEqual([piece?.text, piece?.columns], ['漢字x', 5]);
  });

  test('exchanges the colours of inverse text', async () => {
    const [piece] = await firstRow('\u001B[7;34mx\u001B[0m');
    assert.deepEqual(piece?.look, { color: { palette: 0 }, background: { palette: 4 } });
  });

  test('reads 256 and 24-bit colours', async () => {
    const [grey, rose] = await firstRow('\u001B[38;5;244ma\u001B[38;2;255;0;128mb\u001B[0m');
    assert.deepEqual([grey?.look.color, rose?.look.color], [{ palette: 244 }, { rgb: 0xff0080 }]);
  });
});

describe('a picture', () => {
  test('holds the text with its markup escaped', async () => {
    const rows = await readScreen('<a> & "b"', size);
    const svg = drawSvg([{ rows, seconds: 1 }], size, 'dark', 'A & B');
    assert.match(svg, />&lt;a&gt; &amp; &quot;b&quot;<\/text>/);
    assert.match(svg, /aria-label="A &amp; B"/);
    assert.doesNotMatch(svg, /animation/);
  });

  test('of several frames shows each once, and stays on the last where nothing moves', async () => {
    const frames = await Promise.all(
      ['one', 'two'].map(async (text) => ({ rows: await readScreen(text, size), seconds: 2 })),
    );
    const svg = drawSvg(frames, size, 'light', 'two frames');
    assert.match(svg, /\.f0\{visibility:hidden\}/);
    assert.doesNotMatch(svg, /\.f1\{visibility:hidden\}/);
    assert.match(
      svg,
      /@keyframes k1\{0%\{visibility:hidden\}50\.000%\{visibility:visible\}100%\{visibility:visible\}\}/,
    );
  });
});
