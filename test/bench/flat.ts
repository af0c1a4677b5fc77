/** Whether a series of samples stays where it was. */
import { quantile } from './statistics.ts';

export interface Flatness {
  /** Medians of the second quarter of the samples and of the last: the first quarter warms up. */
  from: number;
  to: number;
  flat: boolean;
}

/** Fewer samples say nothing. */
export const fewest = 8;

/**
 * Growth up to the share `share`, or up to `slack` in the unit of the values, counts as flat. Fewer values than `fewest`, or
 * values that could not be measured, are never flat.
 */
export function flatness(values: readonly number[], share: number, slack: number): Flatness {
  const quarter = Math.floor(values.length / 4);
  const from = quantile(values.slice(quarter, 2 * quarter), 0.5);
  const to = quantile(values.slice(-quarter), 0.5);
  const flat = values.length >= fewest && to <= Math.max(from * (1 + share), from + slack);
  return { from, to, flat };
}
