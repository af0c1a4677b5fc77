/** Lays out terms and their meanings: side by side, or one below the other where the width is too small for that. */
import { wrap } from './wrap.ts';

/** A term with its meaning, which may be empty. */
export type Row = readonly [term: string, meaning: string];

export interface ColumnOptions {
  /** Columns of the terminal. */
  width: number;
  /** Columns before a term; 2 by default. */
  indent?: number;
  /** Columns of the terms; those of the longest one by default. Several tables with the same number are aligned. */
  termWidth?: number | undefined;
  /** What ends the line of a term that continues on the next one: ` \` for commands of a shell. */
  continuation?: string;
}

/** The fewest columns for the meanings beside their terms. */
const leastMeaning = 24;
const gap = 2;

/** Whether the meanings have room beside terms of this width. */
export function fitsBeside(termWidth: number, width: number, indent = 2): boolean {
  return width - indent - termWidth - gap >= leastMeaning;
}

/** No line is longer than `width`, unless a single word is. */
export function renderColumns(rows: readonly Row[], options: ColumnOptions): string[] {
  const { width, indent = 2 } = options;
  const termWidth = options.termWidth ?? Math.max(0, ...rows.map(([term]) => term.length));
  const pad = ' '.repeat(indent);
  if (!fitsBeside(termWidth, width, indent)) return rows.flatMap((row) => stack(row, options));
  return rows.flatMap(([term, meaning]) => {
    const [first = '', ...more] = wrap(meaning, width - indent - termWidth - gap);
    const below = pad + ' '.repeat(termWidth + gap);
    return [`${pad}${term.padEnd(termWidth + gap)}${first}`.trimEnd(), ...more.map((line) => below + line)];
  });
}

function stack([term, meaning]: Row, { width, indent = 2, continuation = '' }: ColumnOptions): string[] {
  const pad = ' '.repeat(indent);
  const terms = wrapTerm(term, width - indent - continuation.length - gap);
  const meanings = meaning === '' ? [] : wrap(meaning, width - indent - gap * 2);
  return [
    ...terms.map(
      (line, at) =>
        pad + (at > 0 ? ' '.repeat(gap) : '') + line + (at < terms.length - 1 ? continuation : ''),
    ),
    ...meanings.map((line) => `${pad}${' '.repeat(gap * 2)}${line}`),
  ];
}

/** Wraps a term, but not within quotes: a backslash does not continue the line there. */
function wrapTerm(term: string, width: number): string[] {
  const kept = term.replaceAll(/'[^']*'|"[^"]*"/g, (quoted) => quoted.replaceAll(' ', keptBlank));
  return wrap(kept, width).map((line) => line.replaceAll(keptBlank, ' '));
}

/** A character for private use, which no text contains. */
const keptBlank = '\uE000';

/** A paragraph; the lines after the first are indented by `hanging` columns. */
export function renderParagraph(text: string, width: number, hanging = 0): string[] {
  const [first = '', ...rest] = wrap(text, width - hanging);
  return [first, ...rest.map((line) => ' '.repeat(hanging) + line)];
}

/** The lines of all blocks that have any, with an empty line between two of them. */
export function joinBlocks(blocks: readonly (readonly string[])[]): string[] {
  const lines: string[] = [];
  for (const block of blocks) {
    if (block.length === 0) continue;
    if (lines.length > 0) lines.push('');
    lines.push(...block);
  }
  return lines;
}
