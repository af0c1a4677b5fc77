/** Groups of the ledger as a table with bars, for any width; without bars and unshortened in a pipe. Pure. */
import { inputOf, type Sums } from '../../ledger/rows.ts';
import type { Group } from '../../ledger/groups.ts';
import { printableLine } from '../../printable.ts';
import { amount, dollars } from '../../terminal/figures.ts';
import type { Style } from '../../terminal/style.ts';

interface Column {
  head: string;
  cell: (sums: Sums) => string;
  /** The columns with the highest ranks are left out first. */
  rank: number;
}

const columns: readonly Column[] = [
  { head: 'requests', cell: ({ requests }) => String(requests), rank: 3 },
  { head: 'in', cell: (sums) => amount(inputOf(sums)), rank: 1 },
  { head: 'cached', cell: cachedShare, rank: 4 },
  { head: 'out', cell: ({ output }) => amount(output), rank: 1 },
  { head: 'failed', cell: ({ failed }) => (failed === 0 ? '-' : String(failed)), rank: 5 },
  { head: 'cost', cell: costOf, rank: 0 },
  { head: 'plan', cell: ({ covered }) => (covered === 0 ? '-' : dollars(covered)), rank: 2 },
];

/** From this width on, columns that matter less make room for bars. */
const narrowestWithBars = 60;
const narrowestName = 12;
const tellingName = 24;
const narrowestBar = 8;
const widestBar = 30;
const gap = 2;

export interface TableOptions {
  /** The name of the first column. */
  head: string;
  groups: readonly Group[];
  /** The last line. */
  total?: Group;
  /** Columns of the terminal; undefined for a pipe. */
  width: number | undefined;
  style: Style;
}

export function renderTable({ head, groups, total, width, style }: TableOptions): string[] {
  const all = [...groups, ...(total ? [total] : [])];
  const names = all.map(({ key }) => printableLine(key === '' ? '(none)' : key));
  const longest = Math.max(head.length, ...names.map((name) => name.length));
  const used = columns.filter(({ cell }) => all.some((group) => !isEmpty(cell(group))));
  const fitting =
    width !== undefined && width >= narrowestWithBars
      ? fit(used, all, Math.min(longest, tellingName), width - gap - narrowestBar)
      : fit(used, all, Math.min(longest, narrowestName), width);
  const widths = fitting.map((column) => widthOf(column, all));
  const taken = widths.reduce((sum, one) => sum + gap + one, 0);
  const nameWidth = width === undefined ? longest : nameWidthIn(width - taken, longest);
  const room = width === undefined ? 0 : Math.min(widestBar, width - nameWidth - taken - gap);
  const barWidth = room >= narrowestBar && groups.length > 1 ? room : 0;
  const most = Math.max(...groups.map(weightOf));
  const line = (name: string, cells: readonly string[], bar: string): string => {
    const shown = cells.map((text, at) => ' '.repeat(gap) + text.padStart(widths[at] ?? 0)).join('');
    return `${shortened(name, nameWidth).padEnd(nameWidth)}${shown}${bar === '' ? '' : `  ${bar}`}`.trimEnd();
  };
  return [
    style.dim(
      line(
        head,
        fitting.map((column) => column.head),
        '',
      ),
    ),
    ...all.map((group, at) => {
      const cells = fitting.map((column) => column.cell(group));
      const isTotal = at >= groups.length;
      const bar = isTotal || barWidth === 0 || most === 0 ? '' : barOf(weightOf(group) / most, barWidth);
      const text = line(names[at] ?? '', cells, bar);
      return isTotal ? style.bold(text) : text;
    }),
  ];
}

/** A long name is shortened for a bar, but not to less than what tells most names apart. */
function nameWidthIn(room: number, longest: number): number {
  const beside = Math.max(tellingName, room - gap - narrowestBar);
  return Math.max(1, Math.min(longest, room, beside));
}

/** Bars show cost; tokens where nothing has a cost. */
function weightOf(sums: Sums): number {
  return sums.cost + sums.covered || (inputOf(sums) + sums.output) / 1e12;
}

function fit(used: readonly Column[], all: readonly Sums[], name: number, width = Infinity): Column[] {
  let kept = [...used];
  const needed = (): number => kept.reduce((sum, one) => sum + gap + widthOf(one, all), name);
  while (needed() > width && kept.length > 1) {
    const worst = Math.max(...kept.map(({ rank }) => rank));
    kept = kept.filter((column) => column !== kept.findLast(({ rank }) => rank === worst));
  }
  return kept;
}

function widthOf({ head, cell }: Column, all: readonly Sums[]): number {
  return Math.max(head.length, ...all.map((sums) => cell(sums).length));
}

function isEmpty(text: string): boolean {
  return text === '' || text === '-';
}

/** Of a longer name the end is kept, in which models and paths differ. */
function shortened(name: string, width: number): string {
  return name.length <= width ? name : `…${name.slice(name.length - width + 1)}`;
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** At least an eighth of a column, so that something is never nothing. */
function barOf(share: number, width: number): string {
  const steps = Math.max(share > 0 ? 1 : 0, Math.round(share * width * 8));
  return '█'.repeat(Math.floor(steps / 8)) + (eighths[steps % 8] ?? '');
}

function cachedShare(sums: Sums): string {
  const input = inputOf(sums);
  return sums.cacheRead === 0 || input === 0 ? '-' : `${Math.round((sums.cacheRead / input) * 100)} %`;
}

/** `~` marks a sum with a list price in it, `+` one that misses models without a price. */
function costOf({ cost, listed, unpriced }: Sums): string {
  if (cost === 0 && unpriced > 0) return '?';
  return `${listed > 0 ? '~' : ''}${dollars(cost)}${unpriced > 0 ? '+' : ''}`;
}
