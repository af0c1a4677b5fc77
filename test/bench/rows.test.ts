import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RowPlan } from './part.ts';
import { toRow } from './rows.ts';
import type { Samples } from './rounds.ts';

const samples: Samples = new Map([
  ['direct', [{ ms: 1 }, { ms: 10 }, { ms: 1 }]],
  ['pipe', [{ ms: 2 }, { ms: 20 }, { ms: 2 }]],
  ['occ', [{ ms: 4 }, { ms: 40 }, { ms: 6 }]],
]);
const plan: RowPlan = { figure: 'ms', label: 'time', unit: 'ms', floor: 'pipe' };

test('ratios are made within each round, so that a slow round changes both sides', () => {
  const { value, floor } = toRow('a-part', plan, samples, 'occ');
  assert.equal(value.median, 6);
  assert.deepEqual(floor?.ratio, { low: 2, median: 2, high: 2.5 });
  assert.equal(floor?.difference.median, 4);
});

test('what is subtracted is subtracted from both sides', () => {
  const { value, floor } = toRow('a-part', { ...plan, minus: 'direct' }, samples, 'occ');
  assert.deepEqual([value.median, floor?.value.median, floor?.ratio.median], [5, 1, 3]);
});

for (const [target, reached] of [
  [{ of: 'ratio', atMost: 2 }, true],
  [{ of: 'ratio', atMost: 1.9 }, false],
  [{ of: 'difference', atMost: 4 }, true],
  [{ of: 'difference', atMost: 3 }, false],
  [{ of: 'value', atLeast: 6 }, true],
  [{ of: 'value', atLeast: 7 }, false],
] as const) {
  test(`a target of ${JSON.stringify(target)} is ${reached ? '' : 'not '}reached`, () => {
    assert.equal(toRow('a-part', { ...plan, target }, samples, 'occ').reached, reached);
  });
}

test('a figure that could not be measured reaches no target', () => {
  const row = toRow(
    'a-part',
    { ...plan, figure: 'absent', target: { of: 'ratio', atMost: 9 } },
    samples,
    'occ',
  );
  assert.equal(row.reached, false);
});
