/** The laws of the chat decoder, for streams nobody wrote. `FC_RUNS` sets how many. */
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
  test('whatever comes, what leaves is lawful, however it is cut', () => {
    fc.assert(
      fc.property(randomChat, cutPoints, fc.boolean(), (frames, cuts, inlineThink) => {
        const bytes = utf8(frames.join(''));
        const { events } = checkLaws('chat', bytes, cuts, { quirks: { inlineThink } });
        if (!/"finish_reason":"\w|\[DONE\]/.test(frames.join(''))) assert.equal(events.at(-1)?.type, 'error');
      }),
      runs,
    );
  });

  test('whatever comes, nothing is taken back', () => {
    fc.assert(
      fc.property(randomChat, anyShare, (frames, share) => checkPrefix('chat', frames, share)),
      runs,
    );
  });

  test('text, thinking and calls arrive as they were sent', () => {
    fc.assert(
      fc.property(generatedChat, (planned) => checkChat(planned, play(planned))),
      runs,
    );
  });

  test('the output limit may fall anywhere: what had come passes as it came', () => {
    fc.assert(
      fc.property(generatedChat, anyShare, ({ frames }, share) => {
        const until = frames
          .slice(0, Math.round(share * frames.length))
          .filter((frame) => !/"finish_reason":"|DONE/.test(frame));
        const stream = [...until, 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}\n\n'];
        const sent = readSent('chat', utf8(stream.join('')));
        const { events } = run(decoder('chat'), stream.map(utf8));
        assert.equal(brokenRule(events), undefined);
        const heard = readReceived(events);
        assert.equal(heard.stopReason, 'max_tokens');
        assert.equal(heard.text, sent.text);
        assert.equal(heard.thinking, sent.thinking);
      }),
      runs,
    );
  });

  test('one JSON document means what the stream means', () => {
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
