/** Property tests with damaged streams: no decoder throws or breaks a law. `npm run fuzz` makes twenty times as many runs. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Decoded } from '../../lib/anthropic/events.ts';
import { slices } from '../support/cuts.ts';
import { outputsOf, run, utf8 } from '../support/decode.ts';
import { fuzzed, checkFuzzed } from '../support/fuzzed.ts';
import { readReceived } from '../support/received.ts';
import { runsOf } from '../support/sampling.ts';
import { decoder, formats } from '../support/turns.ts';

for (const format of formats) {
  test(`the ${format} decoder obeys the laws for damaged streams in any chunks`, () => {
    fc.assert(
      fc.property(fuzzed(format), (input) => checkFuzzed(format, input)),
      runsOf(5000),
    );
  });
}

describe('a data line of 4 MB in chunks of 1 KB', () => {
  const text = 'The quick brown fox — 你好 🙂 '.repeat(130_000);

  test('chat: text and arguments arrive unchanged', () => {
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
    const received = readReceived(events);
    assert.equal(received.ended, 'stopped');
    assert.ok(received.text === text && received.calls[0]?.args === args);
  });

  test('messages: text arrives unchanged', () => {
    const stream = [
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } },
    ];
    const bytes = utf8(
      stream.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
    );
    const received = readReceived(run(decoder('messages'), slices(bytes, 1024)).events);
    assert.equal(received.ended, 'stopped');
    assert.ok(received.text === text);
  });
});

test('arguments without a name fail the turn beyond the limit', () => {
  const piece = JSON.stringify('x'.repeat(1024 * 1024));
  const chunk = utf8(
    `data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":${piece}}}]}}]}\n\n`,
  );
  const chat = decoder('chat');
  const received = Array.from({ length: 65 }, () =>
    outputsOf<Decoded>((emit) => chat.step(chunk, emit)),
  ).flat();
  assert.deepEqual(
    received.map(({ type }) => type),
    ['message_start', 'failed', 'error'],
  );
  assert.deepEqual(
    outputsOf<Decoded>((emit) => chat.flush(emit)),
    [],
  );
});
