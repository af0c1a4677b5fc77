/** Reading the source text of JSON values, and assembling arguments from pieces. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { joinObjects, partialArguments } from '../../../lib/wire/gemini/partial-args.ts';
import { rawAt } from '../../../lib/wire/decode/raw.ts';

test('every member of any JSON value is found', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      const text = JSON.stringify(value, undefined, space);
      const check = (at: unknown, path: (string | number)[]): void => {
        assert.equal(JSON.stringify(JSON.parse(rawAt(text, path) ?? 'missing')), JSON.stringify(at));
        if (Array.isArray(at)) at.forEach((item, n) => check(item, [...path, n]));
        else if (typeof at === 'object' && at !== null)
          for (const [name, item] of Object.entries(at)) check(item, [...path, name]);
      };
      check(JSON.parse(text), []);
    }),
  );
});

test('the spelling is preserved, and the last of duplicate members is used', () => {
  const text = ' { "a" : [ 1.0, { "b":1e400 } ], "a\\u0062" : "\\u00e9" , "x":{"y": 1}, "x":{"y": 2.50} } ';
  assert.equal(rawAt(text, ['a', 0]), '1.0');
  assert.equal(rawAt(text, ['a', 1, 'b']), '1e400');
  assert.equal(rawAt(text, ['ab']), '"\\u00e9"');
  assert.equal(rawAt(text, ['x', 'y']), '2.50');
  for (const path of [['z'], ['a', 9], ['a', 'b'], ['ab', 0]]) assert.equal(rawAt(text, path), undefined);
});

test('an index beyond the end of a list appends', () => {
  const args = partialArguments();
  args.add([
    { jsonPath: '$.a[999999999]', numberValue: 1 },
    { jsonPath: '$.a[5].b', boolValue: true },
  ]);
  assert.equal(args.text(), '{"a":[1,{"b":true}]}');
});

test('objects are joined as they were written', () => {
  assert.equal(joinObjects(['{}', ' { "a" : 1e400 }\n', '', 'null', '{"b":{}}']), '{ "a" : 1e400 ,"b":{}}');
  assert.equal(joinObjects(['{ "a":1 }', '{ }']), '{ "a":1 }');
  assert.equal(joinObjects([]), '{}');
});

test('what is no object is not joined into one', () => {
  const joined = joinObjects(['{"a":1}', '[2]']);
  assert.equal(joined, '{"a":1}[2]');
  assert.throws(() => JSON.parse(joined));
});
