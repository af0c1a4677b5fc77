/** Tests that the facts of an answer are those that the provider sent, in pieces of bytes and as one document. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RecordedUpstream } from '../../../lib/doctor/bench/recorded-exchange.ts';
import { readFacts } from '../../../lib/doctor/verify/facts/read.ts';
import { emulatedFormats } from '../../../lib/emulator/formats.ts';
import type { AnswerHead } from '../../../lib/emulator/formats/format.ts';
import { callTogether, finish, say, think, usage, type Script } from '../../../lib/emulator/script.ts';
import { wireFormats } from '../../../lib/wire/formats.ts';

const head: AnswerHead = {
  id: 'x1',
  model: 'model-that-answers',
  created: 1,
  flavour: 'plain',
  inputTokens: 9,
};
const script: Script = [
  think('Größe matters.'),
  say('Größe, 大きさ: 🙂'),
  callTogether({ name: 'one', input: { city: 'Łódź' }, id: 'same' }, { name: 'two', input: {}, id: 'same' }),
  usage({ input: 100, cached: 40, output: 30 }),
  finish('length'),
];

function side(bytes: Uint8Array, size: number): RecordedUpstream {
  const count = Math.ceil(bytes.length / size);
  const chunks = Array.from({ length: count }, (_, at) => ({
    atMs: at,
    bytes: bytes.subarray(at * size, (at + 1) * size),
  }));
  return { url: '', sentMs: 0, status: 200, headers: {}, chunks, ended: 'complete', endedMs: count };
}

for (const format of wireFormats) {
  const emulated = emulatedFormats[format];
  describe(emulated ? format : `${format} (skipped: it is not emulated)`, { skip: !emulated }, () => {
    for (const [how, whole] of [
      ['a stream', false],
      ['one document', true],
    ] as const)
      for (const size of [1, 7, 100_000])
        test(`${how} in pieces of ${size} bytes`, () => {
          const frames = whole ? emulated?.whole(script, head) : emulated?.stream(script, head);
          const text = [...(frames ?? [])]
            .map((frame) => (frame.type === 'event' ? frame.text : ''))
            .join('');
          const facts = readFacts(side(new TextEncoder().encode(text), size), format);
          assert.equal(facts.text, 'Größe, 大きさ: 🙂');
          if (!whole || format !== 'responses') assert.equal(facts.thinking, 'Größe matters.');
          assert.equal(facts.model, 'model-that-answers');
          assert.equal(facts.finish, 'length');
          assert.deepEqual(
            facts.calls.map(({ name, json }) => [name, JSON.parse(json)]),
            [
              ['one', { city: 'Łódź' }],
              ['two', {}],
            ],
          );
          if (format !== 'gemini')
            assert.deepEqual(
              facts.calls.map(({ id }) => id),
              ['same', 'same'],
            );
          assert.deepEqual([facts.usage?.input, facts.usage?.cached, facts.usage?.output], [100, 40, 30]);
          const characters = facts.pieces.reduce((sum, piece) => sum + piece.characters, 0);
          assert.equal(characters, facts.text.length + facts.thinking.length);
        });
    test('what is no answer has no facts, and no error', () => {
      for (const text of [
        '',
        '[]',
        'null',
        '<html>',
        'data: {"choices":[null,{"delta":7}],"usage":[]}\n\n',
        'data: [DONE]\n\n',
      ]) {
        const { finish: reason, pieces, calls } = readFacts(side(new TextEncoder().encode(text), 5), format);
        assert.deepEqual([reason, pieces, calls], [undefined, [], []]);
      }
    });
  });
}
