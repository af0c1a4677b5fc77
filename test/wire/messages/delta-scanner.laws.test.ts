/**
 * Deltas that are read on their bytes, compared with the parser: a stream that comes one byte at a time is never scanned,
 * because no event is whole in a read.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { singleEvents } from '../../../lib/anthropic/delta-batch.ts';
import { encodeEvent, type BlockDelta, type Decoded } from '../../../lib/anthropic/events.ts';
import { textOf } from '../../../lib/anthropic/blocks.ts';
import { atShares, cutPoints, nastyText, runs } from '../../support/arbitraries.ts';
import { cutAt, slices } from '../../support/cuts.ts';
import { singles, toLine, utf8 } from '../../support/decode.ts';
import { decoder, type TurnOptions } from '../../support/turns.ts';

type Json = Record<string, unknown>;

/** How a server prints an event. */
interface Print {
  json: (event: Json, n: number) => string;
  frame: (type: string, data: string, n: number) => string;
}

const pad = (n: number) => ' '.repeat((n * 7) % 13);
const reversed = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, one]) => [key, reversed(one)]),
      )
    : value;
const escaped = (json: string) =>
  json.replaceAll(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

const jsons: Record<string, Print['json']> = {
  plain: (event) => JSON.stringify(event),
  'padded as Anthropic does': (event, n) => JSON.stringify(event).replace(/\}$/, `${pad(n)}}`),
  'blanks after commas and colons': (event) =>
    JSON.stringify(event, undefined, 1)
      .replaceAll(/\n */g, ' ')
      .replaceAll(/([{[]) | ([}\]])/g, '$1$2'),
  'keys in another order': (event) => JSON.stringify(reversed(event)),
  escaped: (event) => escaped(JSON.stringify(event)),
  'more fields': (event) => JSON.stringify({ id: 'é"\\', ...event, created: 7, usage: null }),
  'a field that changes': (event, n) => JSON.stringify({ ...event, sequence_number: n }),
  'a text twice': (event) =>
    JSON.stringify(event).replace('"delta":{', '"delta":{"text":"a","thinking":"a",'),
  'an index that is a string': (event) =>
    JSON.stringify(event, (key, value: unknown) => (key === 'index' ? String(value) : value)),
  'no type': (event) => JSON.stringify({ ...event, type: undefined }),
  'a label like a text': (event, n) => JSON.stringify({ ...event, label: n % 2 === 0 ? 'a' : 'b' }),
  'a price': (event, n) => JSON.stringify({ ...event, ...(n % 5 > 1 && { cost: '0.5' }) }),
  'blanks around': (event) => ` ${JSON.stringify(event)}  `,
};

const framed =
  (space: string, end: string, named = true): Print['frame'] =>
  (type, data) =>
    `${named ? `event:${space}${type}${end}` : ''}data:${space}${data}${end}${end}`;

const frames: Record<string, Print['frame']> = {
  plain: framed(' ', '\n'),
  'no blank after the colon': framed('', '\n'),
  CRLF: framed(' ', '\r\n'),
  CR: framed(' ', '\r'),
  'without names': framed(' ', '\n', false),
  'CRLF without names or blanks': framed('', '\r\n', false),
  'line ends mixed': (type, data, n) => framed(' ', n % 3 === 0 ? '\r\n' : '\n')(type, data, n),
  'ids and comments': (type, data, n) =>
    `${n % 4 === 0 ? `: c\n\nid: ${n}\n` : ''}event: ${type}\ndata: ${data}\n\n`,
  'the name last': (type, data) => `data: ${data}\nevent: ${type}\n\n`,
};

const payloads = { text: 'text', thinking: 'thinking', tool_use: 'partial_json' } as const;
const deltaTypes = {
  text: 'text_delta',
  thinking: 'thinking_delta',
  tool_use: 'input_json_delta',
} as const;

type BlockType = keyof typeof payloads;

const delta = (index: unknown, type: BlockType, text: unknown): Json => ({
  type: 'content_block_delta',
  index,
  delta: { type: deltaTypes[type], [payloads[type]]: text },
});

const texts = fc.oneof(
  { weight: 3, arbitrary: nastyText },
  fc.constantFrom('a', 'b', 'text', '日本語', 'x'.repeat(70)),
);

