import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Schema } from '../../../lib/config/file/schema-node.ts';
import { toConfigValue } from '../../../lib/config/file/value.ts';
import type { Json } from '../../../lib/json.ts';

/** [typed text, expected type, value] */
const cases: [string, Schema['type'], Json][] = [
  ['12', 'string', '12'],
  ['"quoted"', 'string', '"quoted"'],
  ['true', 'string', 'true'],
  ['', 'string', ''],
  ['12', 'integer', 12],
  ['1.5', 'integer', 1.5],
  ['1e3', 'number', 1000],
  ['"12"', 'integer', '"12"'],
  ['12px', 'integer', '12px'],
  ['true', 'boolean', true],
  ['yes', 'boolean', 'yes'],
  ['{ "a": 1, /* c */ }', 'object', { a: 1 }],
  ['[1,]', 'array', [1]],
  ['{ "a": ', 'object', '{ "a": '],
  ['pass show x', ['string', 'array'], 'pass show x'],
  ['["pass"]', ['string', 'array'], ['pass']],
  ['omit', ['string', 'number'], 'omit'],
  ['1', ['string', 'number'], 1],
  ['{ "a": 1 }', undefined, { a: 1 }],
  ['word', undefined, 'word'],
];

for (const [typed, type, value] of cases)
  test(`${typed} as ${String(type)} is ${JSON.stringify(value)}`, () => {
    assert.deepEqual(toConfigValue(typed, type === undefined ? {} : { type }), value);
  });
