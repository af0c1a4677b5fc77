/** The days that `occ usage` looks at, from its options. */
import { exitCodes, OccError } from '../../errors.ts';
import { dayOf, daysOfMonth, monthOf, readDay, shifted, type Day } from '../../ledger/days.ts';

export interface RangeOptions {
  since?: string;
  until?: string;
  days?: string;
  month?: string | true;
}

export interface Range {
  first: Day;
  last: Day;
}

/** What is looked at without an option. */
const usualDays = 30;
/** Ten years; more most likely is a mistake. */
const mostDays = 3660;

/** The last 30 days unless the options say otherwise. OccError `usage` (exit 2) for options that contradict each other. */
export function rangeOf({ since, until, days, month }: RangeOptions, now: Date): Range {
  const today = dayOf(now);
  if ([since ?? until, days, month].filter((given) => given !== undefined).length > 1)
    throw wrong('--since and --until, --days and --month exclude each other', 'occ usage --by day --days 7');
  if (month !== undefined) return monthRange(month === true ? monthOf(today) : month);
  if (days !== undefined) return { first: shifted(today, 1 - readDays(days)), last: today };
  const last = until === undefined ? today : requireDay('--until', until);
  const first = since === undefined ? shifted(last, 1 - usualDays) : requireDay('--since', since);
  if (first > last)
    throw wrong(`the range begins on ${first}, after its end on ${last}`, 'occ usage --by day --days 7');
  return { first, last };
}

function monthRange(text: string): Range {
  const range = daysOfMonth(text);
  if (range === undefined)
    throw wrong(
      `--month: found ${JSON.stringify(text)}, expected a month such as 2026-11`,
      'occ usage --by day --month',
    );
  return range;
}

function readDays(text: string): number {
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= mostDays) return days;
  throw wrong(
    `--days: found ${JSON.stringify(text)}, expected a number from 1 to ${mostDays}`,
    'occ usage --by day --days 7',
  );
}

function requireDay(option: string, text: string): Day {
  const day = readDay(text);
  if (day !== undefined) return day;
  throw wrong(
    `${option}: found ${JSON.stringify(text)}, expected a day such as 2026-11-29`,
    `occ usage --by day ${option} 2026-11-29`,
  );
}

function wrong(message: string, remedy: string): OccError {
  return new OccError('usage', message, { exitCode: exitCodes.usage, remedy });
}
