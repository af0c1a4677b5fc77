import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amount, count, duration } from '../../lib/terminal/figures.ts';

test('count adds a noun', () => {
  assert.deepEqual(
    [0, 1, 2].map((n) => count(n, 'request')),
    ['0 requests', '1 request', '2 requests'],
  );
});

test('amount switches to the next unit before it rounds up to 1000', () => {
  assert.deepEqual([0, 999, 1000, 1250, 999_949, 999_950, 12_345_678].map(amount), [
    '0',
    '999',
    '1.0k',
    '1.3k',
    '999.9k',
    '1.0M',
    '12.3M',
  ]);
});

test('duration prints the two largest units', () => {
  assert.deepEqual([0, 59.9, 60, 3599, 3600, 86_399, 86_400, 100_000].map(duration), [
    '0 s',
    '59 s',
    '1 min',
    '59 min',
    '1 h 0 min',
    '23 h 59 min',
    '1 d 0 h',
    '1 d 3 h',
  ]);
});
