/** Whether a model that costs money may answer in place of one that costs none, as the configuration says it. Pure. */

export const paidFallbacks = ['always', 'ask', 'never'] as const;
export type PaidFallback = (typeof paidFallbacks)[number];

/** The rule in force at a time. */
export interface PaidRule {
  rule: PaidFallback;
  /** When it ends, in milliseconds since 1970; absent if it has no end. After that the rule is `ask`. */
  until?: number;
}

/** RFC 3339, without a fraction: a time needs a zone, since the proxy may run in another one than the shell. */
const moment = /^until\s+(\d{4}-\d\d-\d\d)[t ](\d\d:\d\d)(:\d\d)?(z|[+-]\d\d:\d\d)$/i;

/**
 * `always`, `ask`, `never`, or `until 2026-11-30T04:25Z`: `always` before that time, and `ask` from then on. Undefined for
 * anything else.
 */
export function readPaidFallback(given: string, now: number): PaidRule | undefined {
  const text = given.trim().toLowerCase();
  const rule = paidFallbacks.find((one) => one === text);
  if (rule !== undefined) return { rule };
  const until = endOf(text);
  if (until === undefined) return undefined;
  return now < until ? { rule: 'always', until } : { rule: 'ask' };
}

/** Milliseconds since 1970. */
function endOf(text: string): number | undefined {
  const [, day, time, seconds = ':00', zone = ''] = moment.exec(text) ?? [];
  if (day === undefined || !isDay(day)) return undefined;
  const until = Date.parse(`${day}T${time}${seconds}${zone.toUpperCase()}`);
  return Number.isNaN(until) ? undefined : until;
}

/** JavaScript takes February 30 for March 2. */
function isDay(day: string): boolean {
  const time = Date.parse(`${day}T00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}

/** Whether the configuration accepts the string. */
export function isPaidFallback(given: string): boolean {
  return readPaidFallback(given, 0) !== undefined;
}

/** The value that allows it until a time, rounded up to the minute. */
export function paidUntil(time: number): string {
  return `until ${new Date(Math.ceil(time / 60_000) * 60_000).toISOString().slice(0, 16)}Z`;
}
