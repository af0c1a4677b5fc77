/** How events are encoded (L11), and which of them are content (P2). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  asReceived,
  encodeEvent,
  isContent,
  messageStart,
  usageOf,
  type Delta,
  type StreamEvent,
} from '../../lib/anthropic/events.ts';

const delta = (delta: object): StreamEvent => ({
  type: 'content_block_delta',
  index: 0,
  delta: delta as Delta,
});
const start = (type: string): StreamEvent => ({
  type: 'content_block_start',
  index: 0,
  content_block: { type },
});

test('an event is two lines and a blank line, whatever its content', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const event = delta({ type: 'text_delta', text: `${text}\r\n\u2028` });
      const lines = encodeEvent(event).split(/\r\n|\r|\n/);
      assert.deepEqual(
        [lines.length, lines[0], lines[2], lines[3]],
        [4, 'event: content_block_delta', '', ''],
      );
      assert.deepEqual(JSON.parse(lines[1]?.slice('data: '.length) ?? ''), JSON.parse(JSON.stringify(event)));
    }),
  );
});

describe('the original text of an event', () => {
  test('is sent byte for byte, but not for a copy', () => {
    const event = asReceived<StreamEvent>({ type: 'ping' }, '{ "type":  "ping" }');
    assert.equal(encodeEvent(event), 'event: ping\ndata: { "type":  "ping" }\n\n');
    assert.equal(encodeEvent({ ...event }), 'event: ping\ndata: {"type":"ping"}\n\n');
  });
  for (const data of ['', '{\n"type":"ping"}', '{"type":\r"ping"}'])
    test(`is not kept if it is ${JSON.stringify(data)}`, () =>
      assert.equal(
        encodeEvent(asReceived({ type: 'ping' }, data)),
        'event: ping\ndata: {"type":"ping"}\n\n',
      ));
});

test('content excludes starts, empty deltas, usage and pings', () => {
  const content = [
    delta({ type: 'text_delta', text: ' ' }),
    delta({ type: 'thinking_delta', thinking: 'a' }),
    delta({ type: 'signature_delta', signature: 'S' }),
    delta({ type: 'input_json_delta', partial_json: '{' }),
    start('tool_use'),
    start('redacted_thinking'),
  ];
  const frame: StreamEvent[] = [
    messageStart('msg_1', 'm', usageOf(3)),
    start('text'),
    start('thinking'),
    delta({ type: 'text_delta', text: '' }),
    delta({ type: 'thinking_delta', thinking: '' }),
    delta({ type: 'signature_delta', signature: '' }),
    { type: 'content_block_stop', index: 0 },
    { type: 'ping' },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: {} },
    { type: 'message_stop' },
  ];
  for (const event of content) assert.equal(isContent(event), true, JSON.stringify(event));
  for (const event of frame) assert.equal(isContent(event), false, JSON.stringify(event));
});

test('message_start has every field that clients read, and keeps additional fields (L1)', () => {
  assert.deepEqual(messageStart('msg_1', 'm', usageOf(3), { role: 'x', extra: 1 }).message, {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 3, output_tokens: 0 },
    extra: 1,
  });
});
