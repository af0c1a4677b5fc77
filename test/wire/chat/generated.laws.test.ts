/** Property tests of the chat decoder on generated streams. `FC_RUNS` sets the number of runs. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { brokenRule } from '../../../lib/anthropic/grammar.ts';
import { anyShare, cutPoints, runs } from '../../support/arbitraries.ts';
import { generatedChat, type GeneratedChat } from '../../support/chat/generated.ts';
import { randomChat } from '../../support/chat/random.ts';
import { run, utf8 } from '../../support/decode.ts';
import { checkChat } from '../../support/generated.ts';
import { foldedContent, checkLaws, checkPrefix } from '../../support/properties.ts';
import { readReceived } from '../../support/received.ts';
import { readSent } from '../../support/sent.ts';
import { decoder } from '../../support/turns.ts';

describe('chat, generated', () => {
  test('the output obeys the laws for any input and any chunks', () => {
    fc.assert(
      fc.property(randomChat, cutPoints, fc.boolean(), (frames, cuts, inlineThink) => {
        const bytes = utf8(frames.join(''));
        const { events } = checkLaws('chat', bytes, cuts, { quirks: { inlineThink } });
        if (!/"finish_reason":"\w|\[DONE\]/.test(frames.join(''))) assert.equal(events.at(-1)?.type, 'error');
      }),
      runs,
    );
  });

  test('a longer input never changes what was already sent', () => {
    fc.assert(
      fc.property(randomChat, anyShare, (frames, share) => checkPrefix('chat', frames, share)),
      runs,
    );
  });

  test('text, thinking and calls arrive unchanged', () => {
    fc.assert(
      fc.property(generatedChat, (planned) => checkChat(planned, play(planned))),
      runs,
    );
  });

  test('content before the output limit passes unchanged, wherever the limit cuts it off', () => {
    fc.assert(
      fc.property(generatedChat, anyShare, ({ frames }, share) => {
        const until = frames
          .slice(0, Math.round(share * frames.length))
          .filter((frame) => !/"finish_reason":"|DONE/.test(frame));
        const stream = [...until, 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}\n\n'];
        const sent = readSent('chat', utf8(stream.join('')));
        const { events } = run(decoder('chat'), stream.map(utf8));
        assert.equal(brokenRule(events), undefined);
        const received = readReceived(events);
        assert.equal(received.stopReason, 'max_tokens');
        assert.equal(received.text, sent.text);
        assert.equal(received.thinking, sent.thinking);
      }),
      runs,
    );
  });

  test('a JSON document decodes to the same content as the stream', () => {
    fc.assert(
      fc.property(generatedChat, (planned) => {
        const document = run(decoder('chat'), [utf8(planned.document)]);
        assert.equal(brokenRule(document.events), undefined);
        assert.deepEqual(foldedContent(play(planned).events), foldedContent(document.events));
      }),
      runs,
    );
  });
});

function play({ frames }: GeneratedChat) {
  return run(decoder('chat'), frames.map(utf8));
}
