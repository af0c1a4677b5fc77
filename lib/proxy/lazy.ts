/** Opens something when it is first needed, once. */

export interface Lazy<T> {
  get(): Promise<T>;
  /** The promise, if anybody has asked; so that closing does not open first. */
  opened(): Promise<T> | undefined;
}

export function lazy<T>(open: () => Promise<T>): Lazy<T> {
  let opened: Promise<T> | undefined;
  return { get: () => (opened ??= open()), opened: () => opened };
}