/** Pieces of arguments, which need not be valid. */
const pieces: Record<BlockType, fc.Arbitrary<string[]>> = {
  text: fc.array(texts, { maxLength: 12 }),
  thinking: fc.array(texts, { maxLength: 12 }),
  tool_use: fc.oneof(
    fc.array(texts, { maxLength: 6 }).map((all) =>
      ['{"', 'a":'].concat(
        all.map((one) => `"${one}",`),
        '"z":"\\ud83d\\ude00"}',
      ),
    ),
    fc.array(texts, { maxLength: 8 }).map((all) => [' ', '{"a": "b\\"', 'c"', ', "d": {}}'].concat(all)),
    fc.array(texts, { maxLength: 6 }),
  ),
};

const blocks = fc.array(
  fc
    .constantFrom<BlockType>('text', 'text', 'thinking', 'tool_use')
    .chain((type) => pieces[type].map((parts) => ({ type, parts }))),
  { minLength: 1, maxLength: 3 },
);

/** Events that do not belong where they come, by their place in the stream. */
const strays = fc.array(
  fc.tuple(
    fc.nat(60),
    fc.oneof(
      fc
        .record({
          index: fc.constantFrom<unknown>(0, 1, 7, '0', null),
          text: texts,
          type: fc.constantFrom<BlockType>('text', 'thinking', 'tool_use'),
        })
        .map(({ index, text, type }) => delta(index, type, text)),
      fc.constantFrom<Json>(
        { type: 'ping' },
        { type: 'content_block_stop', index: 0 },
        { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
        { type: 'content_block_start', index: 0, content_block: { type: 'mystery' } },
        { type: 'error', error: { type: 'overloaded_error', message: 'busy' } },
        { type: 'message_delta', delta: { stop_reason: 'max_tokens' }, usage: { output_tokens: 3 } },
        delta(0, 'text', 5),
        delta(0, 'text', null),
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'x', more: 1 } },
        { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 's' } },
      ),
    ),
  ),
  { maxLength: 3 },
);

function streamOf(
  content: readonly { type: BlockType; parts: readonly string[] }[],
  odd: readonly [number, Json][],
  reason: string,
): Json[] {
  const events: Json[] = content.flatMap(({ type, parts }, index) => {
    const block =
      type === 'tool_use' ? { type, id: `toolu_${index}`, name: 'Read', input: {} } : { type, [type]: '' };
    return [
      { type: 'content_block_start', index, content_block: block },
      ...parts.map((text) => delta(index, type, text)),
      { type: 'content_block_stop', index },
    ];
  });
  for (const [at, event] of odd) events.splice(Math.min(at, events.length), 0, event);
  return [
    { type: 'message_start', message: { id: 'msg_1', usage: { input_tokens: 3, output_tokens: 0 } } },
    ...events,
    // Without usage, the output is estimated from the number of characters.
    { type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null } },
    { type: 'message_stop' },
  ];
}

const printed = (events: readonly Json[], { json, frame }: Print) =>
  utf8(events.map((event, n) => frame(String(event['type']), json(event, n), n)).join(''));

interface Decoding {
  lines: string[];
  /** The batches, as they were emitted. */
  batches: BlockDelta[];
}

function decode(bytes: Iterable<Uint8Array>, options?: TurnOptions): Decoding {
  const stage = decoder('messages', options);
  const all: Decoded[] = [];
  for (const piece of bytes) stage.step(piece, (one) => all.push(one));
  stage.flush((one) => all.push(one));
  const batches = all.filter(
    (one): one is BlockDelta => one.type === 'content_block_delta' && one.batch !== undefined,
  );
  return { lines: all.flatMap(singles).map(toLine), batches };
}

/** Whether both ways of reading give the same, in any reads; the batches of the fast way. */
function sameInBothWays(bytes: Uint8Array, shares: readonly number[], options?: TurnOptions): BlockDelta[] {
  const parsed = decode(slices(bytes, 1), options);
  assert.deepEqual(parsed.batches, [], 'the oracle scans');
  const scanned = decode(cutAt(bytes, atShares(bytes, shares)), options);
  assert.deepEqual(scanned.lines, parsed.lines);
  for (const batch of scanned.batches) checkBatch(batch);
  return scanned.batches;
}

/** A batch reads as one delta with the joined text, and is sent as its events. */
function checkBatch(deltas: BlockDelta): void {
  const events = singleEvents(deltas) as BlockDelta[];
  assert.equal(encodeEvent(deltas), events.map(encodeEvent).join(''));
  const parts = events.map((event) => textOf(event.delta) ?? assert.fail('no text'));
  assert.deepEqual(deltas.batch?.texts(), parts);
  assert.equal(textOf(deltas.delta), parts.join(''));
  assert.equal(deltas.batch?.characters, parts.join('').length);
  assert.ok(events.every(({ index, delta }) => index === deltas.index && delta.type === deltas.delta.type));
}

