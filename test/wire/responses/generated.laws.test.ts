/** The laws of the Responses decoder, for streams nobody wrote. `FC_RUNS` sets how many. */
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
  test('whatever comes, what leaves is lawful, however it is cut', () => {
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

  test('whatever comes, nothing is taken back', () => {
    fc.assert(
      fc.property(randomResponses, anyShare, (frames, share) => checkPrefix('responses', frames, share)),
      runs,
    );
  });

  test('text, thinking, calls and what is encrypted arrive as they were sent', () => {
    fc.assert(
      fc.property(generatedResponses, (planned) => checkResponses(planned, play(planned))),
      runs,
    );
  });

  test('one JSON document means what was planned', () => {
    fc.assert(
      fc.property(generatedResponses, (planned) => {
        const { events } = run(decoder('responses'), [utf8(planned.document)]);
        assert.equal(brokenRule(events), undefined);
        const { text, thinking, calls } = foldedContent(events);
        assert.equal(text, planned.text);
        assert.equal(thinking, planned.thinking);
        assert.deepEqual(
          calls,
          planned.calls.map(({ name, args }) => `${name} ${JSON.stringify(JSON.parse(args))}`).sort(),
        );
      }),
      runs,
    );
  });

  test('without its end it is never called finished', () => {
    fc.assert(
      fc.property(generatedResponses, anyShare, ({ frames }, share) => {
        const heard = frames.slice(0, Math.floor(share * (frames.length - 1)));
        const { events } = run(decoder('responses'), heard.map(utf8));
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
