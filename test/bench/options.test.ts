import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readComparison, readOptions } from './options.ts';
import { parts } from './parts.ts';

test('without arguments every part runs its own number of rounds', () => {
  assert.deepEqual(readOptions([]), { parts, gate: false, peers: [] });
});

test('parts run in their own order, however they are named', () => {
  const { parts: named, rounds } = readOptions(['flood', 'event', '--rounds', '3']);
  assert.deepEqual([named.map(({ name }) => name), rounds], [['event', 'flood'], 3]);
});

test('an unknown part and a number that is none are refused, with the usage', () => {
  assert.throws(() => readOptions(['floods']), /no part floods\n.*Parts: first-event, event, flood/s);
  for (const wrong of ['0', '1.5', 'many']) {
    assert.throws(() => readOptions(['--rounds', wrong]), /--rounds needs a whole number above 0/);
  }
  assert.throws(() => readOptions(['--peers', 'a-proxy']), /no peer a-proxy\n.*Peers: copilot-api/s);
  assert.throws(() => readOptions(['--soak', '0']), /--soak needs/);
});

test('a comparison needs two commits, and takes parts after them', () => {
  const { before, after, parts: named } = readComparison(['main', 'HEAD', 'event']);
  assert.deepEqual([before, after, named.map(({ name }) => name)], ['main', 'HEAD', ['event']]);
  assert.throws(() => readComparison(['main']), /BEFORE AFTER/);
});
