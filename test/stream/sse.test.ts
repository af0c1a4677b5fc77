/** Server-sent events, compared with eventsource-parser, an independent implementation of the standard. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { sseDecoder, type SseMessage } from '../../lib/stream/sse.ts';
import { transduce } from '../../lib/stream/transducer.ts';
import { cutAt, slices, withLineEnds } from '../support/cuts.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

function oracle(bytes: Uint8Array): SseMessage[] {
  const messages: SseMessage[] = [];
  const parser = createParser({ onEvent: ({ event = '', data }) => messages.push({ event, data }) });
  parser.feed(new TextDecoder().decode(bytes));
  // The oracle waits after a final CR, because an LF may follow.
  parser.feed('\n');
  return messages;
}

const ours = (pieces: Iterable<Uint8Array>, longest?: number) => transduce(sseDecoder(longest), pieces);

/** Streams in which a blank line ends every event. */
const streams: Record<string, string> = {
  plain: 'data: one\n\ndata: two\n\n',
  'named events': 'event: message_start\ndata: {"a":1}\n\nevent: ping\ndata: {}\n\n',
  'no space after the colon': 'event:ping\ndata:{"a":1}\n\n',
  'only the first space is removed': 'data:  two\ndata:\tx\n\n',
  comments: ': keep-alive\n\n:\ndata: a\n: between\ndata: b\n\n:last\n\n',
  'several data lines': 'data: {\ndata: "a": 1\ndata: }\n\n',
  'an empty line in the middle': 'data: a\ndata:\ndata: b\n\n',
  'fields without a colon': 'data\n\ndata\ndata\n\nevent\ndata: x\n\n',
  'empty data': 'data:\n\ndata: \n\n',
  'id, retry and unknown fields': 'id: 7\nretry: 10\nfoo: bar\ndata: x\nDATA: y\n data: z\n\n',
  'an event without data': 'event: lone\n\ndata: next\n\n',
  'the last of several event names counts': 'event: a\nevent: b\ndata: x\n\n',
  'an event name applies to one event': 'event: a\ndata: x\n\ndata: y\n\n',
  'a BOM': '\uFEFFdata: x\n\n',
  'blank lines first': '\n\n\ndata: x\n\n\n\n',
  'characters of every length': 'data: aé€😀\n\ndata: 日本語\u2028\u2029\u0085\n\n',
  'a colon in the value': 'data: a: b:c\n\n',
  'an empty stream': '',
};

describe('a table of streams, with every line end and chunk size', () => {
  for (const [name, text] of Object.entries(streams))
    for (const end of ['\n', '\r\n', '\r'] as const)
      test(`${name}, ${JSON.stringify(end)}`, () => {
        const bytes = end === '\n' ? bytesOf(text) : withLineEnds(bytesOf(text), end);
        const expected = oracle(bytesOf(text));
        assert.deepEqual(ours([bytes]), expected);
        for (let size = 1; size <= 7; size++)
          assert.deepEqual(ours(slices(bytes, size)), expected, `chunks of ${size}`);
      });
});

test('events that both implementations could get wrong', () => {
  const messages = (name: string) =>
    ours([bytesOf(streams[name] ?? '')]).map(({ event, data }) => `${event}|${data}`);
  assert.deepEqual(messages('several data lines'), ['|{\n"a": 1\n}']);
  assert.deepEqual(messages('an empty line in the middle'), ['|a\n\nb']);
  assert.deepEqual(messages('fields without a colon'), ['|', '|\n', '|x']);
  assert.deepEqual(messages('only the first space is removed'), ['| two\n\tx']);
  assert.deepEqual(messages('an event without data'), ['|next']);
});

test('any lines with any line ends, split anywhere, give the same events as the oracle', () => {
  const line = fc.oneof(
    fc.constantFrom(
      '',
      '',
      'data',
      'data:',
      'data: x',
      'event: e',
      'event',
      ': c',
      ':',
      'id: 1',
      'retry: 5',
      'x: y',
    ),
    fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => `data: ${text.replace(/[\r\n]/g, '')}`),
    fc.string({ maxLength: 8 }).map((text) => text.replace(/[\r\n]/g, '')),
  );
  const lines = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 30 });
  fc.assert(
    fc.property(lines, fc.array(fc.nat(400), { maxLength: 12 }), (lines, points) => {
      const bytes = bytesOf(`${lines.map((pair) => pair.join('')).join('')}\n\n`);
      assert.deepEqual(ours(cutAt(bytes, points)), oracle(bytes));
    }),
    { numRuns: 2000 },
  );
});

describe('deviations from the standard', () => {
  for (const text of ['data: a\n\ndata: b', 'data: a\n\ndata: b\n', 'data: a\n\ndata: b\r'])
    test(`an event without its final blank line is delivered and marked: ${JSON.stringify(text)}`, () => {
      const expected = [
        { event: '', data: 'a' },
        { event: '', data: 'b', problem: 'unterminated' },
      ];
      for (const size of [1, 2, 100]) assert.deepEqual(ours(slices(bytesOf(text), size)), expected);
    });

  test('a truncated character becomes U+FFFD', () => {
    const bytes = bytesOf('data: €').subarray(0, -1);
    assert.deepEqual(ours([bytes]), [{ event: '', data: '\uFFFD', problem: 'unterminated' }]);
  });

  test('an event name without data is not an event', () => assert.deepEqual(ours([bytesOf('event: e')]), []));

  test('each line of data counts for the memory it takes, so that empty ones have a limit, too', () => {
    const event = (lines: number): Uint8Array => bytesOf(`${'data:\n'.repeat(lines)}\n`);
    assert.equal(ours([event(10)], 1000)[0]?.problem, undefined);
    for (const size of [1, 7, 1000])
      assert.deepEqual(ours(slices(event(20), size), 1000), [{ event: '', data: '', problem: 'too_long' }]);
  });

  for (const [where, text] of Object.entries({
    'in one line': `data: ok\n\nevent: e\ndata: ${'x'.repeat(100)}\n\ndata: after\n\n`,
    'in many lines': `data: ok\n\nevent: e\n${'data: xxxxxxxxxx\n'.repeat(10)}\ndata: after\n\n`,
    'without an end': `data: ok\n\nevent: e\ndata: ${'x'.repeat(100)}`,
  }))
    test(`an event over the limit ends the decoding: ${where}`, () => {
      const expected = [
        { event: '', data: 'ok' },
        { event: 'e', data: '', problem: 'too_long' },
      ];
      for (const size of [1, 3, 64, 1000]) assert.deepEqual(ours(slices(bytesOf(text), size), 64), expected);
    });

  test('the limit applies to one event, not to the stream', () => {
    const text = `data: ${'x'.repeat(40)}\n\n`.repeat(10);
    for (const size of [1, 1000]) assert.equal(ours(slices(bytesOf(text), size), 64).length, 10);
  });
});

test('a line of 4 MB in chunks of 1 KB is decoded', () => {
  const long = 'é'.repeat(2 * 1024 * 1024);
  const messages = ours(slices(bytesOf(`data: ${long}\n\ndata: next\n\n`), 1024));
  assert.equal(messages.length, 2);
  assert.ok(messages[0]?.data === long);
  assert.deepEqual(messages[1], { event: '', data: 'next' });
});

test('a chunk with 200,000 events is decoded', () => {
  assert.equal(ours([bytesOf('data:x\n\n'.repeat(200_000))]).length, 200_000);
});
