/** Medians and what surrounds them. */

/** The middle half of the values: what half of the rounds were below, and a quarter below and above it. */
export interface Spread {
  low: number;
  median: number;
  high: number;
}

/** The value that the share `q` (0 to 1) of the values is below, interpolated; NaN without values. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}

export function spread(values: readonly number[]): Spread {
  return { low: quantile(values, 0.25), median: quantile(values, 0.5), high: quantile(values, 0.75) };
}

/** A size and what it cost. */
export type Point = readonly [size: number, cost: number];

/**
 * The exponent `e` of the curve cost = c × size^e that fits best (least squares of the logarithms): 1 is linear. All sizes and
 * costs must be above 0, and two sizes must differ.
 */
export function exponent(points: readonly Point[]): number {
  const logs = points.map(([size, cost]) => [Math.log(size), Math.log(cost)] as const);
  const middle = (place: 0 | 1) => logs.reduce((sum, pair) => sum + pair[place], 0) / logs.length;
  const [x, y] = [middle(0), middle(1)];
  let [above, below] = [0, 0];
  for (const [size, cost] of logs) {
    above += (size - x) * (cost - y);
    below += (size - x) ** 2;
  }
  return above / below;
}

/** The largest exponent between neighbours: one steep end does not hide in a flat beginning. */
export function steepest(points: readonly Point[]): number {
  const sorted = points.toSorted(([a], [b]) => a - b);
  return Math.max(...sorted.slice(1).map((point, i) => exponent([sorted[i] ?? point, point])));
}
