/** How a person has laid out a JSON text: its line ends, its indentation, and what shares a line. */
import { createScanner, type Node } from 'jsonc-parser';

/** The line end the text uses; LF for a single line. */
export function eolOf(text: string): string {
  return /\r\n|\r|\n/.exec(text)?.[0] ?? '\n';
}

/** The white space that begins the line of this offset. */
export function indentAt(text: string, offset: number): string {
  const start = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}

/** One step of indentation: that of the first entry, else two spaces. */
export function unitOf(text: string): string {
  return /^\s*\{[^]*?[\r\n]([ \t]+)\S/.exec(text)?.[1] ?? '  ';
}

/** Jsonc-parser's kinds of tokens (it declares them as a const enum, which erasable syntax cannot read). */
const token = { comma: 5, lineComment: 12, blockComment: 13, lineBreak: 14, trivia: 15 } as const;

/** Offset of the comma that follows, blanks and comments skipped; undefined when something else does. */
export function commaAfter(text: string, offset: number): number | undefined {
  const scanner = createScanner(text, true);
  scanner.setPosition(offset);
  const kind: number = scanner.scan();
  return kind === token.comma ? scanner.getTokenOffset() : undefined;
}

/** Where what belongs to this line ends: after a comma, blanks and comments, before a line break or the next token. */
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

/** Whether it is laid out over several lines. */
export function spansLines(text: string, { offset, length }: Node): boolean {
  return /[\r\n]/.test(text.slice(offset, offset + length));
}
