/** The heap over a long run: what is still held once everything that is garbage is gone. */

/** Bytes in use after a collection; the process must run with `--expose-gc`. */
export function heapNow(): number {
  if (!globalThis.gc) throw new Error('run with --expose-gc');
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

/** Bytes by which the end may lie above the first look; caches of the engine and of the test itself fill in between. */
const allowed = 24 * 2 ** 20;

/** What to complain of: the heap at the end beside the heap after a tenth of the run. */
export function heapGrows(heaps: readonly number[]): string | undefined {
  const grown = (heaps.at(-1) ?? 0) - (heaps[0] ?? 0);
  return grown > allowed ? `the heap grew by ${(grown / 2 ** 20).toFixed(1)} MiB over the run` : undefined;
}
