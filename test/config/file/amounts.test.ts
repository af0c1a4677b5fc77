/** Tests durations and sizes as people write them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAmount } from '../../../lib/config/file/amounts.ts';

const durations: [string, number | undefined][] = [
  ['120000', 120_000],
  ['500ms', 500],
  ['90s', 90_000],
  ['2m', 120_000],
  ['2min', 120_000],
  ['1h30m', 5_400_000],
  ['1h 30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['1d', 86_400_000],
  [' 2M ', 120_000],
  ['0', 0],
  ['30m1h', undefined],
  ['2m2m', undefined],
  ['2x', undefined],
  ['2', 2],
  ['m', undefined],
  ['', undefined],
  ['-2m', undefined],
  ['2m!', undefined],
  ['0.0001s', undefined],
  ['99999999999999999999h', undefined],
];

for (const [text, ms] of durations)
  test(`${JSON.stringify(text)} is ${ms === undefined ? 'no duration' : `${ms} ms`}`, () =>
    assert.equal(readAmount(text, 'ms'), ms));

const sizes: [string, number | undefined][] = [
  ['4096', 4096],
  ['512b', 512],
  ['64KB', 65_536],
  ['64k', 65_536],
  ['10MB', 10_485_760],
  ['10MiB', 10_485_760],
  ['1.5g', 1_610_612_736],
  ['10MB5KB', undefined],
  ['10m5', undefined],
  ['2h', undefined],
];

for (const [text, bytes] of sizes)
  test(`${JSON.stringify(text)} is ${bytes === undefined ? 'no size' : `${bytes} bytes`}`, () =>
    assert.equal(readAmount(text, 'bytes'), bytes));
