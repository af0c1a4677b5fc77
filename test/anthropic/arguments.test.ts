/** P5: which arguments of a tool call pass, which lose text, and which fail the turn. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { toolArguments } from '../../lib/anthropic/arguments.ts';

/** The text that is sent in total, and the verdict in one word. */
function judge(pieces: readonly string[], cut = false) {
  const args = toolArguments();
  let sent = pieces.map((piece) => args.push(piece)).join('');
  const settled = args.settled();
  const verdict = args.end(cut);
  if ('broken' in verdict) return { sent, settled, verdict: 'broken' };
  sent += verdict.rest;
  const word = verdict.lost === undefined ? 'whole' : 'lost';
  return { sent, settled, verdict: verdict.complete ? word : 'incomplete' };
}

const whole = '{"path":"a.txt","text":"}{ \\" \\\\ 😀 \\ud83d"}';

/** `sent` is what is sent of `text`; `settled` is true if the call may end before the turn does. */
const table: [name: string, text: string, sent: string, verdict: string, settled: boolean][] = [
  ['one object', whole, whole, 'whole', true],
  ['an empty object', '{}', '{}', 'whole', true],
  ['nothing', '', '', 'whole', true],
  ['white space around an object', ' \n{"a":1}\r\n\t ', ' \n{"a":1}\r\n\t ', 'whole', true],
  ['only white space', ' \n ', '', 'lost', false],
  ['a template token after the object', '{"a":1}<|tool_call_end|>', '{"a":1}', 'lost', false],
  ['a code fence after the object', '{"a":1}\n```', '{"a":1}\n', 'lost', false],
  ['a stray brace after the object', '{"a":1}}', '{"a":1}', 'lost', false],
  ['a no-break space after the object', '{"a":1}\u00A0', '{"a":1}', 'lost', false],
  [
    'the same value again',
    '{"a":1,"b":[{"c":2}]}{"a":1,"b":[{"c":2}]}',
    '{"a":1,"b":[{"c":2}]}',
    'lost',
    false,
  ],
  [
    'the same value again, in another spelling',
    '{"a":1,"b":2}\n{ "b": 2, "a": 1 }',
    '{"a":1,"b":2}\n',
    'lost',
    false,
  ],
  ['another value after the object', '{"a":1}{"a":2}', '{"a":1}', 'broken', false],
  ['a value with one more key after the object', '{"a":1}{"a":1,"b":2}', '{"a":1}', 'broken', false],
  ['a value whose keys are inherited ones', '{"x":{}}{"__proto__":{}}', '{"x":{}}', 'broken', false],
  ['the same value three times', '{"a":1}{"a":1}{"a":1}', '{"a":1}', 'broken', false],
  ['a list after the object', '{"a":1}[1]', '{"a":1}', 'broken', false],
  ['the beginning of a value after the object', '{"a":1}{"a"', '{"a":1}', 'broken', false],
  ['cut inside a string', '{"a":"b', '{"a":"b', 'broken', false],
  ['cut before the last brace', '{"a":{"b":1}', '{"a":{"b":1}', 'broken', false],
  ['cut inside an escape', '{"a":"\\', '{"a":"\\', 'broken', false],
  ['null, as Groq and Ollama write no arguments', ' null\n', '', 'lost', false],
  ['null twice', 'nullnull', '', 'broken', false],
  ['null before an object', 'null{"a":1}', '', 'broken', false],
  ['a string', '"{}"', '', 'broken', false],
  ['a list', '[{"a":1}]', '', 'broken', false],
  ['text before the object', 'call: {"a":1}', '', 'broken', false],
  ['a no-break space before the object', '\u00A0{"a":1}', '', 'broken', false],
  ['matching brackets, but invalid JSON', '{"a":1,}', '{"a":1,}', 'broken', false],
  ['brackets of the wrong kind', '{"a":[1}]', '{"a":[1}]', 'broken', false],
];

describe('in a turn that was not cut', () => {
  for (const [name, text, sent, verdict, settled] of table)
    test(name, () => assert.deepEqual(judge([text]), { sent, verdict, settled }));
});

describe('in a turn that was cut they pass unchanged', () => {
  for (const [name, text, , verdict] of table)
    test(name, () => {
      const judged = judge([text], true);
      assert.equal(judged.sent, text);
      assert.equal(judged.verdict, verdict === 'whole' && text !== '' ? 'whole' : 'incomplete');
    });
});

test('the result does not depend on how the text is cut', () => {
  const part = fc.oneof(
    fc.constantFrom(...table.map(([, text]) => text)),
    fc.json(),
    fc.string({ maxLength: 5 }),
  );
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 3 }),
      fc.array(fc.nat(60), { maxLength: 8 }),
      fc.boolean(),
      (parts, cuts, cut) => {
        const text = parts.join('');
        const at = cuts.map((point) => Math.min(point, text.length)).sort((a, b) => a - b);
        const pieces = [0, ...at].map((from, i) => text.slice(from, at[i] ?? text.length));
        assert.equal(pieces.join(''), text);
        assert.deepEqual(judge(pieces, cut), judge([text], cut));
        assert.deepEqual(judge(text.split(''), cut), judge([text], cut));
      },
    ),
    { numRuns: 2000 },
  );
});

test('any object passes byte for byte, with nothing held', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()),
      fc.integer({ min: 0, max: 4 }),
      (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        const args = toolArguments();
        assert.equal(args.push(text), text);
        assert.equal(args.held(), 0);
        assert.equal(args.settled(), true);
        assert.deepEqual(args.end(false), { rest: '', complete: true });
      },
    ),
  );
});

test('valid arguments are empty or one object, whatever the input', () => {
  const part = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    'a',
    ':',
    ',',
    '1',
    ' ',
    '\u00A0',
    '{}',
    '{"a":1}',
    'null',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const { sent, verdict } = judge(parts);
      if (verdict === 'broken') return;
      assert.ok(sent === '' || typeof JSON.parse(sent) === 'object', sent);
    }),
    { numRuns: 5000 },
  );
});

test('held characters are counted', () => {
  const args = toolArguments();
  assert.equal(args.push('{"a":1}junk'), '{"a":1}');
  assert.equal(args.held(), 4);
  args.push('more');
  assert.equal(args.held(), 8);
});
