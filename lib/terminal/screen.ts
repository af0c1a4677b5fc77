/** The terminal as a library sees it that draws on it: with a width, and without colour where none is wanted. */
import { Writable } from 'node:stream';
import { widthOf } from './width.ts';

/** Columns assumed where the terminal names none, and the fewest that a question can be drawn on. */
const assumedColumns = 80;
const leastColumns = 20;

type Terminal = Writable & { isTTY?: boolean; columns?: number; rows?: number };

export interface Screen extends Writable {
  readonly isTTY: true;
  readonly columns: number;
  readonly rows: number;
  /** Stops following the size of the terminal, which stays open. */
  release(): void;
}

/** The library decides about colour by the process alone, so colours are removed here. */
export function openScreen(terminal: Terminal, color: boolean): Screen {
  const screen = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      const text = chunk.toString();
      terminal.write(color ? text : withoutColors(text));
      done();
    },
  });
  const resized = (): void => void screen.emit('resize');
  terminal.on('resize', resized);
  return Object.defineProperties(screen, {
    isTTY: { value: true },
    columns: { get: () => Math.max(widthOf(terminal) ?? assumedColumns, leastColumns) },
    rows: { get: () => terminal.rows ?? 24 },
    release: { value: () => terminal.off('resize', resized) },
  }) as Screen;
}

/** Select Graphic Rendition (ECMA-48, 8.3.117): colours and the like, but no movement of the cursor. */
function withoutColors(text: string): string {
  // oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
  return text.replaceAll(/\u001b\[[\d;]*m/g, '');
}
