/** Reads the layout of a JSON text: line ends, indentation, and the entries that share a line. */
import { createScanner, type Node } from 'jsonc-parser';

/** The first line end of the text; LF for a single line. */
export function eolOf(text: string): string {
  return /\r\n|\r|\n/.exec(text)?.[0] ?? '\n';
}

/** The indentation of the line at this offset. */
export function indentAt(text: string, offset: number): string {
  const start = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}

/** One step of indentation: that of the first entry, else two spaces. */
export function unitOf(text: string): string {
  return /^\s*\{[^]*?[\r\n]([ \t]+)\S/.exec(text)?.[1] ?? '  ';
}

/** Token kinds of jsonc-parser, which declares them as a const enum; `isolatedModules` does not allow its use. */
const token = { comma: 5, lineComment: 12, blockComment: 13, lineBreak: 14, trivia: 15 } as const;

/** The offset of the next token if it is a comma. */
export function commaAfter(text: string, offset: number): number | undefined {
  const scanner = createScanner(text, true);
  scanner.setPosition(offset);
  const kind: number = scanner.scan();
  return kind === token.comma ? scanner.getTokenOffset() : undefined;
}

/** The end of the entry with the comma and the comments that follow it on its line. */
export function endOfEntry(text: string, offset: number): number {
  const scanner = createScanner(text, false);
  scanner.setPosition(offset);
  let end = offset;
  for (;;) {
    const kind: number = scanner.scan();
    const piece = text.slice(scanner.getTokenOffset(), scanner.getTokenOffset() + scanner.getTokenLength());
    if (kind === token.lineComment || kind === token.comma) end = scanner.getPosition();
    else if (kind === token.blockComment && !/[\r\n]/.test(piece)) end = scanner.getPosition();
    else if (kind !== token.trivia) return end;
  }
}

/** Whether the node contains a line break. */
export function spansLines(text: string, { offset, length }: Node): boolean {
  return /[\r\n]/.test(text.slice(offset, offset + length));
}
