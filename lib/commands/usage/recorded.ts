/** What `occ usage` says from the ledger, which needs no running proxy. */
import { resolve } from 'node:path';
import { findPlaces } from '../../config/paths.ts';
import { dayOf, monthOf, shifted, type Day } from '../../ledger/days.ts';
import { totalOf, type Group, type Grouping } from '../../ledger/groups.ts';
import { ledgerDir } from '../../ledger/ledger.ts';
import { readLedger, type LedgerRead } from '../../ledger/read.ts';
import { count } from '../../terminal/figures.ts';
import type { Output } from '../../terminal/output.ts';
import { withProgress } from '../../terminal/progress.ts';
import type { System } from '../../terminal/command-context.ts';
import { withTilde } from '../../tilde.ts';
import { csvLines } from './csv.ts';
import type { Range } from './range.ts';
import { renderTable, type TableOptions } from './table.ts';

export interface Recorded extends LedgerRead {
  range: Range;
}

export async function readRecorded(
  range: Range,
  by: Grouping,
  system: System,
  output: Output,
): Promise<Recorded> {
  const { stateDir, cacheDir } = findPlaces({ env: system.env, home: system.home });
  const places = { dir: ledgerDir(stateDir), cacheDir: resolve(cacheDir) };
  const reading = readLedger(places, range.first, range.last, dayOf(new Date()), by);
  return { ...(await withProgress(output, 'reading the ledger', reading)), range };
}

/** Says what could not be read, on stderr. */
export function warnOfUnread({ unreadable, failures }: LedgerRead, { home }: System, output: Output): void {
  if (unreadable > 0)
    output.warn(
      `occ: ${count(unreadable, 'line')} of the ledger ${unreadable === 1 ? 'is' : 'are'} no record and left out`,
    );
  for (const { file, reason } of failures)
    output.warn(`occ: ${withTilde(file, home)} is left out: ${reason}`);
}

/** Lines of a table on a terminal; the rest is summed up. */
const mostLines = 30;

/** The table of `--by`. */
export function groupedLines(
  { groups, range }: Recorded,
  by: Grouping,
  { width, style }: Pick<TableOptions, 'width' | 'style'>,
): string[] {
  const span = range.first === range.last ? `on ${range.first}` : `from ${range.first} to ${range.last}`;
  if (groups.length === 0) return [`no requests are recorded ${span}`];
  const cut =
    width !== undefined && by !== 'day' && groups.length > mostLines ? mostLines - 1 : groups.length;
  const rest = groups.slice(cut);
  const shown = groups.slice(0, cut);
  if (rest.length > 0) shown.push(totalOf(rest, `${rest.length} others`));
  const total = groups.length > 1 ? { total: totalOf(groups, 'total') } : {};
  return [
    ...renderTable({ head: by, groups: shown, ...total, width, style }),
    ...notesOn(groups).map((line) => style.dim(line)),
  ];
}

/** Explains the marks of the table. */
function notesOn(groups: readonly Group[]): string[] {
  const { listed, unpriced, covered, estimated } = totalOf(groups, '');
  return [
    ...(listed > 0 ? ['~ list prices, where the provider reports no cost'] : []),
    ...(unpriced > 0 ? ['+ ? models without a known price; set models.<name>.price'] : []),
    ...(covered > 0 ? ['plan: what the plan has paid, at list price'] : []),
    ...(estimated > 0 ? [`${count(estimated, 'attempt')} with estimated tokens`] : []),
  ];
}

/** Today, the last seven days and this month, of groups of days. */
export function periods(days: readonly Group[], now: Date): Group[] {
  const today = dayOf(now);
  const week = shifted(today, -6);
  const month = monthOf(today);
  const of = (name: string, isIn: (day: Day) => boolean): Group =>
    totalOf(
      days.filter(({ key }) => isIn(key)),
      name,
    );
  return [
    of('today', (day) => day === today),
    of('last 7 days', (day) => day >= week),
    of('this month', (day) => monthOf(day) === month),
  ];
}

/** The days that `periods` needs. */
export function periodRange(now: Date): Range {
  const today = dayOf(now);
  const [week, month] = [shifted(today, -6), `${monthOf(today)}-01`];
  return { first: week < month ? week : month, last: today };
}

export function printCsv(by: Grouping, { groups }: Recorded, output: Output): void {
  for (const line of csvLines(by, groups)) output.printText(line);
}

/** The same for `--json`. */
export function toLedgerJson(
  by: Grouping | null,
  groups: readonly Group[],
  recorded: Recorded,
): Record<string, unknown> {
  const { range, unreadable, failures } = recorded;
  return {
    by,
    from: range.first,
    to: range.last,
    groups: groups.map(toJson),
    unreadable_lines: unreadable,
    unreadable_files: failures.map(({ file }) => file),
  };
}

function toJson(group: Group): Record<string, unknown> {
  const { key, requests, answered, failed, left, attempts, fallbacks, repairs } = group;
  const mean = (sum: number, added: number): number | null =>
    added === 0 ? null : Math.round((sum / added) * 10) / 10;
  return {
    key,
    requests,
    answered,
    failed,
    left,
    attempts,
    fallbacks,
    repairs,
    input_tokens: group.input,
    cache_read_tokens: group.cacheRead,
    cache_write_tokens: group.cacheWrite,
    output_tokens: group.output,
    reasoning_tokens: group.reasoning,
    cost: round(group.cost),
    cost_at_list_price: round(group.listed),
    covered_by_plan: round(group.covered),
    attempts_without_price: group.unpriced,
    attempts_estimated: group.estimated,
    first_token_ms: mean(group.firstMs, group.firsts),
    output_token_ms: mean(group.tokenMs, group.paced),
  };
}

function round(dollars: number): number {
  return Number(dollars.toFixed(10));
}