const prints: fc.Arbitrary<Print> = fc
  .tuple(fc.constantFrom(...Object.values(jsons)), fc.constantFrom(...Object.values(frames)))
  .map(([json, frame]) => ({ json, frame }));

const quirks = fc.record({
  genuineSignatures: fc.boolean(),
  leakedThinkEnd: fc.boolean(),
  leakedCalls: fc.constantFrom('none' as const, 'dsml' as const, 'tool_call' as const),
});

describe('deltas read on their bytes', () => {
  test('any stream, however printed and cut, gives what the parser gives', () => {
    fc.assert(
      fc.property(
        blocks,
        strays,
        fc.constantFrom('end_turn', 'tool_use', 'max_tokens'),
        prints,
        cutPoints,
        fc.option(quirks, { nil: undefined }),
        (content, odd, reason, print, cuts, quirks) =>
          void sameInBothWays(printed(streamOf(content, odd, reason), print), cuts, quirks && { quirks }),
      ),
      runs,
    );
  });

  test('damaged bytes give what the parser gives', () => {
    const damage = fc.array(
      fc.tuple(
        fc.nat(1_000_000),
        fc.constantFrom('flip', 'lose', 'repeat', 'insert'),
        fc.constantFrom(
          0x00,
          0x0a,
          0x0d,
          0x1f,
          0x22,
          0x5c,
          0x75,
          0x7d,
          0x7f,
          0x80,
          0xbf,
          0xc0,
          0xc3,
          0xe0,
          0xed,
          0xef,
          0xf0,
          0xf4,
          0xf5,
          0xff,
        ),
      ),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(blocks, prints, damage, cutPoints, (content, print, faults, cuts) => {
        let bytes = [...printed(streamOf(content, [], 'end_turn'), print)];
        for (const [place, how, byte] of faults) {
          const at = place % bytes.length;
          if (how === 'lose') bytes.splice(at, 1);
          else if (how === 'insert') bytes.splice(at, 0, byte);
          else if (how === 'flip') bytes[at] = byte;
          else bytes = [...bytes.slice(0, at), ...bytes.slice(Math.max(0, at - 40))];
        }
        sameInBothWays(Uint8Array.from(bytes), cuts);
      }),
      runs,
    );
  });

  test('strings that JSON or UTF-8 forbids, at every place of an event', () => {
    const contents = [
      '\\ud83d',
      '\\u12',
      '\\x',
      '\\',
      '"',
      '\t',
      '\u0001',
      '\\u00zz',
      '\\"',
      '\\\\',
      '\u2028',
      '\uFEFF',
    ];
    const raw = [
      [0x80],
      [0xc3],
      [0xc0, 0xaf],
      [0xe0, 0x80, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf0, 0x80, 0x80, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xf0, 0x9f, 0x98],
      [0xef, 0xbb, 0xbf],
      [0xf0, 0x9f, 0x98, 0x80],
    ];
    const event = (text: string) =>
      `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"${text}"}}\n\n`;
    const start = `event: content_block_start\ndata: ${JSON.stringify({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } })}\n\n`;
    for (const middle of [...contents.map(utf8), ...raw])
      for (const [before, after] of [
        ['', ''],
        ['x', ''],
        ['', 'x'],
        ['日', '😀'],
      ] as const) {
        const parts = [event('one'), event('two'), event(before)].map(utf8);
        const broken = [...parts[2]!.slice(0, -5), ...middle, ...utf8(`${after}"}}\n\n`)];
        const bytes = Uint8Array.from([
          ...utf8(start),
          ...parts[0]!,
          ...parts[1]!,
          ...broken,
          ...utf8(event('last').repeat(3)),
        ]);
        for (const cut of [
          start.length + parts[0]!.length,
          start.length + parts[0]!.length + parts[1]!.length,
        ])
          sameInBothWays(bytes, [cut / bytes.length]);
      }
  });
});

test('an event whose last index counts does not stand for its block', () => {
  const event = (index: number, rest = '') =>
    `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{"type":"text_delta","text":"x"}${rest}}\n\n`;
  const start = (index: number) =>
    `event: content_block_start\ndata: ${JSON.stringify({ type: 'content_block_start', index, content_block: { type: 'text', text: '' } })}\n\n`;
  const first = start(0) + event(0) + event(0);
  const all = [first, start(1), event(0, ',"index":1,"y":{"z":"x"}'), event(0), event(1)];
  const bytes = utf8(all.join(''));
  let at = 0;
  const ends = all.map((part) => (at += part.length) / bytes.length);
  sameInBothWays(bytes, ends);
});

