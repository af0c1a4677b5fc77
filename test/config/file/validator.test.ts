/** The validator that the build generates finds the same errors as the one that ajv compiles at run time. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { configSchema } from '../../../lib/config/file/schema.ts';
import { childOf, dereference } from '../../../lib/config/file/lookup.ts';
import type { Schema } from '../../../lib/config/file/schema-node.ts';
import { validate } from '../../../lib/config/file/validator.ts';
import { builtOcc, requireBuilt } from '../../support/built.ts';
import { mistakes } from './mistake-rows.ts';

requireBuilt();
const folder = dirname(builtOcc);
const chunk = readdirSync(folder).find((name) => name.startsWith('validator-')) ?? '';
const generated = (createRequire(builtOcc)(join(folder, chunk)) as { validate: ValidateFunction }).validate;

/** Undefined if the value is valid. */
function errorsOf(check: ValidateFunction, value: unknown): ErrorObject[] | undefined {
  return check(value) ? undefined : (check.errors ?? []);
}

function agree(value: unknown): void {
  assert.deepEqual(errorsOf(generated, value), errorsOf(validate, value), JSON.stringify(value));
}

/** One value of each type, and those that limits, lists of choices and formats tell apart. */
const values: readonly unknown[] = [
  null,
  true,
  'x',
  '',
  'info',
  'https://x.example/v1',
  'https://name:password@x.example',
  'ftp://x.example',
  0,
  -1,
  0.5,
  3000,
  65_536,
  2 ** 31,
  {},
  [],
  ['x'],
  [{}],
  { x: 1 },
  { provider: 1 },
];

/** Every place that the schema describes, as a function that puts a value there; under any name where a map allows it. */
function placesOf(given: Schema, put: (value: unknown) => unknown): ((value: unknown) => unknown)[] {
  const schema = dereference(given);
  const keys = [
    ...Object.keys(schema.properties ?? {}),
    ...(schema.additionalProperties ? ['any/~name'] : []),
  ];
  const below = keys.flatMap((key) => placesOf(childOf(schema, key) ?? {}, (value) => put({ [key]: value })));
  const items = schema.items ? placesOf(schema.items, (value) => put(['x', value])) : [];
  return [put, ...below, ...items];
}

describe('the generated validator and the one of the sources', () => {
  test('agree on every mistake of the tests', () => {
    for (const [, file] of mistakes) agree(file);
  });

  test('agree on every type of value at every place', () => {
    const places = placesOf(configSchema, (value) => value);
    assert.ok(places.length > 500, `${places.length} places`);
    for (const put of places) for (const value of values) agree(put(value));
    const refused = places.filter((put) => values.some((value) => !validate(put(value))));
    assert.ok(refused.length > places.length / 2, 'most places accept some of the values only');
  });
});
