/**
 * Days of the ledger: calendar days in the local time zone of this machine, written 2026-11-29. A request belongs to the day
 * on which it ended, and a budget begins again at local midnight.
 */

/** `2026-11-29`. */
export type Day = string;

/** The local day of a time. */
export function dayOf(time: Date): Day {
  const [month, day] = [time.getMonth() + 1, time.getDate()].map((part) => String(part).padStart(2, '0'));
  return `${String(time.getFullYear()).padStart(4, '0')}-${month}-${day}`;
}

/** `2026-11` of `2026-11-29`. */
export function monthOf(day: Day): string {
  return day.slice(0, 7);
}

/** The day that many days later, or earlier with a negative number. Not every day has 24 hours, so no hours are added. */
export function shifted(day: Day, days: number): Day {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return dayOf(new Date(year, month - 1, date + days, 12));
}

/** The start of the day after `day`, and of the month after it: when a budget begins again. */
export function nextDay(day: Day): Date {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + 1);
}
/** Local midnight of the first day of the month after that of `day`. */
export function nextMonth(day: Day): Date {
  const [year = 0, month = 1] = day.split('-').map(Number);
  return new Date(year, month, 1);
}

/** Undefined for what is no day of the calendar, such as 2026-02-30. */
export function readDay(text: string): Day | undefined {
  return /^\d{4}-\d\d-\d\d$/.test(text) && shifted(text, 0) === text ? text : undefined;
}

/** The first and last day of `2026-11`; undefined for what is no month. */
export function daysOfMonth(text: string): { first: Day; last: Day } | undefined {
  const first = readDay(`${text}-01`);
  return first === undefined ? undefined : { first, last: shifted(dayOf(nextMonth(first)), -1) };
}

/** The name of a day's file, and the day of a file; undefined for other files. */
export function fileOf(day: Day): string {
  return `${day}.jsonl`;
}
/** The day of `2026-11-30.jsonl`; undefined for any other name. */
export function dayOfFile(name: string): Day | undefined {
  return name.endsWith('.jsonl') ? readDay(name.slice(0, -'.jsonl'.length)) : undefined;
}
