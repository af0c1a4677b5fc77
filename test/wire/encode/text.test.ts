/** Lone surrogates, which many servers refuse. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wellFormedJson } from '../../../lib/wire/encode/text.ts';

test('a lone surrogate is replaced wherever it is the only one', () => {
  const rows: [unknown, unknown][] = [
    ['a\ud800', 'a\ufffd'],
    [{ deep: [{ text: '\udc00' }] }, { deep: [{ text: '\ufffd' }] }],
    [{ deep: [1, { 'key\ud83d': null }] }, { deep: [1, { 'key\ufffd': null }] }],
  ];
  for (const [value, expected] of rows) assert.deepEqual(wellFormedJson(value), expected);
});

test('a value without one is returned as it is', () => {
  const value = { text: 'a pair 😀', list: ['ü', 1, null, undefined, { key: true }] };
  assert.equal(wellFormedJson(value), value);
});
