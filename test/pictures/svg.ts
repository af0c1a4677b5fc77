/** Draws screens as an SVG. Several screens become an animation that any browser plays, without a script. */
import type { Color, Look, Piece, Size } from './screen.ts';

export interface Frame {
  rows: readonly (readonly Piece[])[];
  /** How long it stays, in seconds. */
  seconds: number;
}

export type Theme = 'dark' | 'light';

interface Palette {
  background: string;
  text: string;
  /** The 8 colours of a terminal. The bright ones are the same, except for bright black, which is grey. */
  colors: readonly string[];
  grey: string;
}

const themes: Readonly<Record<Theme, Palette>> = {
  dark: {
    background: '#16181d',
    text: '#d7dae0',
    colors: ['#3b4048', '#ff7b86', '#8ecf7a', '#e5b567', '#79a8ff', '#c99bf5', '#6fd0d8', '#d7dae0'],
    grey: '#6b7280',
  },
  light: {
    background: '#ffffff',
    text: '#24292f',
    colors: ['#24292f', '#c11f2b', '#11702e', '#8a5a00', '#0a55b8', '#7a3fd0', '#12707a', '#6b7280'],
    grey: '#c4c9d1',
  },
};

const cell = { width: 8.4, height: 18 };
const margin = 16;
const fonts = 'ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace';

/** `title` is what a screen reader says. */
export function drawSvg(frames: readonly Frame[], size: Size, theme: Theme, title: string): string {
  const palette = themes[theme];
  const width = (size.columns * cell.width + 2 * margin).toFixed(0);
  const height = size.rows * cell.height + 2 * margin;
  const total = frames.reduce((sum, { seconds }) => sum + seconds, 0);
  let from = 0;
  const drawn = frames.map(({ rows, seconds }, index) => {
    const shapes = rows.flatMap((row, at) => row.map((piece) => drawPiece(piece, at, palette))).join('');
    const begin = from / total;
    from += seconds;
    return frames.length === 1
      ? shapes
      : `<g class="f f${index}">${shapes}</g>\n${motion(index, begin, from / total, total)}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(title)}" font-family="${fonts}" font-size="14">`,
    `<rect width="100%" height="100%" rx="8" fill="${palette.background}"/>`,
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

/** Shows one frame from `begin` to `end`, as shares of the whole. A viewer that plays nothing shows the last frame. */
function motion(index: number, begin: number, end: number, total: number): string {
  const percent = (share: number): string => `${(share * 100).toFixed(3)}%`;
  const steps = `0%{visibility:hidden}${percent(begin)}{visibility:visible}${end < 1 ? `${percent(end)}{visibility:hidden}100%{visibility:hidden}` : '100%{visibility:visible}'}`;
  const still = end < 1 ? `.f${index}{visibility:hidden}` : '';
  return `<style>${still}.f${index}{animation:k${index} ${total}s step-end infinite}@keyframes k${index}{${steps}}</style>`;
}

function drawPiece({ text, at, columns, look }: Piece, row: number, palette: Palette): string {
  const x = (margin + at * cell.width).toFixed(1);
  const y = margin + row * cell.height;
  const width = (columns * cell.width).toFixed(1);
  const { background } = look;
  const behind =
    background === undefined
      ? ''
      : `<rect x="${x}" y="${y}" width="${width}" height="${cell.height}" fill="${toCss(background, palette)}"/>`;
  // Blanks at the end would only make the file longer.
  const shown = text.trimEnd();
  if (shown === '') return behind;
  const blanks = text.length - shown.length;
  const shownWidth = ((columns - blanks) * cell.width).toFixed(1);
  // Every viewer has other fonts: textLength keeps the columns in place.
  return `${behind}<text x="${x}" y="${y + 13}" textLength="${shownWidth}" lengthAdjust="spacingAndGlyphs" xml:space="preserve" fill="${look.color === undefined ? palette.text : toCss(look.color, palette)}"${attributes(look)}>${escape(shown)}</text>`;
}

function attributes({ bold, dim, italic, underline }: Look): string {
  return [
    bold ? ' font-weight="bold"' : '',
    dim ? ' opacity="0.6"' : '',
    italic ? ' font-style="italic"' : '',
    underline ? ' text-decoration="underline"' : '',
  ].join('');
}

/** The 256 colours: 16 of the theme, a cube of 6 × 6 × 6, and 24 greys (as xterm has them). */
function toCss(color: Color, { colors, grey, text }: Palette): string {
  if ('rgb' in color) return `#${color.rgb.toString(16).padStart(6, '0')}`;
  const { palette } = color;
  if (palette === 8) return grey;
  if (palette < 16) return colors[palette % 8] ?? text;
  if (palette >= 232)
    return rgb(8 + 10 * (palette - 232), 8 + 10 * (palette - 232), 8 + 10 * (palette - 232));
  const level = (step: number): number => (step === 0 ? 0 : 55 + 40 * step);
  const index = palette - 16;
  return rgb(level(Math.floor(index / 36)), level(Math.floor(index / 6) % 6), level(index % 6));
}

function rgb(...parts: number[]): string {
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
