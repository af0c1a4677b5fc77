import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chunks, chunkSize } from '../../../lib/proxy/recording/chunks.ts';
import { Reel } from '../../../lib/proxy/recording/reel.ts';

/** Tapes of one recording that may have any number of chunks. */
function tapes() {
  const memory = chunks();
  return new Reel((count) => Array.from({ length: count }, memory.take));
}

const piece = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  fc.string({ unit: 'binary', maxLength: 1500 }),
  fc.constant(''),
  fc.constant('é🙂中'.repeat(30_000)),
  fc.constant(new Uint8Array(100_000).fill(7)),
);

test('every piece of every tape comes back with its time and its bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(2), piece), { maxLength: 60 }), (given) => {
      const reel = tapes();
      const all = [reel.tape(), reel.tape(), reel.tape()];
      for (const [at, [tape, one]] of given.entries()) assert(all[tape]?.add(at / 8, one));
      for (const [tape, kept] of all.entries()) {
        const own = given.flatMap(([to, one], at) =>
          to === tape ? [{ ms: at / 8, bytes: Buffer.from(one) }] : [],
        );
        const pieces = kept.pieces();
        assert.deepEqual(
          pieces.map(({ ms }) => ms),
          own.map(({ ms }) => ms),
        );
        for (const [at, { bytes }] of pieces.entries())
          assert(bytes.equals(own[at]?.bytes ?? Buffer.alloc(0)), `piece ${at}`);
      }
    }),
  );
});

test('pieces of every size before the end of a chunk come back', () => {
  for (let first = chunkSize - 60; first < chunkSize + 60; first++) {
    for (const second of ['', 'é', 'a longer text', new Uint8Array(2 * chunkSize).fill(3)]) {
      const tape = tapes().tape();
      for (const one of [new Uint8Array(first).fill(1), second, 'end']) assert(tape.add(1, one));
      assert.deepEqual(
        tape.pieces().map(({ bytes }) => bytes.toString('hex')),
        [new Uint8Array(first).fill(1), second, 'end'].map((one) => Buffer.from(one).toString('hex')),
      );
    }
  }
});

test('a piece for which there is no room is left out whole', () => {
  const memory = chunks();
  let left = 2;
  const tape = new Reel((count) => {
    if (count > left) return undefined;
    left -= count;
    return Array.from({ length: count }, memory.take);
  }).tape();
  assert.deepEqual(
    ['a', 'b'.repeat(3 * chunkSize), 'c'.repeat(chunkSize), 'd'.repeat(chunkSize), 'e'].map((one) =>
      tape.add(0, one),
    ),
    [true, false, true, false, true],
  );
  assert.deepEqual(
    tape.pieces().map(({ bytes }) => bytes.toString()[0]),
    ['a', 'c', 'e'],
  );
});

test('a piece is copied, because its memory may be written again', () => {
  const kept = tapes().tape();
  const bytes = Buffer.from('one');
  kept.add(0, bytes);
  bytes.fill(0);
  assert.equal(kept.pieces()[0]?.bytes.toString(), 'one');
});
