/** The columns of `occ models`, and which of them fit a width. */
import type { KnownModel } from '../../catalog/known-models.ts';
import { amount } from '../../terminal/figures.ts';

export interface Column {
  head: string;
  width: number;
  align: 'left' | 'right';
  cell(model: KnownModel): string;
  /** The column with the highest number is left out first. */
  rank: number;
}

const yesNo = (value: boolean | undefined): string => (value === undefined ? '?' : value ? 'yes' : 'no');

/** `128k?` if it is only assumed. */
const contextOf = ({ context, assumed }: KnownModel): string =>
  amount(context) + (assumed.includes('context') ? '?' : '');
const outputOf = ({ output, assumed }: KnownModel): string =>
  amount(output) + (assumed.includes('output') ? '?' : '');

/** In their order on the line. */
export const columns: readonly Column[] = [
  { head: 'context', width: 7, align: 'right', rank: 1, cell: contextOf },
  { head: 'output', width: 6, align: 'right', rank: 6, cell: outputOf },
  { head: 'images', width: 6, align: 'left', rank: 4, cell: ({ images }) => yesNo(images) },
  { head: '$ in', width: 6, align: 'right', rank: 2, cell: ({ price }) => priceOf(price?.input) },
  { head: '$ out', width: 6, align: 'right', rank: 2, cell: ({ price }) => priceOf(price?.output) },
  { head: 'trains', width: 6, align: 'left', rank: 3, cell: ({ trains }) => yesNo(trains) },
  { head: 'format', width: 9, align: 'left', rank: 5, cell: ({ format }) => format },
];

/** What the heads leave open. */
export const legend =
  '●: configured; context and output in tokens, with ? if assumed; prices in US dollars per million tokens; trains: on your data';

/** `0.66`, `free`, or `?` if the price is not known. */
function priceOf(dollars: number | undefined): string {
  return dollars === undefined ? '?' : dollars === 0 ? 'free' : String(dollars);
}

/** Fewer columns than this are no table. */
const leastColumns = 4;

/** The columns that fit beside names of this width; none if the lines should be stacked instead. */
export function fitColumns(nameWidth: number, width: number): readonly Column[] {
  let fitting = [...columns];
  while (fitting.length >= leastColumns) {
    const needed = fitting.reduce((sum, column) => sum + 2 + column.width, nameWidth);
    if (needed <= width) return fitting;
    const least = Math.max(...fitting.map(({ rank }) => rank));
    fitting = fitting.filter(({ rank }) => rank !== least);
  }
  return [];
}

export function renderCells(fitting: readonly Column[], textOf: (column: Column) => string): string {
  return fitting
    .map((column) => {
      const text = textOf(column);
      return `  ${column.align === 'left' ? text.padEnd(column.width) : text.padStart(column.width)}`;
    })
    .join('');
}

/** The same facts in words, for lines that are stacked. */
export function renderFacts(model: KnownModel): string {
  const { images, price, format, assumed } = model;
  const cost =
    price === undefined
      ? 'price not known'
      : price.input === 0 && price.output === 0
        ? 'free'
        : `$${price.input} in, $${price.output} out`;
  const context = `${amount(model.context)} context${assumed.includes('context') ? ' (assumed)' : ''}`;
  return [context, cost, ...(images ? ['images'] : []), format].join(', ');
}
