/** The laws of the messages decoder, for streams nobody wrote. `FC_RUNS` sets how many. */
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
  test('whatever comes, what leaves is lawful, however it is cut', () => {
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

  test('whatever comes, nothing is taken back', () => {
    fc.assert(
      fc.property(randomMessages, anyShare, (frames, share) => checkPrefix('messages', frames, share)),
      runs,
    );
  });

  test('text, thinking, signatures and calls arrive as they were sent', () => {
    fc.assert(
      fc.property(generatedMessages, (planned) => checkMessages(planned, play(planned))),
      runs,
    );
  });

  test('cut anywhere before its end, it is never called finished', () => {
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

  test('one JSON document means what the stream means', () => {
    fc.assert(
      fc.property(
        generatedMessages.filter(({ stopReason }) => stopReason !== 'max_tokens'),
        (planned) => {
          const document = run(decoder('messages'), [utf8(planned.document)]);
          assert.equal(brokenRule(document.events), undefined);
          const [streamed, whole] = [foldedContent(play(planned).events), foldedContent(document.events)];
          assert.deepEqual(streamed.calls, whole.calls);
          // Words of blocks that were mixed keep the order of their arrival, which a document cannot show.
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
