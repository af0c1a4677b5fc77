/** Several choices or candidates that were not requested are one answer in parts (L9). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { AnswerBlock, Remark, StopReason } from '../../../lib/anthropic/events.ts';
import { foldMessage } from '../../../lib/anthropic/fold.ts';
import { choices, type ContentKind } from '../../../lib/wire/decode/choices.ts';
import { finishTracker } from '../../../lib/wire/decode/finish.ts';
import { runs } from '../../support/arbitraries.ts';
import { run, utf8 } from '../../support/decode.ts';
import { decoder } from '../../support/turns.ts';

function setUp() {
  const remarks: Remark[] = [];
  const finish = finishTracker((remark) => void remarks.push(remark));
  let dropped = 0;
  const parts = choices(finish, () => void dropped++);
  return {
    remarks,
    finish,
    dropped: () => dropped,
    accept: (index: number, ...kinds: ContentKind[]) => [...parts.accept(index, kinds)],
    isPart: (index: number) => parts.isPart(index),
    end: (index: number, reason: StopReason) => parts.end(index, () => finish.set(reason)),
  };
}

describe('choices', () => {
  test('each kind of content belongs to the first choice that carries it', () => {
    const { accept, dropped } = setUp();
    assert.deepEqual(accept(1, 'text'), ['text']);
    assert.deepEqual(accept(0, 'text', 'calls'), ['calls']);
    assert.equal(dropped(), 1);
    assert.deepEqual(accept(1, 'calls', 'text'), ['text']);
    assert.deepEqual(accept(2, 'thinking', 'calls'), ['thinking']);
    assert.equal(dropped(), 3);
  });

  test('the answer has finished when all its parts have, and a cut in any part cuts it', () => {
    const { accept, end, finish } = setUp();
    accept(0, 'text');
    accept(1, 'calls');
    end(0, 'max_tokens');
    assert.equal(finish.reason(), undefined);
    end(1, 'tool_use');
    assert.equal(finish.reason(), 'max_tokens');
  });

  test('content in another choice after the finish resumes the answer', () => {
    const { accept, end, finish, remarks } = setUp();
    accept(0, 'text');
    end(0, 'end_turn');
    assert.equal(finish.reason(), 'end_turn');
    accept(1, 'calls');
    assert.equal(finish.reason(), undefined);
    end(1, 'tool_use');
    assert.equal(finish.reason(), 'tool_use');
    assert.deepEqual(
      remarks.map(({ type }) => type),
      ['finished', 'resumed', 'finished'],
    );
  });

  test('the finish of a choice without content counts only while no choice has any', () => {
    const { accept, end, finish, isPart } = setUp();
    end(0, 'max_tokens');
    assert.equal(finish.reason(), 'max_tokens');
    accept(1, 'text');
    assert.equal(finish.reason(), undefined);
    assert.ok(!isPart(0));
    end(0, 'refusal');
    assert.equal(finish.reason(), undefined);
    end(1, 'end_turn');
    assert.equal(finish.reason(), 'end_turn');
  });

  test('a finish before the content of the same choice counts', () => {
    const { accept, end, finish } = setUp();
    end(3, 'end_turn');
    accept(3, 'text');
    assert.equal(finish.reason(), 'end_turn');
  });
});

/** One piece of content in one choice; a call comes whole. */
interface Piece {
  choice: number;
  kind: ContentKind;
  text: string;
}

const piece: fc.Arbitrary<Piece> = fc.record({
  choice: fc.nat(2),
  kind: fc.constantFrom('text', 'thinking', 'calls'),
  text: fc.string({ minLength: 1, maxLength: 4 }),
});

const input = (text: string): string => JSON.stringify({ file_path: text });

interface Wire {
  part: (piece: Piece, n: number) => object;
  chunk: (choice: number, part: object) => object;
  finish: (choice: number) => object;
}

const wireFormats: Record<'chat' | 'gemini', Wire> = {
  chat: {
    part: ({ kind, text }: Piece, n: number) =>
      kind === 'text'
        ? { content: text }
        : kind === 'thinking'
          ? { reasoning_content: text }
          : {
              tool_calls: [
                {
                  index: n,
                  id: `c${n}`,
                  type: 'function',
                  function: { name: 'Read', arguments: input(text) },
                },
              ],
            },
    chunk: (choice: number, part: object) => ({ choices: [{ index: choice, delta: part }] }),
    finish: (choice: number) => ({ choices: [{ index: choice, delta: {}, finish_reason: 'stop' }] }),
  },
  gemini: {
    part: ({ kind, text }: Piece, n: number) =>
      kind === 'calls'
        ? { functionCall: { id: `c${n}`, name: 'Read', args: { file_path: text } } }
        : { text, ...(kind === 'thinking' && { thought: true }) },
    chunk: (choice: number, part: object) => ({
      candidates: [{ index: choice, content: { parts: [part] } }],
    }),
    finish: (choice: number) => ({ candidates: [{ index: choice, finishReason: 'STOP' }] }),
  },
};

for (const [format, { part, chunk, finish }] of Object.entries(wireFormats))
  test(`${format}: in any interleaving, nothing of the answer is lost and nothing comes twice`, () => {
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
        const owner = (kind: ContentKind) => pieces.find((one) => one.kind === kind)?.choice;
        const expected = (kind: ContentKind) =>
          pieces.filter((one) => one.kind === kind && one.choice === owner(kind)).map(({ text }) => text);
        const chunks = [
          ...pieces.map((one, n) => chunk(one.choice, part(one, n))),
          ...[...new Set(pieces.map(({ choice }) => choice))].map((choice) => finish(choice)),
        ];
        const bytes = chunks.map((json) => utf8(`data: ${JSON.stringify(json)}\n\n`));
        const { events } = run(decoder(format as 'chat' | 'gemini'), bytes);
        const { content } = foldMessage(events) as { content: AnswerBlock[] };
        const joined = (type: 'text' | 'thinking') => content.map((block) => block[type] ?? '').join('');
        assert.equal(joined('text'), expected('text').join(''));
        assert.equal(joined('thinking'), expected('thinking').join(''));
        assert.deepEqual(
          content.filter(({ type }) => type === 'tool_use').map((block) => JSON.stringify(block.input)),
          expected('calls').map(input),
        );
        assert.equal(events.at(-1)?.type, 'message_stop');
      }),
      runs,
    );
  });
