/** JSON strings read on their bytes, compared with the platform's decoder and parser. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { expected, stringScan, viewOf } from '../../lib/stream/json-bytes.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

/** Where the string ends by the platform, and its length; -1 if these bytes do not hold one. */
function oracle(bytes: Uint8Array): { end: number; length: number } {
  for (let end = bytes.indexOf(0x22); end >= 0; end = bytes.indexOf(0x22, end + 1)) {
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, end));
      return { end, length: (JSON.parse(`"${text}"`) as string).length };
    } catch {
      // The mark may be escaped.
    }
  }
  return { end: -1, length: 0 };
}

function ours(bytes: Uint8Array): { end: number; length: number } {
  const scan = stringScan();
  return { end: scan.end(bytes, 0), length: scan.length() };
}

describe('the end of a string', () => {
  const same = (bytes: number[]) =>
    assert.deepEqual(ours(Uint8Array.from(bytes)), oracle(Uint8Array.from(bytes)), String(bytes));

  test('each byte, alone and between others', () => {
    for (let byte = 0; byte < 256; byte++) {
      same([byte, 0x22]);
      same([0x61, byte, 0x62, 0x22]);
    }
  });

  test('each byte in each place of a character and of an escape sequence', () => {
    const whole = [
      'é',
      '\u0800',
      '日',
      '\ud7ff',
      '\uffff',
      '\u{10000}',
      '😀',
      '\u{10ffff}',
      '\\u00e9',
      '\\uD83d',
      '\\n',
      '\\"',
    ];
    for (const text of whole)
      for (let place = 0; place < utf8(text).length; place++)
        for (let byte = 0; byte < 256; byte++) {
          const bytes = [...utf8(text)];
          bytes[place] = byte;
          same([...bytes, 0x61, 0x22]);
        }
  });

  test('each pair of the first two bytes of a character', () => {
    for (let lead = 0xc0; lead < 256; lead++)
      for (let second = 0x80; second < 0xc0; second++)
        for (const rest of [[], [0x80], [0xbf, 0x80]]) same([lead, second, ...rest, 0x22]);
  });

  test('every escape sequence of one character', () => {
    for (let byte = 0x20; byte < 0x80; byte++) if (byte !== 0x75) same([0x5c, byte, 0x22, 0x22]);
  });

  test('any bytes', () => {
    const byte = fc.oneof(
      fc.nat(255),
      fc.constantFrom(0x22, 0x5c, 0x75, 0x30, 0x64, 0xe2, 0x82, 0xac, 0xf0, 0x9f),
    );
    fc.assert(fc.property(fc.array(byte, { maxLength: 12 }), same), { numRuns: 5000 });
  });

  test('the lengths of several strings add up', () => {
    const scan = stringScan();
    scan.end(utf8('😀a"'), 0);
    scan.end(utf8('é"'), 0);
    scan.end(utf8('no end'), 0);
    assert.equal(scan.length(), 4);
  });
});

test('expected bytes are found where they stand whole, and nowhere else', () => {
  for (let length = 1; length <= 13; length++) {
    const text = 'abcdefghijklm'.slice(0, length);
    const bytes = utf8(`..${text}.`).subarray(1);
    const wanted = expected(text);
    assert.equal(wanted.length, length);
    for (let at = 0; at <= bytes.length; at++) assert.equal(wanted.isAt(bytes, viewOf(bytes), at), at === 1);
    for (let changed = 0; changed < length; changed++) {
      const other = Uint8Array.from(bytes);
      other[1 + changed] = 0x2a;
      assert.equal(wanted.isAt(other, viewOf(other), 1), false, `${length} bytes, changed at ${changed}`);
    }
  }
});
