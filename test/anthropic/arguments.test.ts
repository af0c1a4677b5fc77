/** P5: which arguments of a tool call may pass, which lose something, which fail the turn. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { toolArguments } from '../../lib/anthropic/arguments.ts';

/** What goes out in all, and what the end says, in a word. */
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

/** Text, what leaves of it, the verdict; and whether the call could have ended before the turn did. */
const table: [name: string, text: string, sent: string, verdict: string, settled: boolean][] = [
  ['one object', whole, whole, 'whole', true],
  ['an empty object', '{}', '{}', 'whole', true],
  ['nothing', '', '', 'whole', true],
  ['blanks around', ' \n{"a":1}\r\n\t ', ' \n{"a":1}\r\n\t ', 'whole', true],
  ['blanks alone', ' \n ', '', 'lost', false],
  ['a template token behind', '{"a":1}<|tool_call_end|>', '{"a":1}', 'lost', false],
  ['a code fence behind', '{"a":1}\n```', '{"a":1}\n', 'lost', false],
  ['a stray brace behind', '{"a":1}}', '{"a":1}', 'lost', false],
  ['a no-break space behind', '{"a":1}\u00A0', '{"a":1}', 'lost', false],
  [
    'the same value again',
    '{"a":1,"b":[{"c":2}]}{"a":1,"b":[{"c":2}]}',
    '{"a":1,"b":[{"c":2}]}',
    'lost',
    false,
  ],
  [
    'the same value again, printed otherwise',
    '{"a":1,"b":2}\n{ "b": 2, "a": 1 }',
    '{"a":1,"b":2}\n',
    'lost',
    false,
  ],
  ['another value behind', '{"a":1}{"a":2}', '{"a":1}', 'broken', false],
  ['a value with one more key behind', '{"a":1}{"a":1,"b":2}', '{"a":1}', 'broken', false],
  ['a value whose keys are inherited ones', '{"x":{}}{"__proto__":{}}', '{"x":{}}', 'broken', false],
  ['the same value three times', '{"a":1}{"a":1}{"a":1}', '{"a":1}', 'broken', false],
  ['a list behind', '{"a":1}[1]', '{"a":1}', 'broken', false],
  ['the beginning of a value behind', '{"a":1}{"a"', '{"a":1}', 'broken', false],
  ['cut inside a string', '{"a":"b', '{"a":"b', 'broken', false],
  ['cut before the last brace', '{"a":{"b":1}', '{"a":{"b":1}', 'broken', false],
  ['cut inside an escape', '{"a":"\\', '{"a":"\\', 'broken', false],
  ['null', 'null', '', 'broken', false],
  ['a string', '"{}"', '', 'broken', false],
  ['a list', '[{"a":1}]', '', 'broken', false],
  ['words first', 'call: {"a":1}', '', 'broken', false],
  ['a no-break space first', '\u00A0{"a":1}', '', 'broken', false],
  ['brackets that match, and no JSON', '{"a":1,}', '{"a":1,}', 'broken', false],
  ['brackets of the wrong kind', '{"a":[1}]', '{"a":[1}]', 'broken', false],
];

describe('in a turn that ended', () => {
  for (const [name, text, sent, verdict, settled] of table)
    test(name, () => assert.deepEqual(judge([text]), { sent, verdict, settled }));
});

describe('in a turn that was cut they pass as they came', () => {
  for (const [name, text, , verdict] of table)
    test(name, () => {
      const judged = judge([text], true);
      assert.equal(judged.sent, text);
      assert.equal(judged.verdict, verdict === 'whole' && text !== '' ? 'whole' : 'incomplete');
    });
});

test('the verdict and what leaves never depend on the pieces', () => {
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

test('any object goes through byte for byte, with nothing held back', () => {
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

test('what leaves of a call that may run is empty or one object, whatever came', () => {
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

test('what is held is counted', () => {
  const args = toolArguments();
  assert.equal(args.push('{"a":1}junk'), '{"a":1}');
  assert.equal(args.held(), 4);
  args.push('more');
  assert.equal(args.held(), 8);
});
