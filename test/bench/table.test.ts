import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Row } from './rows.ts';
import { figure, renderComparison, renderHead, renderLoad, renderPart } from './table.ts';

const flat = (median: number) => ({ low: median * 0.9, median, high: median * 1.1 });

const row: Row = {
  part: 'event',
  figure: 'cpu',
  label: 'CPU an event',
  unit: 'µs',
  subject: 'occ',
  value: flat(173.4),
  floor: { name: 'pipe', value: flat(86), ratio: flat(2.01), difference: flat(87) },
  target: { of: 'ratio', atMost: 1.5 },
  reached: false,
};

test('a row holds its figure, the floor, the ratio with quartiles, and the target', () => {
  assert.equal(
    renderPart('Events', [row], 'occ'),
    'Events\n  CPU an event               173 µs     86 µs pipe 2.01 × (1.81–2.21) ≤ 1.5 × ✖',
  );
});

test('a difference is shown where the target is one', () => {
  const late = renderPart('', [{ ...row, target: { of: 'difference', atMost: 90 }, reached: true }], 'occ');
  assert.match(late, / \+ 87 \(78\.3–95\.7\) ≤ \+90 µs ✔$/);
});

test('the row of a peer has its name, and no target', () => {
  const peer = { ...row, subject: 'a-peer' };
  assert.match(renderPart('', [row, peer], 'occ'), /CPU an event .*\n    a-peer /);
  assert.doesNotMatch(renderPart('', [peer], 'occ'), /≤/, 'targets are of occ alone');
});

test('lines fit 80 columns', () => {
  const wide = { ...row, value: flat(1234567), floor: { ...row.floor!, ratio: flat(1000) } };
  for (const line of [renderHead(), ...renderPart('Events', [row, wide], 'occ').split('\n')]) {
    assert.ok(line.length <= 80, line);
  }
});

test('figures have three significant digits, and what was not measured is a dash', () => {
  assert.deepEqual([0, 0.5, 1.204, 12.34, 123.4, 1234, NaN, Infinity].map(figure), [
    '0',
    '0.5',
    '1.2',
    '12.3',
    '123',
    '1234',
    '–',
    '–',
  ]);
});

test('a busy machine is named, because times of the clock then say little', () => {
  assert.doesNotMatch(renderLoad([0.5, 3.9], 2), /CPU/);
  assert.match(renderLoad([0.5, 4.1], 2), /4\.1 on 2 processors: compare CPU times only/);
});

for (const [low, high, more, verdict] of [
  [0.8, 0.9, false, 'better'],
  [0.8, 0.9, true, 'worse'],
  [1.1, 1.2, false, 'worse'],
  [1.1, 1.2, true, 'better'],
  [0.9, 1.1, false, 'the same'],
  [1.005, 1.01, false, 'the same'],
] as const) {
  test(`ratios from ${low} to ${high} are ${verdict} where ${more ? 'more' : 'less'} is better`, () => {
    const ratio = { low, median: (low + high) / 2, high };
    const compared = { ...row, more, floor: { name: 'before', value: flat(86), ratio, difference: flat(0) } };
    const [, line = ''] = renderComparison('Events', [compared]).split('\n');
    assert.ok(line.endsWith(`)  ${verdict}`), line);
    assert.ok(line.length <= 80, line);
  });
}
