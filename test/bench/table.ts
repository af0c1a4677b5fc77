/** The report as text of 80 columns. */
import { availableParallelism } from 'node:os';
import type { Target } from './part.ts';
import type { Row } from './rows.ts';
import type { Spread } from './statistics.ts';

/** Widths of the columns: what, subject, floor with its name, ratio with its quartiles, target, whether it is reached. */
const widths = { label: 26, value: 9, floor: 15, ratio: 17, target: 11 };

export function renderHead(): string {
  const { label, value, floor, ratio } = widths;
  return `${''.padEnd(label)}${'occ'.padStart(value)}${'floor'.padStart(floor)}${'ratio'.padStart(ratio - 11)} ${'(quartiles)'.padEnd(11)} target`;
}

/** The rows of one part below its title. The rows of its peers, by their names, follow each row of the subject. */
export function renderPart(title: string, rows: readonly Row[], subject: string): string {
  return [title, ...rows.map((row) => renderRow(row, subject))].join('\n');
}

function renderRow(row: Row, subject: string): string {
  const { unit, floor } = row;
  const mine = row.subject === subject;
  const target = mine ? row.target : undefined;
  const label = mine ? `  ${row.label}` : `    ${row.subject}`;
  const cells = [
    label.padEnd(widths.label),
    amount(row.value.median, unit).padStart(widths.value),
    (floor ? `${amount(floor.value.median, unit)} ${floor.name}` : '').padStart(widths.floor),
    ` ${comparison(row).padStart(widths.ratio)}`,
    target ? ` ${bound(target, unit)}${row.reached ? ' ✔' : ' ✖'}` : '',
  ];
  return cells.join('').trimEnd();
}

function comparison({ value, floor, target }: Row): string {
  if (!floor) return quartiles(value);
  return target?.of === 'difference' ? `+ ${withQuartiles(floor.difference)}` : ratio(floor.ratio);
}

function withQuartiles(spread: Spread): string {
  return `${figure(spread.median)} ${quartiles(spread)}`;
}

function ratio({ median, low, high }: Spread): string {
  return `${figure(median)} × (${figure(low)}–${figure(high)})`;
}

function quartiles({ low, high }: Spread): string {
  return `(${figure(low)}–${figure(high)})`;
}

function bound({ of, atMost, atLeast }: Target, unit: string): string {
  const sign = atMost === undefined ? '≥' : '≤';
  const limit = figure(atMost ?? atLeast ?? NaN);
  if (of === 'ratio') return `${sign} ${limit} ×`;
  return `${sign} ${of === 'difference' ? '+' : ''}${amount(Number(limit), unit)}`;
}

function amount(value: number, unit: string): string {
  return `${figure(value)}${unit && ` ${unit}`}`;
}

/** Three significant digits at most; a dash where nothing could be measured. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  return value
    .toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}

/** The load of the machine while the rows were measured, with a warning where it makes times meaningless. */
export function renderLoad(loads: readonly number[], processors = availableParallelism()): string {
  const highest = Math.max(...loads);
  const said = `load average up to ${highest.toFixed(1)} on ${processors} processors`;
  // An own run keeps about as many processes busy as there are processors.
  if (highest <= 2 * processors) return said;
  return `${said}: compare CPU times only;\ntimes of the clock say more about what else ran`;
}

export function renderComparisonHead(before: string, after: string): string {
  return `before: ${before}\nafter: ${after}\n${''.padEnd(widths.label)}${'before'.padStart(widths.value)}${'after'.padStart(11)}  after ÷ before (quartiles)`;
}

/** The rows of one part, each with the first subject as its floor. */
export function renderComparison(title: string, rows: readonly Row[]): string {
  return [title, ...rows.map(renderCompared)].join('\n');
}

function renderCompared({ label, value, unit, floor, more = false }: Row): string {
  const before = amount(floor?.value.median ?? NaN, unit).padStart(widths.value);
  const after = amount(value.median, unit).padStart(11);
  const change = floor ? `${ratio(floor.ratio).padStart(22)}  ${changed(floor.ratio, more)}` : '';
  return `${`  ${label}`.padEnd(widths.label)}${before}${after}  ${change}`.trimEnd();
}

/** A smaller change than this share is none. */
const resolution = 0.02;

/** A change is one that three quarters of the rounds agree on; everything else may be noise. */
function changed({ low, median, high }: Spread, more: boolean): string {
  if ((low <= 1 && high >= 1) || Math.abs(median - 1) < resolution) return 'the same';
  return high < 1 === more ? 'worse' : 'better';
}
