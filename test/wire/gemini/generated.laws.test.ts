/** The laws of the gemini decoder, for streams nobody wrote. `FC_RUNS` sets how many. */
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
  test('whatever comes, what leaves is lawful, however it is cut', () => {
    fc.assert(
      fc.property(randomGemini, cutPoints, fc.boolean(), (frames, cuts, search) => {
        const { events } = checkLaws('gemini', utf8(frames.join('')), cuts, { search });
        if (!/"finishReason":"\w|"blockReason":"/.test(frames.join('')))
          assert.equal(events.at(-1)?.type, 'error');
      }),
      runs,
    );
  });

  test('whatever comes, nothing is taken back', () => {
    fc.assert(
      fc.property(randomGemini, anyShare, (frames, share) => checkPrefix('gemini', frames, share)),
      runs,
    );
  });

  test('text, thoughts and calls arrive as they were sent, each call in its own spelling', () => {
    fc.assert(
      fc.property(generatedGemini, (planned) => {
        const heard = play(planned);
        assert.equal(brokenRule(heard.events), undefined);
        checkGemini(planned, heard);
      }),
      runs,
    );
  });

  test('one JSON document means what the stream means', () => {
    fc.assert(
      fc.property(generatedGemini, (planned) => {
        const document = run(decoder('gemini'), [utf8(planned.document)]);
        assert.equal(brokenRule(document.events), undefined);
        assert.deepEqual(foldedContent(play(planned).events), foldedContent(document.events));
      }),
      runs,
    );
  });

  test('sent back, every signature stands on the part it came with', () => {
    fc.assert(
      fc.property(generatedGemini, (planned) => {
        const returned = sentBack(planned);
        const own = (part: GeminiPart): string => `${kindOf(part)} ${part.thoughtSignature}`;
        const came = planned.parts.filter(({ signature }) => signature !== undefined).map(ownOf);
        const went = returned.filter(({ thoughtSignature }) => thoughtSignature !== undefined).map(own);
        // Two may be given up: one behind the last words, and of two on one text the first.
        for (const one of went) assert.ok(came.includes(one), `${one} of ${came.join(', ')}`);
        const calls = planned.parts.flatMap((part) =>
          part.type === 'call' && part.signature ? [ownOf(part)] : [],
        );
        const thoughts = planned.parts.flatMap((part) =>
          part.type === 'thinking' && part.signature && part.text !== '' ? [ownOf(part)] : [],
        );
        for (const one of [...calls, ...thoughts]) assert.ok(went.includes(one), `${one} is lost`);
        const words = returned.map(({ text, thought }) => (thought ? '' : (text ?? ''))).join('');
        assert.equal(wellFormed(words).replace(/\s/g, ''), wellFormed(planned.text).replace(/\s/g, ''));
      }),
      runs,
    );
  });
});

function play({ frames }: GeneratedGemini) {
  return run(decoder('gemini'), frames.map(utf8));
}

/** What Claude Code would return of the answer, as parts for the model that made it. */
function sentBack(planned: GeneratedGemini): GeminiPart[] {
  const content = (foldMessage(play(planned).events)?.content ?? []) as ContentBlock[];
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

function ownOf(part: GeneratedPart): string {
  if (part.type === 'call') return `call ${part.name} ${part.signature}`;
  return `${part.type} ${JSON.stringify(wellFormed(part.text))} ${part.signature}`;
}
