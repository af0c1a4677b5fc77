/**
 * The time from an error body to the decision about a repair, whatever the body holds. Each text is measured at two sizes
 * within one run, so that a busy machine slows both: 16 times the text may take at most 48 times as long, where a reader that
 * goes back would take 256 times as long.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { diagnose } from '../../../lib/proxy/rejections/diagnose.ts';
import { nextRepair, toSent } from '../../../lib/proxy/rejections/repair.ts';
import { findField } from '../../../lib/proxy/rejections/sent-fields.ts';
import { wireFormats, type WireFormat } from '../../../lib/wire/formats.ts';
import { codecs } from '../../../lib/wire/codecs.ts';
import { candidateIn, headers, modelId, request, session } from '../../support/refusals/request.ts';
import { requestOf, user } from '../../support/requests.ts';

const small = 64 * 1024;
const factor = 16;
/** How often its share a longer text may cost. */
const slack = 3;

/** A text begins with the first part and repeats the second one. */
const shapes: Readonly<Record<string, readonly [start: string, repeated: string]>> = {
  digits: ['prompt is too long: ', '1'],
  numbers: ['maximum context length ', '12345 '],
  comparisons: ['prompt is too long: ', '> 1 '],
  sums: ['exceed context limit: ', '1 + '],
  'double quotes': ['', '"'],
  'single quotes': ['', "'"],
  backticks: ['', '`'],
  'quotations of several words': ['', '"a b c d" '],
  'messages in quotations': ['', 'says: "a b" '],
  braces: ['', '{'],
  backslashes: ['', '\\'],
  'escaped line ends': ['', '\\n'],
  'a field again and again': ['', 'max_tokens '],
  'inputs of Pydantic': ['', "input_value='"],
  'whole inputs of Pydantic': ['', "input_value='a', input_type=str "],
  'unknown names': ['', 'Unknown name "x" at \'y\': '],
  'a long identifier': ['unsupported parameter: ', 'a_'],
  'a long path': ['unsupported parameter: ', 'a.'],
  'many paths': ['', 'a_b.c[0] '],
  'gaps of templates': ['', '…'],
  'beginnings of templates': ['', 'prompt is too long, input token count '],
  'lines of stack traces': ['', '\n  File "a", line 1'],
  blanks: ['', ' '],
  addresses: ['', 'https://a '],
  'one long address': ['https://', 'a/'],
  Chinese: ['', '参数 a 不支持'],
  nouns: ['', 'parameter ('],
  'the id of the model': ['', `${modelId} `],
};

const textOf = ([start, repeated]: readonly [string, string], length: number): string =>
  start + repeated.repeat(Math.ceil(length / repeated.length));

function decide(format: WireFormat, body: string): void {
  const diagnosis = diagnose(codecs[format].decodeError(400, body), modelId);
  nextRepair(candidateIn(format), diagnosis, request, headers, undefined, session);
}

/** CPU time in microseconds: the best of several rounds, or the first one of at most `enough`. */
function cost(work: () => void, enough = 0): number {
  let best = Infinity;
  for (let round = 0; round < 4 && best > enough; round++) {
    const began = process.cpuUsage();
    work();
    const { user: own, system } = process.cpuUsage(began);
    best = Math.min(best, Math.max(1, own + system));
  }
  return best;
}

const bodies: Readonly<Record<string, (text: string) => string>> = {
  'as the body': (text) => text,
  'as the message': (text) => JSON.stringify({ error: { message: text, type: 'invalid_request_error' } }),
  'as names and messages of a list': (text) => {
    const part = text.slice(0, text.length / 32);
    return JSON.stringify({ detail: Array.from({ length: 16 }, () => ({ loc: ['body', part], msg: part })) });
  },
};

describe('a decision about a refusal takes linear time', () => {
  for (const [place, body] of Object.entries(bodies))
    test(place, () => {
      // The least that is compared with: below it, times are those of other things.
      const words = cost(() => decide('chat', body(textOf(['', 'lorem ipsum '], small))));
      const slow = Object.entries(shapes).flatMap(([name, shape], at) => {
        const format = wireFormats[at % wireFormats.length] ?? 'chat';
        const [short, long] = [small, small * factor].map((length) => body(textOf(shape, length)));
        const shortest = cost(() => decide(format, short ?? ''), words);
        const most = Math.max(words, shortest) * factor * slack;
        const time = cost(() => decide(format, long ?? ''), most);
        return time > most ? [`${name}: ${(time / shortest).toFixed(1)} times as long`] : [];
      });
      assert.deepEqual(slow, []);
    });
});

test('sixteen unknown names in a long conversation cost little more than one', () => {
  const long = requestOf(Array.from({ length: 2000 }, (_, at) => user(`turn ${at}`, 'and more')));
  const search = (names: number): void => {
    const { body } = toSent(candidateIn('messages'), long, headers, session);
    for (let at = 0; at < names; at++) assert.equal(findField(body, `unknown_${at}`), undefined);
  };
  assert.ok(cost(() => search(16)) < 4 * cost(() => search(1)));
});
