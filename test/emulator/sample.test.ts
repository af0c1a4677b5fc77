/** Tests with ajv that samples match their schemas. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { sampleOf } from '../../lib/emulator/sample.ts';
import { toArray, toObject, toText, type JsonObject } from '../../lib/json.ts';

const ajv = new Ajv2020({ strict: false, logger: false });

function assertMatches(schema: JsonObject, name: string): void {
  const sample = sampleOf(schema, 'https://example.org/word');
  assert.ok(ajv.validate(schema, sample), `${name}: ${JSON.stringify(sample)}: ${ajv.errorsText()}`);
}

test('every kind of schema', () => {
  const schemas: Record<string, JsonObject> = {
    string: { type: 'string', minLength: 60 },
    number: { type: 'number', exclusiveMinimum: 4 },
    integer: { type: ['integer', 'null'], minimum: 7 },
    enum: { type: 'string', enum: ['a', 'b'] },
    const: { const: { x: 1 } },
    array: { type: 'array', minItems: 2, items: { type: 'boolean' } },
    union: { anyOf: [{ type: 'null' }, { type: 'string' }] },
    nested: {
      type: 'object',
      required: ['in'],
      properties: { in: { $ref: '#/$defs/thing' }, out: { type: 'string' } },
      additionalProperties: false,
      $defs: { thing: { type: 'object', required: ['n'], properties: { n: { type: 'number' } } } },
    },
  };
  for (const [name, schema] of Object.entries(schemas)) assertMatches(schema, name);
});

test('a recursive schema ends', () => {
  const endless = {
    $ref: '#/$defs/a',
    $defs: { a: { type: 'object', required: ['a'], properties: { a: { $ref: '#/$defs/a' } } } },
  };
  assert.ok(JSON.stringify(sampleOf(endless, 'x')).length < 200);
});

test('every tool of Claude Code', () => {
  const folder = new URL('../fixtures/claude-requests/', import.meta.url);
  const tools = readdirSync(folder).flatMap((name) => {
    const body = toObject(toObject(JSON.parse(readFileSync(new URL(name, folder), 'utf8')))['body']);
    return toArray(body['tools']).map(toObject);
  });
  const named = new Map(
    tools.filter((tool) => tool['input_schema']).map((tool) => [toText(tool['name']), tool]),
  );
  assert.ok(named.size > 15);
  for (const [name, tool] of named) assertMatches(toObject(tool['input_schema']), name);
});
