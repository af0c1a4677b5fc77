/** Response bodies: events, JSON documents, JSON lines and HTML pages. */
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
  'a formatted JSON document': ['{\n  "a": "é"\n}\n', [message('{\n  "a": "é"\n}')]],
  'a JSON array': ['[{"a":1},{"b":2}]', [message('[{"a":1},{"b":2}]')]],
  'JSON lines': [
    '{"a":1}\n{"b":2}\r\n\r\n{"c":3}',
    ['{"a":1}', '{"b":2}', '{"c":3}'].map((data) => message(data)),
  ],
  'a truncated document': ['{"a":1', [message('{"a":1', 'unterminated')]],
  'JSON lines, the last one truncated': [
    '{"a":1}\n{"b":',
    [message('{"a":1}'), message('{"b":', 'unterminated')],
  ],
  'a BOM and blanks': ['\uFEFF \r\n\t{"a":1} ', [message('{"a":1}')]],
  'blanks and a BOM': ['\n\uFEFF{"a":1}', [message('{"a":1}')]],
  'events after blank lines': ['\r\n\n: hi\ndata: x\n\n', [message('x')]],
  'events after a BOM': ['\uFEFFdata: x\n\n', [message('x')]],
  'a truncated event': ['event: e\ndata: x', [{ event: 'e', data: 'x', problem: 'unterminated' }]],
  'an HTML page': [
    '\n<!DOCTYPE html><title>502</title>',
    [message('\n<!DOCTYPE html><title>502</title>', 'html')],
  ],
  'plain text': ['error code: 1010', []],
  '[DONE] alone': ['[DONE]', [message('[DONE]', 'unterminated')]],
  blanks: [' \n\r\n\t', []],
  'an empty body': ['', []],
};

describe('the first character that is not blank selects the decoder, for any chunks', () => {
  for (const [name, [text, expected]] of Object.entries(bodies))
    test(name, () => {
      assert.deepEqual(transduce(bodyDecoder(), [bytesOf(text)]), expected);
      for (const size of [1, 2, 3, 5])
        assert.deepEqual(
          transduce(bodyDecoder(), slices(bytesOf(text), size)),
          expected,
          `chunks of ${size}`,
        );
    });
});

test('any body gives the same messages for any chunks', () => {
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

test('a document over the limit is reported once', () => {
  const bytes = bytesOf(`{"a":"${'x'.repeat(100)}"}`);
  for (const size of [1, 50, 1000])
    assert.deepEqual(transduce(bodyDecoder(64), slices(bytes, size)), [message('', 'too_long')]);
});

test('only the start of a page is kept', () => {
  const bytes = bytesOf(`<html>${'<p>hello</p>'.repeat(10_000)}`);
  const [page] = transduce(bodyDecoder(), slices(bytes, 1000));
  assert.equal(page?.problem, 'html');
  assert.equal(page?.data.length, 16 * 1024);
});
