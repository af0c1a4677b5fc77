/** Groups of the ledger as CSV (RFC 4180), for spreadsheets and other programs. Pure. */
import type { Group, Grouping } from '../../ledger/groups.ts';

const columns: readonly (readonly [name: string, value: (group: Group) => number])[] = [
  ['requests', ({ requests }) => requests],
  ['answered', ({ answered }) => answered],
  ['failed', ({ failed }) => failed],
  ['left', ({ left }) => left],
  ['attempts', ({ attempts }) => attempts],
  ['fallbacks', ({ fallbacks }) => fallbacks],
  ['repairs', ({ repairs }) => repairs],
  ['input_tokens', ({ input }) => input],
  ['cache_read_tokens', ({ cacheRead }) => cacheRead],
  ['cache_write_tokens', ({ cacheWrite }) => cacheWrite],
  ['output_tokens', ({ output }) => output],
  ['reasoning_tokens', ({ reasoning }) => reasoning],
  ['cost_usd', ({ cost }) => dollars(cost)],
  ['cost_at_list_price_usd', ({ listed }) => dollars(listed)],
  ['covered_by_plan_usd', ({ covered }) => dollars(covered)],
  ['attempts_without_price', ({ unpriced }) => unpriced],
  ['attempts_estimated', ({ estimated }) => estimated],
];

/** Lines without their ends; the first names the columns. */
export function csvLines(by: Grouping, groups: readonly Group[]): string[] {
  return [
    [by, ...columns.map(([name]) => name)].join(','),
    ...groups.map((group) => [cell(group.key), ...columns.map(([, value]) => value(group))].join(',')),
  ];
}

function dollars(value: number): number {
  return Number(value.toFixed(10));
}

/**
 * A text in a cell. Spreadsheets run a text that begins with one of these characters as a formula, so an apostrophe stands
 * before it (OWASP, CSV injection).
 */
function cell(text: string): string {
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
