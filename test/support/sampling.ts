/**
 * How much a law is tried. `npm test` tries a sample; `npm run test:long` sets `OCC_TESTS=exhaustive` and tries everything.
 * `FC_RUNS` sets the number of generated inputs of each property by hand.
 */
export const exhaustive = process.env['OCC_TESTS'] === 'exhaustive';

/** fast-check's number of runs: `full` in the exhaustive form, a fifth in the sample. */
export function runsOf(full: number): { numRuns: number } {
  return { numRuns: Number(process.env['FC_RUNS'] ?? (exhaustive ? full : Math.ceil(full / 5))) };
}

/** Numbers below `below`, the same for the same seed (a linear congruential generator with the constants of Numerical Recipes). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** At most `most` of the items, the same ones every time, in their order. */
export function sampleOf<T>(items: readonly T[], most: number, seed: number): T[] {
  if (items.length <= most) return [...items];
  const next = randomNumbers(seed);
  // One of each stretch, so that the sample is spread over the whole.
  const stretch = items.length / most;
  return Array.from({ length: most }, (_, n) => {
    const from = Math.floor(n * stretch);
    return items[from + next(Math.floor((n + 1) * stretch) - from)] as T;
  });
}
