/**
 * `test` for files with very many cases: every sixth of a file is run by `npm test`, beginning with the first, and all of
 * them by `npm run test:long`.
 */
import { test as registered } from 'node:test';
import { exhaustive } from './sampling.ts';

const oneOf = 6;
let cases = 0;

export const test: typeof registered = Object.assign(
  ((...given: Parameters<typeof registered>) =>
    exhaustive || cases++ % oneOf === 0 ? registered(...given) : undefined) as typeof registered,
  registered,
);
