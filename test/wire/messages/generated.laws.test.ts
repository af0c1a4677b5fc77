/** Property tests of the messages decoder on generated streams. `FC_RUNS` sets the number of runs. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { brokenRule } from '../../../lib/anthropic/grammar.ts';
import { anyShare, cutPoints, runs } from '../../support/arbitraries.ts';
import { run, utf8 } from '../../support/decode.ts';
import { generatedMessages, type GeneratedMessage } from '../../support/messages/generated.ts';
import { randomMessages } from '../../support/messages/random.ts';
import { checkMessages } from '../../support/generated.ts';
import { foldedContent, checkLaws, checkPrefix } from '../../support/properties.ts';
import { decoder } from '../../support/turns.ts';

describe('messages, generated', () => {
  test('the output obeys the laws for any input and any chunks', () => {
    fc.assert(
      fc.property(
        randomMessages,
        cutPoints,
        fc.boolean(),
        fc.boolean(),
        (frames, cuts, genuineSignatures, leakedThinkEnd) => {
          const bytes = utf8(frames.join(''));
          const { events } = checkLaws('messages', bytes, cuts, {
            quirks: { genuineSignatures, leakedThinkEnd },
          });
          if (!/"stop_reason":"\w|"type":"message(?:_stop)?"/.test(frames.join('')))
            assert.equal(events.at(-1)?.type, 'error');
        },
      ),
      runs,
    );
  });

  test('a longer input never changes what was already sent', () => {
    fc.assert(
      fc.property(randomMessages, anyShare, (frames, share) => checkPrefix('messages', frames, share)),
      runs,
    );
  });

  test('text, thinking, signatures and calls arrive unchanged', () => {
    fc.assert(
      fc.property(generatedMessages, (planned) => checkMessages(planned, play(planned))),
      runs,
    );
  });

  test('a stream cut off anywhere before its end is never reported as finished', () => {
    fc.assert(
      fc.property(generatedMessages, anyShare, ({ frames }, share) => {
        const content = utf8(frames.filter((frame) => !/event: message_(?:delta|stop)/.test(frame)).join(''));
        const { events } = run(decoder('messages'), [
          content.subarray(0, Math.round(share * content.length)),
        ]);
        assert.equal(brokenRule(events), undefined);
        assert.equal(events.at(-1)?.type, 'error');
      }),
      runs,
    );
  });

  test('a JSON document decodes to the same content as the stream', () => {
    fc.assert(
      fc.property(
        generatedMessages.filter(({ stopReason }) => stopReason !== 'max_tokens'),
        (planned) => {
          const document = run(decoder('messages'), [utf8(planned.document)]);
          assert.equal(brokenRule(document.events), undefined);
          const [streamed, whole] = [foldedContent(play(planned).events), foldedContent(document.events)];
          assert.deepEqual(streamed.calls, whole.calls);
          // The text of interleaved blocks keeps the order of arrival, which a document does not have.
          assert.equal(streamed.text.split('').sort().join(''), whole.text.split('').sort().join(''));
        },
      ),
      runs,
    );
  });
});

function play({ frames }: GeneratedMessage) {
  return run(decoder('messages'), frames.map(utf8));
}
