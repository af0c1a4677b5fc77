/** The content that is counted, the rule for images, and the estimate. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toCountable } from '../../lib/anthropic/countable.ts';
import { estimateTokens } from '../../lib/anthropic/estimate.ts';
import { imageSize, imageTokens } from '../../lib/anthropic/image-size.ts';
import type { ContentBlock, MessagesRequest } from '../../lib/anthropic/request.ts';

function ofBlocks(...content: ContentBlock[]): MessagesRequest {
  return { model: 'm', messages: [{ role: 'user', content }] };
}

function base64(...pieces: (string | number[])[]): string {
  return Buffer.concat(
    pieces.map((piece) => Buffer.from(piece as string, typeof piece === 'string' ? 'latin1' : undefined)),
  ).toString('base64');
}

const u32 = (value: number): number[] => [
  value >>> 24,
  (value >>> 16) & 255,
  (value >>> 8) & 255,
  value & 255,
];
const u16 = (value: number): number[] => [value >> 8, value & 255];
const le = (bytes: number[]): number[] => bytes.toReversed();

/** The first bytes of images as encoders write them. */
const heads: Record<string, (width: number, height: number) => string> = {
  png: (width, height) => base64('\u0089PNG\r\n\u001a\n', u32(13), 'IHDR', u32(width), u32(height), [8, 6]),
  gif: (width, height) => base64('GIF89a', le(u16(width)), le(u16(height)), [0, 0, 0]),
  jpeg: (width, height) =>
    // A thumbnail precedes the frame header; fill bytes before a marker are allowed.
    base64(
      [0xff, 0xd8, 0xff, 0xe1],
      u16(5002),
      Array.from({ length: 5000 }, () => 0xc0),
      [0xff, 0xff, 0xc2],
      u16(17),
      [8],
      u16(height),
      u16(width),
      [3, 1],
    ),
  'webp, lossy': (width, height) =>
    base64('RIFF....WEBPVP8 ....', [0, 0, 0, 0x9d, 1, 0x2a], le(u16(width)), le(u16(height))),
  'webp, lossless': (width, height) =>
    base64('RIFF....WEBPVP8L....', [0x2f], le(u32(((height - 1) << 14) | (width - 1))), [0, 0, 0, 0, 0]),
  'webp, extended': (width, height) =>
    base64(
      'RIFF....WEBPVP8X....',
      [0, 0, 0, 0],
      le(u32(width - 1)).slice(0, 3),
      le(u32(height - 1)).slice(0, 3),
    ),
};

describe('an image', () => {
  for (const [name, head] of Object.entries(heads)) {
    test(`costs its area: ${name}`, () => {
      const data = head(640, 300);
      assert.deepEqual(imageSize(data), { width: 640, height: 300 });
      assert.equal(imageTokens({ type: 'base64', media_type: 'image/x', data }), 256);
    });
  }

  test('is scaled to the maximum side first, and costs at most the maximum', () => {
    const cost = (width: number, height: number): number =>
      imageTokens({ type: 'base64', media_type: 'image/png', data: heads['png']?.(width, height) ?? '' });
    assert.equal(cost(3136, 1000), Math.ceil((1568 * 500) / 750));
    assert.equal(cost(4000, 4000), 1600);
    assert.equal(cost(1, 1), 1);
  });

  test('costs the maximum if its size cannot be read', () => {
    for (const data of [
      '',
      'no base64 at all: ä',
      base64('\u0089PNG'),
      base64([0xff, 0xd8, 0xff]),
      base64('BM', u32(7)),
    ]) {
      assert.equal(imageTokens({ type: 'base64', media_type: 'image/png', data }), 1600, data);
    }
    assert.equal(imageTokens({ type: 'url', url: 'https://example.com/a.png' }), 1600);
  });
});

