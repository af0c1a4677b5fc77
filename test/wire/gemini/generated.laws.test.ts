/** Properties of the Gemini decoder on random and generated streams. `FC_RUNS` sets the number of runs. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { foldMessage } from '../../../lib/anthropic/fold.ts';
import { brokenRule } from '../../../lib/anthropic/grammar.ts';
import type { ContentBlock } from '../../../lib/anthropic/request.ts';
import { wellFormed } from '../../../lib/wire/encode/text.ts';
import { toContents } from '../../../lib/wire/gemini/contents.ts';
import type { GeminiPart } from '../../../lib/wire/gemini/types.ts';
import { anyShare, cutPoints, runs } from '../../support/arbitraries.ts';
import { run, utf8 } from '../../support/decode.ts';
import { generatedGemini, type GeneratedGemini, type GeneratedPart } from '../../support/gemini/generated.ts';
import { randomGemini } from '../../support/gemini/random.ts';
import { checkGemini } from '../../support/generated.ts';
import { foldedContent, checkLaws, checkPrefix } from '../../support/properties.ts';
import { decoder, route } from '../../support/turns.ts';

describe('gemini, generated', () => {
  test('random frames decode to a stream that obeys the laws, however they are cut', () => {
    fc.assert(
      fc.property(randomGemini, cutPoints, fc.boolean(), (frames, cuts, search) => {
        const { events } = checkLaws('gemini', utf8(frames.join('')), cuts, { search });
        if (!/"finishReason":"\w|"blockReason":"/.test(frames.join('')))
          assert.equal(events.at(-1)?.type, 'error');
      }),
      runs,
    );
  });

  test('the output for a prefix is a prefix of the whole output', () => {
    fc.assert(
      fc.property(randomGemini, anyShare, (frames, share) => checkPrefix('gemini', frames, share)),
      runs,
    );
  });

  test('text, thoughts and calls arrive as they were sent, with the exact spelling of arguments', () => {
    fc.assert(
      fc.property(generatedGemini, (expected) => {
        const decoded = play(expected);
        assert.equal(brokenRule(decoded.events), undefined);
        checkGemini(expected, decoded);
      }),
      runs,
    );
  });

  test('one JSON document decodes to the same content as the stream', () => {
    fc.assert(
      fc.property(generatedGemini, (expected) => {
        const document = run(decoder('gemini'), [utf8(expected.document)]);
        assert.equal(brokenRule(document.events), undefined);
        assert.deepEqual(foldedContent(play(expected).events), foldedContent(document.events));
      }),
      runs,
    );
  });

  test('every signature returns on the part it came with', () => {
    fc.assert(
      fc.property(generatedGemini, (expected) => {
        const returned = sentBack(expected);
        const actualKey = (part: GeminiPart): string => `${kindOf(part)} ${part.thoughtSignature}`;
        const received = expected.parts.filter(({ signature }) => signature !== undefined).map(expectedKey);
        const sent = returned.filter(({ thoughtSignature }) => thoughtSignature !== undefined).map(actualKey);
        // Two may be dropped: one after the last text, and the first of two on the same text.
        for (const one of sent) assert.ok(received.includes(one), `${one} of ${received.join(', ')}`);
        const calls = expected.parts.flatMap((part) =>
          part.type === 'call' && part.signature ? [expectedKey(part)] : [],
        );
        const thoughts = expected.parts.flatMap((part) =>
          part.type === 'thinking' && part.signature && part.text !== '' ? [expectedKey(part)] : [],
        );
        for (const one of [...calls, ...thoughts]) assert.ok(sent.includes(one), `${one} is lost`);
        const text = returned.map((part) => (part.thought ? '' : (part.text ?? ''))).join('');
        assert.equal(wellFormed(text).replace(/\s/g, ''), wellFormed(expected.text).replace(/\s/g, ''));
      }),
      runs,
    );
  });
});

function play({ frames }: GeneratedGemini) {
  return run(decoder('gemini'), frames.map(utf8));
}

/** The answer as Claude Code returns it, encoded for the same model. */
function sentBack(expected: GeneratedGemini): GeminiPart[] {
  const content = (foldMessage(play(expected).events)?.content ?? []) as ContentBlock[];
  const contents = toContents(
    [
      { role: 'user', content: 'go' },
      { role: 'assistant', content },
    ],
    route('gemini'),
  );
  return contents.filter(({ role }) => role === 'model').flatMap(({ parts }) => parts);
}

function kindOf({ text, thought, functionCall }: GeminiPart): string {
  if (functionCall) return `call ${functionCall.name}`;
  return `${thought ? 'thinking' : 'text'} ${JSON.stringify(wellFormed(text ?? ''))}`;
}

function expectedKey(part: GeneratedPart): string {
  if (part.type === 'call') return `call ${part.name} ${part.signature}`;
  return `${part.type} ${JSON.stringify(wellFormed(part.text))} ${part.signature}`;
}
