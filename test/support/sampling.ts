/**
 * How many inputs each law is tested with. `npm test` tests a sample; `npm run test:long` sets `OCC_TESTS=exhaustive` and
 * tests all of them. `FC_RUNS` overrides the number of generated inputs per property.
 */
export const exhaustive = process.env['OCC_TESTS'] === 'exhaustive';

/** The number of runs for fast-check: `full` if exhaustive, otherwise an eighth. */
export function runsOf(full: number): { numRuns: number } {
  return { numRuns: Number(process.env['FC_RUNS'] ?? (exhaustive ? full : Math.ceil(full / 8))) };
}

/** Integers from 0 to `below` - 1, the same for the same seed (linear congruential, constants of Numerical Recipes). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** At most `most` of the items, in order, the same for the same seed. */
export function sampleOf<T>(items: readonly T[], most: number, seed: number): T[] {
  if (items.length <= most) return [...items];
  const next = randomNumbers(seed);
  // One item of each stretch, so that the sample is spread evenly.
  const stretch = items.length / most;
  return Array.from({ length: most }, (_, n) => {
    const from = Math.floor(n * stretch);
    return items[from + next(Math.floor((n + 1) * stretch) - from)] as T;
  });
}
