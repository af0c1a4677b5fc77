/** Damaged bytes: every transcript, mutated, into each decoder. Never an exception, never an unlawful stream. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { cutPoints, runs } from '../support/arbitraries.ts';
import { slices } from '../support/cuts.ts';
import { run, utf8 } from '../support/decode.ts';
import { staysLawful } from '../support/properties.ts';
import { readReceived } from '../support/received.ts';
import { transcripts } from '../support/transcripts.ts';
import { decoder, formats } from '../support/turns.ts';

const all = formats.flatMap((format) => transcripts(format).map(({ bytes }) => bytes));

type Mutation = (bytes: Uint8Array) => Uint8Array;

/** One piece of damage at a share of the stream, as a network, a proxy or a template may do it. */
const mutation: fc.Arbitrary<Mutation> = fc
  .record({
    kind: fc.constantFrom('flip', 'drop', 'repeat', 'insert', 'cut', 'swap'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 1, max: 80 }),
    junk: fc.oneof(
      fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom(
          '\n\n',
          '\r',
          '"',
          '}',
          '{',
          'null',
          ',"index":1',
          'data: ',
          'event: error\n',
          '"finish_reason":"stop"',
          '\\',
          '\ufeff',
        )
        .map((text) => Buffer.from(text)),
    ),
  })
  .map(({ kind, at, length, junk }) => (bytes) => {
    const from = Math.floor(at * bytes.length);
    const [head, piece, tail] = [
      bytes.subarray(0, from),
      bytes.subarray(from, from + length),
      bytes.subarray(from + length),
    ];
    switch (kind) {
      case 'flip':
        return Buffer.concat([
          head,
          piece.map((byte, i) => (i === 0 ? byte ^ (1 << (length % 8)) : byte)),
          tail,
        ]);
      case 'drop':
        return Buffer.concat([head, tail]);
      case 'repeat':
        return Buffer.concat([head, piece, piece, tail]);
      case 'insert':
        return Buffer.concat([head, junk, piece, tail]);
      case 'cut':
        return Buffer.concat([head]);
      default:
        return Buffer.concat([head, tail, piece]);
    }
  });

describe('damaged bytes', () => {
  for (const format of formats) {
    test(`the ${format} decoder stays lawful`, () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...all),
          fc.array(mutation, { minLength: 1, maxLength: 4 }),
          cutPoints,
          (bytes, mutations, cuts) => {
            const damaged = mutations.reduce((so, mutate) => mutate(so), bytes);
            staysLawful(format, damaged, cuts, { quirks: { inlineThink: true, leakedThinkEnd: true } });
          },
        ),
        runs,
      );
    });

    test(`any bytes at all into the ${format} decoder`, () => {
      fc.assert(
        fc.property(
          fc.uint8Array({ maxLength: 300 }),
          cutPoints,
          (bytes, cuts) => void staysLawful(format, bytes, cuts),
        ),
        runs,
      );
    });
  }
});

describe('a data line of 4 MB in reads of 1 KB', () => {
  const text = 'The quick brown fox — 你好 🙂 '.repeat(130_000);

  test('chat: text and arguments arrive whole', () => {
    const args = JSON.stringify({ content: text });
    const chunk = {
      choices: [
        {
          index: 0,
          delta: {
            content: text,
            tool_calls: [{ index: 0, id: 'call_1', function: { name: 'Write', arguments: args } }],
          },
          finish_reason: 'stop',
        },
      ],
    };
    const { events } = run(decoder('chat'), slices(utf8(`data: ${JSON.stringify(chunk)}\n\n`), 1024));
    const heard = readReceived(events);
    assert.equal(heard.ended, 'stopped');
    assert.ok(heard.text === text && heard.calls[0]?.args === args);
  });

  test('messages: text arrives whole', () => {
    const stream = [
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } },
    ];
    const bytes = utf8(
      stream.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
    );
    const heard = readReceived(run(decoder('messages'), slices(bytes, 1024)).events);
    assert.equal(heard.ended, 'stopped');
    assert.ok(heard.text === text);
  });
});

test('what waits is bounded: arguments without end, and no name for them', () => {
  const piece = JSON.stringify('x'.repeat(1024 * 1024));
  const chunk = utf8(
    `data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":${piece}}}]}}]}\n\n`,
  );
  const chat = decoder('chat');
  const heard = Array.from({ length: 65 }, () => [...chat.step(chunk)]).flat();
  assert.deepEqual(
    heard.map(({ type }) => type),
    ['message_start', 'failed', 'error'],
  );
  assert.deepEqual([...chat.flush()], []);
});
