import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flatness } from './flat.ts';

const series = (value: (i: number) => number) => Array.from({ length: 40 }, (_, i) => value(i));

test('what warms up and then stays is flat', () => {
  assert.deepEqual(
    flatness(
      series((i) => Math.min(i, 10)),
      0.1,
      0,
    ),
    { from: 10, to: 10, flat: true },
  );
});

test('steady growth is not flat, and neither is a late step', () => {
  assert.equal(
    flatness(
      series((i) => 100 + i),
      0.1,
      0,
    ).flat,
    false,
  );
  assert.equal(
    flatness(
      series((i) => (i < 25 ? 100 : 120)),
      0.1,
      0,
    ).flat,
    false,
  );
});

test('noise and single peaks are flat', () => {
  assert.equal(
    flatness(
      series((i) => 100 + (i % 7)),
      0.1,
      0,
    ).flat,
    true,
  );
  assert.equal(
    flatness(
      series((i) => (i === 35 ? 900 : 100)),
      0.1,
      0,
    ).flat,
    true,
  );
});

test('growth within the slack is flat', () => {
  assert.equal(
    flatness(
      series((i) => 1 + i / 40),
      0.1,
      2,
    ).flat,
    true,
  );
});

test('too few samples, or none that could be measured, are not called flat', () => {
  assert.equal(flatness([1, 1, 1, 1, 1, 1, 1], 0.1, 0).flat, false);
  assert.equal(
    flatness(
      series(() => NaN),
      0.1,
      0,
    ).flat,
    false,
  );
});
