import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, renderVerdict } from './gate.ts';
import { parts } from './parts.ts';
import type { Row } from './rows.ts';

const flat = (median: number) => ({ low: median, median, high: median });
const rowAt = (ratio: number): Row => ({
  part: 'event',
  figure: 'cpu',
  label: 'CPU an event',
  unit: 'µs',
  subject: 'occ',
  value: flat(10),
  floor: { name: 'pipe', value: flat(5), ratio: flat(ratio), difference: flat(5) },
});

test('a ratio above its limit fails, and one that could not be measured does not', () => {
  assert.equal(judge(rowAt(3), 3).passed, true);
  assert.equal(judge(rowAt(3.1), 3).passed, false);
  assert.equal(judge(rowAt(NaN), 3).passed, true);
  assert.match(renderVerdict(judge(rowAt(3.1), 3)), /^✖ event: CPU an event +3\.1 × pipe +limit 3 ×$/);
});

test('limits stand at figures of CPU time only, and have a floor', () => {
  const gated = parts.flatMap(({ rows }) => rows).filter(({ gate }) => gate !== undefined);
  assert.ok(gated.length > 0);
  for (const { label, floor } of gated) {
    assert.match(label, /CPU/);
    assert.ok(floor !== undefined, label);
  }
});
