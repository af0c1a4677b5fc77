/** The page of the matrix: plain Markdown, a table for each group of doubles, and below it why cells are bad. */
import { isGood } from './matrix.ts';

export interface Cell {
  row: string;
  double: string;
  mark: string;
  why: string;
}

/** The page that was written before; it is kept for the doubles that were not tried now. */
export interface Page {
  /** Above the tables. */
  intro: string;
  mark(row: string, double: string): string | undefined;
  /** The lines about bad cells of a double. */
  reasons(double: string): readonly string[];
}

const start = '<!-- generated -->\n';

export function readPage(text: string): Page {
  const [intro = '', generated = ''] = text.split(start);
  const lines = generated.split('\n');
  const marks = new Map<string, string>();
  let head: readonly string[] = [];
  for (const line of lines.filter((one) => one.startsWith('|'))) {
    const [row = '', ...found] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (row === '') head = found;
    else for (const [at, mark] of found.entries()) marks.set(`${row}|${head[at]}`, mark);
  }
  return {
    intro,
    mark: (row, double) => marks.get(`${row}|${double}`),
    reasons: (double) => lines.filter((line) => line.startsWith(`- ${double}: `)),
  };
}

/** The page with new cells. Cells that are not among them keep what `before` has. */
export function pageOf(
  before: Page,
  groups: Readonly<Record<string, readonly string[]>>,
  rows: readonly string[],
  cells: readonly Cell[],
): string {
  const found = new Map(cells.map((cell) => [`${cell.row}|${cell.double}`, cell.mark]));
  const tried = new Set(cells.map(({ double }) => double));
  const markOf = (row: string, double: string): string =>
    found.get(`${row}|${double}`) ?? before.mark(row, double) ?? '';
  const all = Object.values(groups).flatMap((doubles) =>
    doubles.flatMap((double) => rows.map((row) => markOf(row, double))),
  );
  const reasonLines = (double: string): readonly string[] =>
    tried.has(double) ? reasonsOf(cells.filter((cell) => cell.double === double)) : before.reasons(double);
  const sections = Object.entries(groups).flatMap(([group, doubles]) => {
    const lines = rows.map((row) => [row].concat(doubles.map((double) => markOf(row, double))));
    return [`## ${group}`, ''].concat(
      aligned([['', ...doubles], ...lines]),
      '',
      doubles.flatMap(reasonLines),
      '',
    );
  });
  const good = all.filter((mark) => isGood(mark)).length;
  const text = [`${good} of ${all.length} cells are good.`, '', ...sections].join('\n');
  return `${before.intro}${start}\n${text.trimEnd()}\n`;
}

function reasonsOf(cells: readonly Cell[]): string[] {
  const reasons = new Map<string, string[]>();
  for (const { row, double, mark, why } of cells.filter((cell) => !isGood(cell.mark))) {
    const reason = [`- ${double}`, mark, why.replace(/^turn \d: /, '')]
      .filter((part) => part !== '')
      .join(': ');
    reasons.set(reason, [...(reasons.get(reason) ?? []), row]);
  }
  return [...reasons].map(([reason, rows]) => `${reason} (${rows.length}: ${rows.slice(0, 3).join(', ')})`);
}

/** The lines of a table as the formatter writes it. */
function aligned(lines: readonly (readonly string[])[]): string[] {
  const widths = lines[0]?.map((_, at) => Math.max(3, ...lines.map((line) => line[at]?.length ?? 0))) ?? [];
  const [head = '', ...body] = lines.map(
    (line) => `| ${line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`,
  );
  return [head, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body];
}
