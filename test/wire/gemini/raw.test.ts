/** A member of a JSON text as it stands there, and arguments in pieces. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { partialArguments } from '../../../lib/wire/gemini/partial-args.ts';
import { rawAt } from '../../../lib/wire/gemini/raw.ts';

test('every member of any JSON is found in its own spelling', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      const text = JSON.stringify(value, undefined, space);
      const look = (at: unknown, path: (string | number)[]): void => {
        assert.equal(JSON.stringify(JSON.parse(rawAt(text, path) ?? 'missing')), JSON.stringify(at));
        if (Array.isArray(at)) at.forEach((item, n) => look(item, [...path, n]));
        else if (typeof at === 'object' && at !== null)
          for (const [name, item] of Object.entries(at)) look(item, [...path, name]);
      };
      look(JSON.parse(text), []);
    }),
  );
});

test('the spelling is the text’s own, and of two members of one name the last counts', () => {
  const text = ' { "a" : [ 1.0, { "b":1e400 } ], "a\\u0062" : "\\u00e9" , "x":{"y": 1}, "x":{"y": 2.50} } ';
  assert.equal(rawAt(text, ['a', 0]), '1.0');
  assert.equal(rawAt(text, ['a', 1, 'b']), '1e400');
  assert.equal(rawAt(text, ['ab']), '"\\u00e9"');
  assert.equal(rawAt(text, ['x', 'y']), '2.50');
  for (const path of [['z'], ['a', 9], ['a', 'b'], ['ab', 0]]) assert.equal(rawAt(text, path), undefined);
});

test('a list that a path says is long grows by one item at a time', () => {
  const args = partialArguments();
  args.add([
    { jsonPath: '$.a[999999999]', numberValue: 1 },
    { jsonPath: '$.a[5].b', boolValue: true },
  ]);
  assert.equal(args.text(true), '{"a":[1,{"b":true}]}');
});

test('half a text cannot be run', () => {
  const args = partialArguments();
  args.add([{ jsonPath: '$.a', stringValue: 'x', willContinue: true }]);
  assert.equal(args.text(false), '{"a":"x"');
});
