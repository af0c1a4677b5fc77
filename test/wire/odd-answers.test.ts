/**
 * Odd answers take time in proportion to their size: eight times the pieces may cost at most forty times as much, where a
 * square would cost sixty-four times.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { slices } from '../support/cuts.ts';
import { growthOf } from '../support/growth.ts';
import { oddAnswers } from '../support/odd-answers.ts';
import { decoder, formats, type Format } from '../support/turns.ts';

const factor = 8;
const slack = 5;
/** Pieces of the small answer. With the big one, a square is far above the slack, and takes some seconds. */
const size = 500;

const reading = (format: Format, bytes: Uint8Array): (() => void) => {
  const pieces = slices(bytes, 16 * 1024);
  return () => {
    const decoding = decoder(format);
    for (const piece of pieces) decoding.step(piece, () => {});
    decoding.flush(() => {});
  };
};

for (const format of formats)
  describe(format, () => {
    for (const { what, bytes } of oddAnswers(format))
      test(what, () => {
        const ratio = growthOf(
          reading(format, bytes(size)),
          reading(format, bytes(size * factor)),
          factor * slack,
        );
        assert(ratio <= factor * slack, `${factor} times as much took ${ratio.toFixed(1)} times the time`);
      });
  });
