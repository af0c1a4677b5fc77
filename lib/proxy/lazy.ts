/** Opens a resource on first use, once. */

export interface Lazy<T> {
  get(): Promise<T>;
  /** The promise if the resource was requested; undefined otherwise, so that closing does not open it first. */
  opened(): Promise<T> | undefined;
}

export function lazy<T>(open: () => Promise<T>): Lazy<T> {
  let opened: Promise<T> | undefined;
  return { get: () => (opened ??= open()), opened: () => opened };
}
