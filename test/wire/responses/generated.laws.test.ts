/** Properties of the Responses decoder on random and generated streams. `FC_RUNS` sets the number of runs. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { brokenRule } from '../../../lib/anthropic/grammar.ts';
import { anyShare, cutPoints, runs } from '../../support/arbitraries.ts';
import { run, utf8 } from '../../support/decode.ts';
import { checkResponses } from '../../support/generated.ts';
import { foldedContent, checkLaws, checkPrefix } from '../../support/properties.ts';
import { generatedResponses, type GeneratedResponse } from '../../support/responses/generated.ts';
import { randomResponses } from '../../support/responses/random.ts';
import { decoder } from '../../support/turns.ts';

describe('responses, generated', () => {
  test('random frames decode to a stream that obeys the laws, however they are cut', () => {
    fc.assert(
      fc.property(randomResponses, cutPoints, fc.boolean(), (frames, cuts, search) => {
        const bytes = utf8(frames.join(''));
        const { events } = checkLaws('responses', bytes, cuts, { search });
        if (!/response\.(completed|incomplete|done)/.test(frames.join('')))
          assert.equal(events.at(-1)?.type, 'error');
      }),
      runs,
    );
  });

  test('the output for a prefix is a prefix of the whole output', () => {
    fc.assert(
      fc.property(randomResponses, anyShare, (frames, share) => checkPrefix('responses', frames, share)),
      runs,
    );
  });

  test('text, thinking, calls and encrypted content arrive as they were sent', () => {
    fc.assert(
      fc.property(generatedResponses, (expected) => checkResponses(expected, play(expected))),
      runs,
    );
  });

  test('one JSON document decodes to the same content as the stream', () => {
    fc.assert(
      fc.property(generatedResponses, (expected) => {
        const { events } = run(decoder('responses'), [utf8(expected.document)]);
        assert.equal(brokenRule(events), undefined);
        const { text, thinking, calls } = foldedContent(events);
        assert.equal(text, expected.text);
        assert.equal(thinking, expected.thinking);
        assert.deepEqual(
          calls,
          expected.calls.map(({ name, args }) => `${name} ${JSON.stringify(JSON.parse(args))}`).sort(),
        );
      }),
      runs,
    );
  });

  test('a stream without its end never finishes', () => {
    fc.assert(
      fc.property(generatedResponses, anyShare, ({ frames }, share) => {
        const prefix = frames.slice(0, Math.floor(share * (frames.length - 1)));
        const { events } = run(decoder('responses'), prefix.map(utf8));
        assert.equal(brokenRule(events), undefined);
        assert.equal(events.at(-1)?.type, 'error');
      }),
      runs,
    );
  });
});

function play({ frames }: GeneratedResponse) {
  return run(decoder('responses'), frames.map(utf8));
}
