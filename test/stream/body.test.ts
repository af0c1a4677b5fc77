/** The body of an answer, whatever it turns out to be. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { bodyDecoder, type BodyMessage } from '../../lib/stream/body.ts';
import { transduce } from '../../lib/stream/transducer.ts';
import { cutAt, slices } from '../support/cuts.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const message = (data: string, problem?: BodyMessage['problem']) => ({
  event: '',
  data,
  ...(problem && { problem }),
});

const bodies: Record<string, [text: string, messages: BodyMessage[]]> = {
  'a JSON document': ['{"a":1}', [message('{"a":1}')]],
  'a printed JSON document': ['{\n  "a": "é"\n}\n', [message('{\n  "a": "é"\n}')]],
  'a JSON array': ['[{"a":1},{"b":2}]', [message('[{"a":1},{"b":2}]')]],
  'JSON lines': [
    '{"a":1}\n{"b":2}\r\n\r\n{"c":3}',
    ['{"a":1}', '{"b":2}', '{"c":3}'].map((data) => message(data)),
  ],
  'a document cut short': ['{"a":1', [message('{"a":1', 'unterminated')]],
  'lines, the last cut short': ['{"a":1}\n{"b":', [message('{"a":1}'), message('{"b":', 'unterminated')]],
  'a byte order mark and blanks': ['\uFEFF \r\n\t{"a":1} ', [message('{"a":1}')]],
  'blanks and a byte order mark': ['\n\uFEFF{"a":1}', [message('{"a":1}')]],
  'events after blank lines': ['\r\n\n: hi\ndata: x\n\n', [message('x')]],
  'events behind a byte order mark': ['\uFEFFdata: x\n\n', [message('x')]],
  'an event cut short': ['event: e\ndata: x', [{ event: 'e', data: 'x', problem: 'unterminated' }]],
  'a page': ['\n<!DOCTYPE html><title>502</title>', [message('\n<!DOCTYPE html><title>502</title>', 'html')]],
  'plain words': ['error code: 1010', []],
  'the marker of an end, alone': ['[DONE]', [message('[DONE]', 'unterminated')]],
  blanks: [' \n\r\n\t', []],
  nothing: ['', []],
};

describe('told apart by the first character that counts, however it is cut', () => {
  for (const [name, [text, expected]] of Object.entries(bodies))
    test(name, () => {
      assert.deepEqual(transduce(bodyDecoder(), [bytesOf(text)]), expected);
      for (const size of [1, 2, 3, 5])
        assert.deepEqual(transduce(bodyDecoder(), slices(bytesOf(text), size)), expected, `in ${size}s`);
    });
});

test('any body gives the same messages however it is cut', () => {
  const text = fc.oneof(
    fc.constantFrom(...Object.values(bodies).map(([text]) => text)),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.json().map((json) => `  ${json}`),
  );
  fc.assert(
    fc.property(
      fc.array(text, { maxLength: 3 }),
      fc.array(fc.nat(200), { maxLength: 8 }),
      (texts, points) => {
        const bytes = bytesOf(texts.join('\n'));
        assert.deepEqual(transduce(bodyDecoder(), cutAt(bytes, points)), transduce(bodyDecoder(), [bytes]));
      },
    ),
    { numRuns: 1000 },
  );
});

test('a document past the cap is given up, once', () => {
  const bytes = bytesOf(`{"a":"${'x'.repeat(100)}"}`);
  for (const size of [1, 50, 1000])
    assert.deepEqual(transduce(bodyDecoder(64), slices(bytes, size)), [message('', 'too_long')]);
});

test('of a page no more is kept than its title needs', () => {
  const bytes = bytesOf(`<html>${'<p>hello</p>'.repeat(10_000)}`);
  const [page] = transduce(bodyDecoder(), slices(bytes, 1000));
  assert.equal(page?.problem, 'html');
  assert.equal(page?.data.length, 16 * 1024);
});
