/** Hashes of texts: equal for equal texts however they are cut, different for different ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlacedHash, TextHash } from '../lib/text-hash.ts';

function hashOf(...pieces: string[]): number {
  const hash = new TextHash();
  for (const piece of pieces) hash.add(piece);
  assert.equal(hash.length(), pieces.join('').length);
  return hash.value();
}

test('where the pieces of a text end does not matter', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 60 })), (pieces) =>
      assert.equal(hashOf(...pieces), hashOf(pieces.join(''))),
    ),
  );
});

/** Published values of MurmurHash3_x86_32 with seed 0. */
const published: readonly (readonly [text: string, hash: number])[] = [
  ['', 0],
  ['test', 0xba6bd213],
  ['Hello, world!', 0xc0363e43],
  ['The quick brown fox jumps over the lazy dog', 0x2e4ff723],
];

test('the hash is MurmurHash3', () => {
  for (const [text, hash] of published) assert.equal(hashOf(text), hash, text);
});

test('a long text has the hash of its characters one by one', () => {
  const text = 'aä€😀'.repeat(10_000);
  assert.equal(hashOf(text), hashOf(...Array.from(text)));
});

test('a text that differs in one character, or in its length, has another hash', () => {
  const seen = new Map<number, string>();
  const texts = ['', '\0', '\0\0', 'a', 'a\0', 'ab', 'ba', 'abc', 'abd', 'acb', 'bac', '\uffff', 'a\uffff'];
  for (const text of [...texts, ...Array.from({ length: 20_000 }, (_, at) => `text ${at}`)]) {
    assert.equal(seen.get(hashOf(text)), undefined, text);
    seen.set(hashOf(text), text);
  }
});

test('the places of a text have the hashes of its beginnings', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 40 })), fc.integer({ min: 1, max: 30 }), (pieces, step) => {
      const found: [number, number][] = [];
      const hash = new PlacedHash(
        () => (found.length + 1) * step,
        (value, length) => found.push([value, length]),
      );
      for (const piece of pieces) hash.add(piece);
      const text = pieces.join('');
      const expected = Array.from({ length: Math.floor(text.length / step) }, (_, at) => {
        const length = (at + 1) * step;
        return [hashOf(text.slice(0, length)), length];
      });
      assert.deepEqual(found, expected);
      assert.equal(hash.value(), hashOf(text));
    }),
  );
});
