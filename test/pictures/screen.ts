/** Reads what a terminal shows: the text of each row, in pieces that look the same. xterm.js interprets the escape sequences. */
import xterm, { type IBufferCell } from '@xterm/headless';

/** The colour of text or of its background: one of the 256 of a terminal, or 24 bits. Absent: the default of the theme. */
export type Color = { palette: number } | { rgb: number };

export interface Look {
  color?: Color;
  background?: Color;
  bold?: true;
  dim?: true;
  italic?: true;
  underline?: true;
}

/** Neighbouring cells of a row that look the same. */
export interface Piece {
  text: string;
  /** The first column, from 0, and the number of columns. */
  at: number;
  columns: number;
  look: Look;
}

export interface Size {
  columns: number;
  rows: number;
}

/** The rows of a screen that `tmux capture-pane -e` printed. */
export async function readScreen(text: string, { columns, rows }: Size): Promise<Piece[][]> {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
  await new Promise<void>((resolve) => terminal.write(text.replace(/\n$/, ''), resolve));
  const { active } = terminal.buffer;
  const found = Array.from({ length: rows }, (_, row) => {
    const line = active.getLine(row);
    const pieces: Piece[] = [];
    for (let at = 0; at < columns; at++) {
      const cell = line?.getCell(at);
      // The second half of a wide character has no width.
      if (cell !== undefined && cell.getWidth() > 0) addCell(pieces, cell, at);
    }
    return pieces;
  });
  terminal.dispose();
  return found;
}

function addCell(pieces: Piece[], cell: IBufferCell, at: number): void {
  const look = lookOf(cell);
  const text = cell.getChars() || ' ';
  const last = pieces.at(-1);
  if (last !== undefined && JSON.stringify(last.look) === JSON.stringify(look)) {
    last.text += text;
    last.columns += cell.getWidth();
  } else pieces.push({ text, at, columns: cell.getWidth(), look });
}

function lookOf(cell: IBufferCell): Look {
  const text = colorOf(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor());
  const behind = colorOf(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor());
  const inverse = cell.isInverse() !== 0;
  // The default colours of the theme, exchanged.
  const color = inverse ? (behind ?? { palette: 0 }) : text;
  const background = inverse ? (text ?? { palette: 7 }) : behind;
  return {
    ...(color !== undefined && { color }),
    ...(background !== undefined && { background }),
    ...(cell.isBold() !== 0 && { bold: true }),
    ...(cell.isDim() !== 0 && { dim: true }),
    ...(cell.isItalic() !== 0 && { italic: true }),
    ...(cell.isUnderline() !== 0 && { underline: true }),
  };
}

function colorOf(isDefault: boolean, isRgb: boolean, value: number): Color | undefined {
  if (isDefault) return undefined;
  return isRgb ? { rgb: value } : { palette: value };
}
