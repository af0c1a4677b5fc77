/**
 * Streams of upstreams of the same format, good and bad ones: what passes to the client obeys the laws, holds what the codec
 * reads from the stream, and does not depend on how the bytes are cut.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { StreamEvent } from '../../../../lib/anthropic/events.ts';
import { foldMessage } from '../../../../lib/anthropic/fold.ts';
import { brokenRule } from '../../../../lib/anthropic/grammar.ts';
import { same } from '../../../../lib/wire/gemini/served/same.ts';
import { cutPoints, runs, atShares } from '../../../support/arbitraries.ts';
import { cutAt, slices } from '../../../support/cuts.ts';
import { run, utf8 } from '../../../support/decode.ts';
import { generatedGemini } from '../../../support/gemini/generated.ts';
import { randomGemini } from '../../../support/gemini/random.ts';
import {
  chunksIn,
  contentIn,
  model,
  obeysLaws,
  printed,
  printerFor,
  type Form,
} from '../../../support/gemini/served.ts';
import { transcripts } from '../../../support/transcripts.ts';
import { decoder, route, turn, type TurnOptions } from '../../../support/turns.ts';

function passed(pieces: readonly Uint8Array[], form: Form = 'sse', options: TurnOptions = {}): string {
  const decoding = same.decodeStream(route('gemini', options.quirks), turn({ ...options, model }));
  const { events } = run(decoding, pieces);
  assert.equal(brokenRule(events), undefined);
  return printed(events, printerFor(undefined, form));
}

/** The answer without what only a client of this format sees, such as a file. */
function content(text: string, form: Form): unknown {
  const chunks = chunksIn(text, form);
  obeysLaws(chunks, { passed: true });
  const { calls, ...rest } = contentIn(chunks);
  const failed = rest.error !== undefined;
  const isCut = rest.finish !== undefined && rest.finish !== 'STOP';
  return {
    text: rest.text,
    thinking: rest.thinking,
    calls: calls
      .map(({ name, args }) => `${name} ${JSON.stringify(args)}`)
      .filter((one) => !isCut || !one.endsWith(' {}')),
    failed,
  };
}

function decoded(events: readonly StreamEvent[]): unknown {
  const message = foldMessage(events);
  const blocks = message?.content ?? [];
  const failed = events.at(-1)?.type === 'error';
  const isCut = message?.stop_reason === 'max_tokens' || message?.stop_reason === 'refusal';
  return {
    text: blocks.map(({ type, text = '' }) => (type === 'text' ? text : '')).join(''),
    thinking: blocks.map(({ thinking = '' }) => thinking).join(''),
    calls: blocks
      .flatMap(({ type, name = '', input }) =>
        type === 'tool_use' ? [`${name} ${JSON.stringify(input)}`] : [],
      )
      .filter((one) => !isCut || !one.endsWith(' {}')),
    failed,
  };
}

/** A stream that fails has sent what had come; the codec's decoder and the client may differ in what was still held. */
function compare(bytes: Uint8Array, options: TurnOptions = {}): void {
  const { events } = run(decoder('gemini', { ...options, model }), [bytes]);
  const expected = decoded(events);
  for (const form of ['sse', 'array'] as const) {
    const actual = content(passed([bytes], form, options), form);
    if (events.at(-1)?.type === 'error') assert.equal((actual as { failed: boolean }).failed, true);
    else assert.deepEqual(actual, expected);
  }
}

/** Where the client sees more than the events say: Google's own parts pass as they are. */
const others = new Set(['code-execution', 'parts-of-other-kinds']);

describe('transcripts', () => {
  for (const { name, bytes, options } of transcripts('gemini'))
    test(name, () => {
      if (!others.has(name)) compare(bytes, options);
      const whole = passed([bytes], 'sse', options);
      assert.equal(
        passed(slices(bytes, 1), 'sse', options).replaceAll('\n\n\n\n', '\n\n'),
        whole.replaceAll('\n\n\n\n', '\n\n'),
      );
    });
});

test('random frames', () => {
  fc.assert(
    fc.property(randomGemini, cutPoints, (frames, cuts) => {
      const bytes = utf8(frames.join(''));
      const text = passed([bytes]);
      obeysLaws(chunksIn(text, 'sse'), { passed: true });
      assert.equal(passed(cutAt(bytes, atShares(bytes, cuts))), text);
      if (!/executableCode|codeExecutionResult/.test(frames.join(''))) compare(bytes);
    }),
    runs,
  );
});

test('generated answers', () => {
  fc.assert(
    fc.property(generatedGemini, ({ frames }) => compare(utf8(frames.join('')))),
    runs,
  );
});