for (const name of ['', 'event: content_block_delta\n'])
  test(`events that come after something unfinished are left to the parser: ${JSON.stringify(name)}`, () => {
    const event = (text: string) =>
      `${name}data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"${text}"}}\n\n`;
    const start = `event: content_block_start\ndata: ${JSON.stringify({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } })}\n\n`;
    const known = utf8(start + event('one') + event('two'));
    const unfinished = [
      '\r',
      'x',
      'data: ',
      'data: {}\n',
      'data: {}\r\n',
      'event: error\n',
      ': c\n',
      'id: 1\n',
      '\n',
      '\r\n',
    ];
    for (const before of [...unfinished.map(utf8), [0xe2], [0xf0, 0x9f], [0xef, 0xbb, 0xbf]])
      for (const after of ['', '\n', 'data: x', '\n\n']) {
        const bytes = Uint8Array.from([...known, ...before, ...utf8(event('three') + event('four') + after)]);
        const learned = utf8(start + event('one')).length / bytes.length;
        sameInBothWays(bytes, [learned, (known.length + before.length) / bytes.length]);
      }
  });

test('another field with the same value is not taken for the text', () => {
  const event = (label: string, text: string) =>
    `event: content_block_delta\ndata: ${JSON.stringify({ label, ...delta(0, 'text', text), more: label })}\n\n`;
  const start = `event: content_block_start\ndata: ${JSON.stringify({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } })}\n\n`;
  const first = utf8(start + event('a', 'a'));
  const bytes = Uint8Array.from([...first, ...utf8(event('a', 'b') + event('b', 'a') + event('b', 'b'))]);
  const batches = sameInBothWays(bytes, [first.length / bytes.length]);
  assert.deepEqual(
    batches.map(({ batch }) => batch?.texts()),
    [['b'], ['b']],
  );
});

describe('what is read on its bytes', () => {
  const many = Array.from({ length: 40 }, (_, n) => `piece ${n} of "text"\n`);
  const half = (type: BlockType, print: Print, options?: TurnOptions) => {
    const parts =
      type === 'tool_use' ? ['{"a":"', ...many.map((part) => JSON.stringify(part).slice(1, -1)), '"}'] : many;
    const bytes = printed(streamOf([{ type, parts }], [], 'end_turn'), print);
    return sameInBothWays(bytes, [0.2, 0.5, 0.8], options).flatMap((batch) => batch.batch?.texts() ?? [])
      .length;
  };
  const plain: Print = { json: jsons['plain']!, frame: frames['plain']! };

  for (const type of ['text', 'thinking', 'tool_use'] as const) {
    for (const name of [
      'plain',
      'padded as Anthropic does',
      'blanks after commas and colons',
      'keys in another order',
      'escaped',
      'more fields',
      'a text twice',
    ])
      test(`${type}, JSON: ${name}`, () => assert.ok(half(type, { ...plain, json: jsons[name]! }) >= 28));
    for (const name of [
      'plain',
      'no blank after the colon',
      'CRLF',
      'without names',
      'CRLF without names or blanks',
    ])
      test(`${type}, frames: ${name}`, () => assert.ok(half(type, { ...plain, frame: frames[name]! }) >= 28));
  }

  for (const name of ['a field that changes'])
    test(`not: ${name}`, () => assert.equal(half('text', { ...plain, json: jsons[name]! }), 0));
  for (const name of ['CR', 'the name last'])
    test(`not: ${name}`, () => assert.equal(half('text', { ...plain, frame: frames[name]! }), 0));
  for (const [quirk, value] of Object.entries({ leakedThinkEnd: true, leakedCalls: 'dsml' }))
    test(`not the text of a model with ${quirk}, but its thinking`, () => {
      assert.equal(half('text', plain, { quirks: { [quirk]: value } }), 0);
      assert.ok(half('thinking', plain, { quirks: { [quirk]: value } }) >= 28);
    });

  test('a batch is sent in the bytes that came', () => {
    const events = streamOf([{ type: 'text', parts: many }], [], 'end_turn');
    const bytes = printed(events, plain);
    const [batch] = sameInBothWays(bytes, [0.3]);
    assert.equal(batch?.batch?.bytes.buffer, bytes.buffer);
  });
});
