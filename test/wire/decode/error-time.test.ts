/**
 * The time that an error text takes, whatever it holds. Each shape is measured at two sizes within one run: eight times the
 * text may take at most 32 times as long (a quadratic reader: 64 times), and no shape may take much longer than plain words.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { redactedLine } from '../../../lib/redact.ts';
import { errorInside, readApiError } from '../../../lib/wire/decode/errors.ts';
import { readGeminiError } from '../../../lib/wire/gemini/errors.ts';

const factor = 8;
/** How often its share a longer text may cost, for the noise of a busy machine. */
const slack = 6;
const small = 16 * 1024;

/** A text of the given length that begins with the first part and repeats the second one. */
const shapes: readonly [name: string, start: string, repeated: string][] = [
  ['words', '', 'lorem ipsum '],
  ['digits behind an overflow', 'prompt is too long: ', '1'],
  ['digits and commas', 'maximum context length ', '1,'],
  ['a sum without end', 'prompt is too long: ', '1 + '],
  ['comparisons', 'prompt is too long: ', '1 > '],
  ['limits', 'prompt is too long: ', 'the limit 1'],
  ['introductions of limits', '', 'context length '],
  ['half an overflow', '', 'input token count '],
  ['quotes', '', '"'],
  ['single quotes', '', "'"],
  ['braces', '', '{'],
  ['brackets', '', '['],
  ['brackets and blanks', '', `[${' '.repeat(64)}`],
  ['closing braces', '', '}'],
  ['objects in objects', '', '{"a":'],
  ['errors in errors', '', '{"error":'],
  ['lists in messages', '', '{"message":['],
  ['bytes of Python', '', "b'{"],
  ['a dictionary of Python without end', "Error - {'error': {'message': '", 'x'],
  ['a string without end', '{"error":{"message":"', 'a'],
  ['escapes without end', '{"error":{"message":"', '\\u0061'],
  ['a list of errors without end', '{"errors":[', '{"message":"a{"},'],
  ['fields without end', '{', '"a":"b",'],
  ['backslashes', '', '\\'],
  ['escaped quotes', '', '\\"'],
  ['key=', '', 'key='],
  ['api key:', '', 'api key: '],
  ['keys of OpenAI', '', 'sk-'],
  ['one long key', 'sk-', 'a'],
  ['Bearer', '', 'Bearer '],
  ['half a token', '', 'eyJaaaaaaa-'],
  ['URLs', '', '://a'],
  ['hex', '', '0123456789abcdef'],
  ['blanks', '', ' '],
  ['line ends', '', '\n'],
  ['control characters', '', '\u0001'],
  ['titles', '<html>', '<title'],
  ['pairs of surrogates', '', '😀'],
];

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  'as the body': (text) => readApiError(400, text),
  'as the message': (text) => readApiError(400, `{"error":{"message":${JSON.stringify(text)}}}`),
  'in every field': (text) => {
    const part = text.slice(0, text.length / 8);
    const error = { code: part, type: part, param: part, message: part, metadata: { raw: part } };
    return readApiError(422, JSON.stringify({ error, detail: part, errors: [part, part] }));
  },
  'inside a stream': (text) => errorInside({ error: { message: text, type: text, code: text } }),
  'behind Google’s names': (text) =>
    readGeminiError(400, JSON.stringify([{ error: { status: text, details: [{ retryDelay: text }] } }])),
  'as a line of the log': redactedLine,
};

/**
 * The best of several rounds, in milliseconds; the last is the first one below `enough`, or above a hundred times of it.
 * Other programs on the machine make some rounds slow, but hardly all of them.
 */
function timeOf(read: (text: string) => unknown, text: string, enough: number): number {
  let best = Infinity;
  for (let round = 0; round < 40; round++) {
    const began = performance.now();
    read(text);
    best = Math.min(best, performance.now() - began);
    if (best <= enough || best > enough * 100) break;
  }
  return best;
}

describe('an error text takes linear time', () => {
  for (const [place, read] of Object.entries(readers)) {
    test(place, () => {
      const usual = 'lorem ipsum '.repeat(small / 12);
      const words = Math.min(...Array.from({ length: 20 }, () => timeOf(read, usual, Infinity)));
      const slow = shapes.flatMap(([name, start, repeated]) => {
        const text = (length: number): string => start + repeated.repeat(Math.ceil(length / repeated.length));
        const usually = words * factor * slack;
        const time = timeOf(read, text(small * factor), usually);
        if (time <= usually) return [];
        const most = timeOf(read, text(small), words) * factor * slack;
        return time > most ? [`${name}: ${time.toFixed(1)} ms, of ${most.toFixed(1)}`] : [];
      });
      assert.deepEqual(slow, []);
    });
  }
});
