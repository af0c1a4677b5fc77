import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exponent, quantile, spread, steepest, type Point } from './statistics.ts';

test('a quantile lies between its neighbours, and does not depend on the order', () => {
  assert.equal(quantile([3, 1, 2], 0.5), 2);
  assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5);
  assert.equal(quantile([10, 0], 0.9), 9);
  assert.equal(quantile([7], 0.99), 7);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

test('the spread is the median between the quartiles, and one outlier does not move it', () => {
  assert.deepEqual(spread([1, 2, 3, 4, 5]), { low: 2, median: 3, high: 4 });
  assert.deepEqual(spread([1, 2, 3, 4, 5000]), { low: 2, median: 3, high: 4 });
});

const curve = (cost: (size: number) => number): Point[] =>
  [1, 10, 100, 1000].map((size) => [size, cost(size)]);

test('the exponent of a power is found, whatever its factor', () => {
  for (const power of [0.5, 1, 2]) {
    const found = exponent(curve((size) => 7 * size ** power));
    assert.ok(Math.abs(found - power) < 1e-9, `${found} for ${power}`);
  }
});

test('a steep end after a flat beginning is noticed', () => {
  const points = curve((size) => 1000 + size ** 2);
  assert.ok(exponent(points) < 1.1);
  assert.ok(steepest(points) > 1.9);
  assert.ok(Math.abs(steepest(points.toReversed()) - steepest(points)) < 1e-9);
});