describe('what is counted', () => {
  test('every kind of block, but base64 not as text', () => {
    const png = {
      type: 'image',
      source: { type: 'base64', media_type: 'image/png', data: heads['png']?.(300, 250) },
    };
    const { texts, values, fixed } = toCountable({
      ...ofBlocks(
        { type: 'text', text: 'words' },
        { type: 'thinking', thinking: 'thoughts', signature: 'left out' },
        { type: 'tool_use', id: 'left out', name: 'Read', input: { file: 'a' } },
        { type: 'tool_result', tool_use_id: 'left out', content: [{ type: 'text', text: 'found' }, png] },
        { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a page' } },
        { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'left out' } },
      ),
      system: 'be good',
    });
    assert.deepEqual(texts, ['be good', 'words', 'thoughts', 'Read', 'found', 'a page']);
    assert.deepEqual(values, [{ file: 'a' }]);
    assert.equal(fixed, 4 + 2 + 100 + 3000);
  });

  test('tools that the model gets, but not deferred ones', () => {
    const { values } = toCountable({
      ...ofBlocks({ type: 'text', text: 'hi' }),
      tools: [
        { name: 'Read', description: 'reads', input_schema: {}, cache_control: { type: 'ephemeral' } },
        { name: 'Later', description: 'x'.repeat(100), input_schema: {}, defer_loading: true },
        { type: 'web_search_20250305', name: 'web_search' },
      ],
    });
    assert.deepEqual(values, [
      { name: 'Read', description: 'reads', input_schema: {} },
      { type: 'web_search_20250305', name: 'web_search' },
    ]);
  });
});

describe('the estimate', () => {
  const tokensIn = (text: string): number => estimateTokens(ofBlocks({ type: 'text', text })) - 4;

  test('weighs characters by class, within 25 % of o200k', () => {
    // [text, tokens of o200k]
    const counted: [string, number][] = [
      ['请阅读这个文件，然后告诉我为什么测试失败了。'.repeat(50), 600],
      ['const step = (length - sampleLength) / (samples - 1);\n'.repeat(50), 800],
      ['{"version":"4.0.0","integrity":"sha512","dev":true},'.repeat(50), 901],
      ['Whatever cannot be counted in time is estimated, and nobody waits. '.repeat(50), 651],
    ];
    for (const [text, tokens] of counted) {
      const ratio = tokensIn(text) / tokens;
      assert.ok(ratio > 0.75 && ratio < 1.25, `${text.slice(0, 20)}: ${ratio.toFixed(2)}`);
    }
  });

  test('of a long text does not depend on the order of its parts', () => {
    const plain = 'some words of a page '.repeat(3000);
    const digits = '0123456789'.repeat(6000);
    const whole = 60_000 * 1.22 + tokensIn(plain);
    for (const text of [plain + digits, digits + plain]) {
      assert.ok(Math.abs(tokensIn(text) / whole - 1) < 0.05, String(tokensIn(text) / whole));
    }
  });

  test('of a long conversation is the sum of its messages, though only a part of each is looked at', () => {
    const kinds = [
      'Prose, with a comma here and there. ',
      '{"a":[1,22,333],"b":null},',
      '请阅读这个文件，',
      'word ',
    ];
    const texts = Array.from({ length: 400 }, (_, i) =>
      (kinds[i % kinds.length] ?? '').repeat(50 + (i % 7) * 40),
    );
    const messages = texts.map((content) => ({ role: 'user' as const, content }));
    const sum = texts.reduce((tokens, text) => tokens + tokensIn(text), 0);
    const ratio = (estimateTokens({ model: 'm', messages }) - 4 * texts.length) / sum;
    assert.ok(Math.abs(ratio - 1) < 0.02, String(ratio));
  });

  test('of a tool is that of its JSON', () => {
    const input_schema = {
      type: 'object',
      properties: {
        path: { type: 'string', description: 'The file.' },
        limit: { type: 'integer', maximum: 2000 },
      },
      required: ['path'],
    };
    const tool = { name: 'Read', description: 'Reads a file of the project.', input_schema };
    const empty = { model: 'm', messages: [] };
    const ofTool = estimateTokens({ ...empty, tools: [tool] });
    assert.ok(Math.abs(ofTool / tokensIn(JSON.stringify(tool)) - 1) < 0.02, String(ofTool));
  });
});
