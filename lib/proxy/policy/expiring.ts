/** A map that is bounded in size and whose entries expire. The time is an argument. */

export interface Expiring<V> {
  get(key: string, now: number): V | undefined;
  /** `until` is a time in milliseconds, like `now`. The oldest entry makes room for a new one. */
  set(key: string, value: V, until: number): void;
  delete(key: string): void;
  clear(): void;
  /** The entries that have not expired, oldest first. */
  list(now: number): { key: string; value: V; until: number }[];
}

export function expiring<V>(most: number): Expiring<V> {
  const kept = new Map<string, { value: V; until: number }>();

  function get(key: string, now: number): V | undefined {
    const entry = kept.get(key);
    if (entry === undefined) return undefined;
    if (now < entry.until) return entry.value;
    kept.delete(key);
    return undefined;
  }

  function set(key: string, value: V, until: number): void {
    kept.delete(key);
    const [oldest] = kept.keys();
    if (kept.size >= most && oldest !== undefined) kept.delete(oldest);
    kept.set(key, { value, until });
  }

  function list(now: number): { key: string; value: V; until: number }[] {
    for (const [key, { until }] of kept) if (now >= until) kept.delete(key);
    return [...kept].map(([key, { value, until }]) => ({ key, value, until }));
  }

  return { get, set, delete: (key) => void kept.delete(key), clear: () => kept.clear(), list };
}
