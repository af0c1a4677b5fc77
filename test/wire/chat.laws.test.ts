/** The laws of the chat decoder, for streams nobody wrote. `FC_RUNS` sets how many. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { brokenRule } from '../../lib/anthropic/grammar.ts';
import { anyShare, cutPoints, runs } from '../support/arbitraries.ts';
import { plannedChat, type Planned } from '../support/chat/planned.ts';
import { wildChat } from '../support/chat/wild.ts';
import { run, utf8 } from '../support/decode.ts';
import { chatArrives } from '../support/planned.ts';
import { meaning, staysLawful, takesNothingBack } from '../support/properties.ts';
import { readReceived } from '../support/received.ts';
import { readSent } from '../support/sent.ts';
import { decoder } from '../support/turns.ts';

describe('chat, generated', () => {
  test('whatever comes, what leaves is lawful, however it is cut', () => {
    fc.assert(
      fc.property(wildChat, cutPoints, fc.boolean(), (frames, cuts, inlineThink) => {
        const bytes = utf8(frames.join(''));
        const { events } = staysLawful('chat', bytes, cuts, { quirks: { inlineThink } });
        if (!/"finish_reason":"\w|\[DONE\]/.test(frames.join(''))) assert.equal(events.at(-1)?.type, 'error');
      }),
      runs,
    );
  });

  test('whatever comes, nothing is taken back', () => {
    fc.assert(
      fc.property(wildChat, anyShare, (frames, share) => takesNothingBack('chat', frames, share)),
      runs,
    );
  });

  test('text, thinking and calls arrive as they were sent', () => {
    fc.assert(
      fc.property(plannedChat, (planned) => chatArrives(planned, play(planned))),
      runs,
    );
  });

  test('the output limit may fall anywhere: what had come passes as it came', () => {
    fc.assert(
      fc.property(plannedChat, anyShare, ({ frames }, share) => {
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
      fc.property(plannedChat, (planned) => {
        const document = run(decoder('chat'), [utf8(planned.document)]);
        assert.equal(brokenRule(document.events), undefined);
        assert.deepEqual(meaning(play(planned).events), meaning(document.events));
      }),
      runs,
    );
  });
});

function play({ frames }: Planned) {
  return run(decoder('chat'), frames.map(utf8));
}
