/**
 * Prints the events of every transcript, of any upstream format, and generated streams for a client of generateContent. The
 * laws are in `lib/wire/gemini/served/laws.md`.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { foldMessage } from '../../../../lib/anthropic/fold.ts';
import type { StreamEvent } from '../../../../lib/anthropic/events.ts';
import { geminiDecoder } from '../../../../lib/wire/gemini/stream.ts';
import { runs } from '../../../support/arbitraries.ts';
import { run, utf8 } from '../../../support/decode.ts';
import { generatedGemini } from '../../../support/gemini/generated.ts';
import { randomGemini } from '../../../support/gemini/random.ts';
import {
  chunksIn,
  contentIn,
  obeysLaws,
  printed,
  printerFor,
  whole,
  type Content,
} from '../../../support/gemini/served.ts';
import { decode } from '../../../support/laws.ts';
import { foldedContent } from '../../../support/properties.ts';
import { transcripts } from '../../../support/transcripts.ts';
import { decoder, formats, route, turn } from '../../../support/turns.ts';

const hidden = { generationConfig: {} };

/** What the client must find of the events. */
function expected(events: readonly StreamEvent[], isWhole = false): Omit<Content, 'error'> {
  const failed = events.at(-1)?.type === 'error';
  const message = foldMessage(events);
  const content = message?.content ?? [];
  return {
    text: content.map(({ type, text }) => (type === 'text' ? (text ?? '') : '')).join(''),
    thinking: content.map(({ thinking }) => thinking ?? '').join(''),
    calls: content.flatMap(({ type, id = '', name = '', input }) =>
      type === 'tool_use' ? [{ id, name, args: input }] : [],
    ),
    finish: failed && !isWhole ? undefined : finishes[message?.stop_reason ?? 'end_turn'],
  };
}

const finishes: Readonly<Record<string, string>> = {
  end_turn: 'STOP',
  tool_use: 'STOP',
  stop_sequence: 'STOP',
  pause_turn: 'STOP',
  max_tokens: 'MAX_TOKENS',
  model_context_window_exceeded: 'MAX_TOKENS',
  refusal: 'SAFETY',
};

/**
 * As JSON holds it. In a turn that was cut, a call without arguments may be one that lost them: only the fold knows that the
 * turn was cut before it has to decide.
 */
function comparable({ text, thinking, calls, finish }: Omit<Content, 'error'>): unknown {
  const isCut = finish === 'MAX_TOKENS' || finish === 'SAFETY';
  const whole = calls.filter(({ args }) => !isCut || JSON.stringify(args) !== '{}');
  return JSON.parse(JSON.stringify({ text, thinking, calls: whole, finish }));
}

function check(events: readonly StreamEvent[]): void {
  for (const form of ['sse', 'array'] as const) {
    const chunks = chunksIn(printed(events, printerFor(undefined, form)), form);
    obeysLaws(chunks);
    assert.deepEqual(comparable(contentIn(chunks)), comparable(expected(events)));
    const quiet = chunksIn(printed(events, printerFor(hidden, form)), form);
    obeysLaws(quiet, { shown: false });
    assert.deepEqual(comparable(contentIn(quiet)), comparable({ ...expected(events), thinking: '' }));
  }
  if (foldMessage(events)?.stop_reason === null || events.at(-1)?.type === 'error') return;
  const answer = whole(events, printerFor());
  obeysLaws([answer]);
  assert.deepEqual(comparable(contentIn([answer])), comparable(expected(events, true)));
}

for (const format of formats)
  describe(`${format} transcripts`, () => {
    for (const transcript of transcripts(format))
      test(transcript.name, () => check(decode(transcript).events));
  });

describe('generated', () => {
  test('the content of random answers arrives, and the laws hold', () => {
    fc.assert(
      fc.property(randomGemini, (frames) => check(run(decoder('gemini'), [utf8(frames.join(''))]).events)),
      runs,
    );
  });

  test('the codec of this format reads what was printed as the same answer', () => {
    fc.assert(
      fc.property(generatedGemini, fc.constantFrom('sse' as const, 'array' as const), (answer, form) => {
        const { events } = run(decoder('gemini'), answer.frames.map(utf8));
        const bytes = utf8(printed(events, printerFor(undefined, form)));
        const again = run(geminiDecoder(route('gemini'), turn()), [bytes]);
        assert.deepEqual(foldedContent(again.events), foldedContent(events));
      }),
      runs,
    );
  });
});
