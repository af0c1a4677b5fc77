/** The part of a plan's window as people write it: 80, "80", "80%" and "80 percent" are percent. Pure. */

/** Percent from 1 to 100; undefined for `off`, and for what is no percentage. */
export function readShare(given: number | string): number | undefined {
  const text = String(given).trim();
  const found = /^(\d{1,3}(?:\.\d+)?)\s*(?:%|percent)?$/i.exec(text);
  const percent = found ? Number(found[1]) : NaN;
  return percent >= 1 && percent <= 100 ? percent : undefined;
}

/** Whether the configuration accepts the string. */
export function isShare(given: string): boolean {
  return given.trim().toLowerCase() === 'off' || readShare(given) !== undefined;
}
