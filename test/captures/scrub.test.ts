import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { replacement } from '../../lib/captures/scrub/characters.ts';
import { scrubBody } from '../../lib/captures/scrub/body.ts';
import { scrubJson } from '../../lib/captures/scrub/document.ts';
import { createScrubber } from '../../lib/captures/scrub/scrubber.ts';
import { randomFrom } from '../chaos/random.ts';

const none: ReadonlySet<string> = new Set();

function tool(seed = 1, stops: readonly string[] = []) {
  const random = randomFrom(seed, 'scrub');
  return createScrubber({
    random: () => random.between(0, 999_999) / 1e6,
    kept: none,
    fields: none,
    original: none,
    stops,
  });
}

const anyText = fc.string({ unit: 'binary', maxLength: 80 });

describe('a character', () => {
  test('becomes one with as many bytes and UTF-16 units, whatever the random number is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        fc.double({ min: 0, max: 1 - 1e-9, noNaN: true }),
        (char, chance) => {
          const other = replacement(char, () => chance);
          assert.equal(Buffer.byteLength(other), Buffer.byteLength(char));
          assert.equal(other.length, char.length);
        },
      ),
    );
  });

  test('becomes one of its kind', () => {
    for (const [char, kind] of [
      ['q', /[a-z]/],
      ['Q', /[A-Z]/],
      ['7', /[0-9]/],
      ['ü', /\p{Script=Latin}/u],
      ['ж', /\p{Script=Cyrillic}/u],
      ['文', /\p{Script=Han}/u],
      ['か', /\p{Script=Hiragana}/u],
      ['한', /\p{Script=Hangul}/u],
      ['🙂', /\p{Emoji}/u],
    ] as const)
      for (let i = 0; i < 50; i++)
        assert.match(
          replacement(char, () => i / 50),
          kind,
        );
    for (const char of [' ', '\n', '"', '\\', '{', '<', '。', '́', '\u200d'])
      assert.equal(
        replacement(char, () => 0.5),
        char,
      );
  });
});

describe('JSON', () => {
  test('keeps its keys, structure, numbers and escapes, and all of its text changes', () => {
    const text = '{"content": "Hello \\"W\\u00e9lt\\"\\n", "n": 12.5e3, "list": [true, null, "abcdefgh"]}';
    const scrubbed = scrubJson(text, 'request', tool());
    assert.match(
      scrubbed,
      /^\{"content": "[A-Z][a-z]{4} \\"[A-Z]\\u00[a-f0-9]{2}[a-z]{2}\\"\\n", "n": 12\.5e3, "list": \[true, null, "[a-z]{8}"\]\}$/,
    );
    assert.doesNotMatch(scrubbed, /Hello|abcdefgh/);
  });

  test('parses as before, or not as before, wherever it is cut', () => {
    const text =
      '{"messages":[{"role":"user","content":"a \\u4e2d\\ud83d\\ude42 \\\\ path"},{"input":{"a":["x",{"b":"y"}]}}]}';
    for (let end = 0; end <= text.length; end++) {
      const cut = text.slice(0, end);
      const scrubbed = scrubJson(cut, 'request', tool(end));
      assert.equal(scrubbed.length, cut.length);
      assert.equal(parses(scrubbed), parses(cut), cut);
    }
  });

  test('of any shape has as many bytes and the same structure', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), (text) => {
        const scrubbed = scrubJson(text, 'request', tool());
        assert.equal(Buffer.byteLength(scrubbed), Buffer.byteLength(text));
        assert.equal(shape(JSON.parse(scrubbed)), shape(JSON.parse(text)));
      }),
    );
  });
});

describe('a body', () => {
  test('of any bytes has as many bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(200, 400), (bytes, status) => {
        assert.equal(scrubBody(Buffer.from(bytes), status, tool()).length, bytes.length);
      }),
    );
    fc.assert(
      fc.property(fc.array(anyText), (lines) => {
        const body = Buffer.from(lines.map((line) => `data: ${line}\n\n`).join(''));
        assert.equal(scrubBody(body, 200, tool()).length, body.length);
      }),
    );
  });

  test('keeps its bytes where the other case of a letter has more or fewer', () => {
    for (const text of ['Ɦ', 'İstanbul', 'ẞtraße', 'K', 'ⱥȾ']) {
      const body = Buffer.from(text);
      assert.equal(scrubBody(body, 400, tool()).length, body.length);
      assert.equal(Buffer.byteLength(tool().scrub('name', text, String)), body.length);
    }
  });

  test('that is no text loses its bytes, and a cut character keeps its place', () => {
    const body = Buffer.concat([
      Buffer.from('{"a":"'),
      Buffer.from([0x8b, 0x80, 0x90, 0xa0, 0xb0, 0xc0, 0xc1]),
    ]);
    assert.deepEqual([...scrubBody(body, 200, tool()).subarray(-5)], [0x90, 0xff, 0xff, 0xff, 0xff]);
  });

  test('in pieces joins to arguments that parse, with the same keys', () => {
    const args = '{"command":"rm \\"x\\"","deep":{"n":1,"list":["aa","bb"]}}';
    for (const size of [1, 2, 3, 7, args.length]) {
      const pieces = args.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      const body = pieces
        .map((piece) => ({
          type: 'content_block_delta',
          index: 1,
          delta: { type: 'input_json_delta', partial_json: piece },
        }))
        .map((event) => `event: content_block_delta\ndata: ${JSON.stringify(event)}\n\n`)
        .join('');
      const scrubbed = scrubBody(Buffer.from(body), 200, tool()).toString();
      const joined = [...scrubbed.matchAll(/^data: (.*)$/gm)]
        .map(([, data = '']) => (JSON.parse(data) as { delta: { partial_json: string } }).delta.partial_json)
        .join('');
      assert.equal(shape(JSON.parse(joined)), shape(JSON.parse(args)));
      assert.doesNotMatch(joined, /rm|aa|bb/);
    }
  });
});

test('ids of one character stay different, and the same id stays the same', () => {
  const one = tool();
  const ids = Array.from('0123456789', (digit) => one.scrub('id', `call_${digit}`, String));
  assert.equal(new Set(ids).size, 10);
  assert.deepEqual(
    Array.from('0123456789', (digit) => one.scrub('id', `call_${digit}`, String)),
    ids,
  );
});

test('the words that decide what an error means stay, and its names and keys do not', () => {
  const text = 'max_tokens: 128000 > 64000 for acme-corp, key sk-proj-abcd1234efgh5678, Jonathan';
  assert.match(
    tool().scrub('prose', text, String),
    /^max_tokens: 128000 > 64000 for (?!acme)[a-z]{4}-(?!corp)[a-z]{4}, key sk-proj-(?!abcd)\w{16}, (?!Jonathan)[A-Z][a-z]{7}$/,
  );
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The value without its text. Names of fields stay only if programs write them, so their lengths stand for them. */
function shape(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => {
    if (typeof one === 'string') return one.length;
    if (typeof one !== 'object' || one === null || Array.isArray(one)) return one;
    return Object.entries(one).map(([key, inner]) => [key.length, inner as unknown]);
  });
}
