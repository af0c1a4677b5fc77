import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { tape } from '../../../lib/proxy/recording/tape.ts';

const piece = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  fc.string({ unit: 'binary', maxLength: 1500 }),
  fc.constant(''),
  fc.constant('é🙂中'.repeat(30_000)),
  fc.constant(new Uint8Array(100_000).fill(7)),
);

test('every piece comes back with its time and its bytes', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (given) => {
      const kept = tape();
      given.forEach((one, at) => kept.add(at / 8, one));
      const pieces = kept.pieces();
      assert.deepEqual(
        pieces.map(({ ms }) => ms),
        given.map((_, at) => at / 8),
      );
      for (const [at, { bytes }] of pieces.entries())
        assert(bytes.equals(Buffer.from(given[at] ?? '')), `piece ${at}`);
    }),
  );
});

test('a piece is copied, because its memory may be written again', () => {
  const kept = tape();
  const bytes = Buffer.from('one');
  kept.add(0, bytes);
  bytes.fill(0);
  assert.equal(kept.pieces()[0]?.bytes.toString(), 'one');
});
