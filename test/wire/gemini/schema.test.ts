/** Conversion of JSON Schema to Gemini's subset: cases that servers rejected, and random schemas. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toAnswerSchema, toParameters } from '../../../lib/wire/gemini/schema.ts';
import { brokenSchema } from '../../support/gemini/schema-rules.ts';
import { capturedRequests } from '../../support/requests.ts';

const runs = { numRuns: Number(process.env['FC_RUNS'] ?? 2000) };

/** The converted schema of a property. */
function sent(schema: unknown, more: object = {}): unknown {
  return toParameters({ type: 'object', properties: { a: schema }, ...more })?.properties?.['a'];
}

const cases: [name: string, given: unknown, expected: unknown][] = [
  ['a type in small letters', { type: 'string' }, { type: 'STRING' }],
  ['a type that may be null', { type: ['string', 'null'] }, { type: 'STRING', nullable: true }],
  ['several types', { type: ['string', 'number'] }, { anyOf: [{ type: 'STRING' }, { type: 'NUMBER' }] }],
  [
    'an enum of numbers',
    { type: 'integer', enum: [1, 2] },
    { type: 'STRING', enum: ['1', '2'], description: '(a number, as text)' },
  ],
  ['a constant', { const: 'x', description: 'The x' }, { type: 'STRING', enum: ['x'], description: 'The x' }],
  ['a constant boolean', { const: true }, { type: 'BOOLEAN', description: '(always true)' }],
  ['an enum with null', { enum: ['a', null] }, { type: 'STRING', enum: ['a'], nullable: true }],
  [
    'an enum with the empty string',
    { type: 'string', enum: ['', 'a'] },
    { type: 'STRING', description: '(or empty; one of a)' },
  ],
  ['a list of anything', { type: 'array' }, { type: 'ARRAY', items: { type: 'STRING' } }],
  [
    'counts become strings',
    { type: 'array', items: { type: 'string' }, minItems: 1 },
    { type: 'ARRAY', items: { type: 'STRING' }, minItems: '1' },
  ],
  [
    'an exclusive bound of an integer',
    { type: 'integer', exclusiveMinimum: 0 },
    { type: 'INTEGER', minimum: 1 },
  ],
  [
    'an exclusive bound of a number',
    { type: 'number', exclusiveMaximum: 1 },
    { type: 'NUMBER', maximum: 1, description: '(less than 1)' },
  ],
  ['a supported format', { type: 'string', format: 'date-time' }, { type: 'STRING', format: 'date-time' }],
  [
    'an unsupported format',
    { type: 'string', format: 'uri' },
    { type: 'STRING', description: '(format: uri)' },
  ],
  ['a default', { type: 'boolean', default: false }, { type: 'BOOLEAN', description: '(default: false)' }],
  ['a pattern for RE2', { type: 'string', pattern: '^a+$' }, { type: 'STRING', pattern: '^a+$' }],
  ['a pattern that RE2 does not support', { type: 'string', pattern: '^(?!a)' }, { type: 'STRING' }],
  ['an object without properties', { type: 'object' }, { type: 'OBJECT' }],
  [
    'a map',
    { type: 'object', additionalProperties: { type: 'number' } },
    { type: 'OBJECT', description: '(any keys, each value: {"type":"number"})' },
  ],
  [
    'required names without properties',
    { type: 'object', properties: { b: { type: 'string' } }, required: ['b', 'c'] },
    { type: 'OBJECT', properties: { b: { type: 'STRING' } }, required: ['b'] },
  ],
  [
    'oneOf two types',
    { oneOf: [{ type: 'string' }, { type: 'integer' }], description: 'Either' },
    {
      anyOf: [
        { type: 'STRING', description: 'Either' },
        { type: 'INTEGER', description: 'Either' },
      ],
    },
  ],
  [
    'anyOf a type and null',
    { anyOf: [{ type: 'string' }, { type: 'null' }], description: 'Maybe' },
    { type: 'STRING', description: 'Maybe', nullable: true },
  ],
  [
    'nested anyOf',
    { anyOf: [{ anyOf: [{ type: 'string' }, { type: 'boolean' }] }, { type: 'number' }] },
    { anyOf: [{ type: 'STRING' }, { type: 'BOOLEAN' }, { type: 'NUMBER' }] },
  ],
  [
    'allOf',
    { allOf: [{ type: 'string', minLength: 1 }, { description: 'Both' }] },
    { type: 'STRING', minLength: '1', description: 'Both' },
  ],
  [
    'a pair',
    { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }] },
    {
      type: 'ARRAY',
      items: { anyOf: [{ type: 'STRING' }, { type: 'NUMBER' }] },
      minItems: '2',
      maxItems: '2',
      description: '(exactly 2 items, in this order)',
    },
  ],
  [
    'unsupported keywords',
    {
      type: 'string',
      $comment: 'x',
      uniqueItems: true,
      not: {},
      if: {},
      contentEncoding: 'y',
      examples: [1],
    },
    { type: 'STRING' },
  ],
  ['null alone', { type: 'null' }, { type: 'STRING', nullable: true }],
];

for (const [name, given, expected] of cases)
  test(name, () => {
    assert.deepEqual(sent(given), expected);
    assert.deepEqual(brokenSchema(sent(given)), []);
  });

test('a schema without a type becomes anyOf all types', () => {
  for (const given of [{}, true, { description: undefined }, { $ref: '#/$defs/none' }]) {
    const schema = sent(given) as { anyOf: { type: string }[] };
    assert.deepEqual(
      schema.anyOf.map(({ type }) => type),
      ['STRING', 'NUMBER', 'BOOLEAN', 'OBJECT', 'ARRAY'],
    );
  }
});

test('references are resolved, and a recursive one is cut off with a note', () => {
  const $defs = {
    name: { type: 'string', minLength: 1 },
    node: { type: 'object', properties: { next: { $ref: '#/$defs/node' }, name: { $ref: '#/$defs/name' } } },
  };
  assert.deepEqual(sent({ $ref: '#/$defs/name', description: 'Its name' }, { $defs }), {
    type: 'STRING',
    minLength: '1',
    description: 'Its name',
  });
  assert.deepEqual(sent({ $ref: '#/$defs/node' }, { $defs }), {
    type: 'OBJECT',
    properties: {
      next: { type: 'OBJECT', description: '(the same structure again, left open here)' },
      name: { type: 'STRING', minLength: '1' },
    },
  });
  const root = toParameters({ type: 'object', properties: { again: { $ref: '#' } } });
  assert.deepEqual(root?.properties?.['again'], {
    type: 'OBJECT',
    description: '(the same structure again, left open here)',
  });
});

test('anyOf at the root becomes one object with all properties and the common required names', () => {
  assert.deepEqual(
    toParameters({
      anyOf: [
        {
          type: 'object',
          properties: { a: { type: 'string' }, b: { type: 'string' } },
          required: ['a', 'b'],
        },
        { type: 'object', properties: { a: { type: 'string' }, c: { type: 'string' } }, required: ['a'] },
      ],
    }),
    {
      type: 'OBJECT',
      properties: { a: { type: 'STRING' }, b: { type: 'STRING' }, c: { type: 'STRING' } },
      required: ['a'],
    },
  );
});

test('a function without parameters has no schema', () => {
  for (const none of [
    undefined,
    null,
    '',
    {},
    { type: 'object' },
    { type: 'object', properties: {} },
    'x',
    [],
  ])
    assert.equal(toParameters(none), undefined);
});

test('exponentially growing references are truncated', () => {
  const level = (n: number): object => ({
    type: 'object',
    properties: Object.fromEntries(
      ['a', 'b', 'c', 'd'].map((name) => [name, n === 0 ? {} : { $ref: `#/$defs/l${n - 1}` }]),
    ),
  });
  const $defs = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`l${n}`, level(n)]));
  const schema = toParameters({ ...level(12), $defs });
  assert.deepEqual(brokenSchema(schema), []);
  assert.ok(JSON.stringify(schema).length < 4_000_000);
});

test('a long definition is copied for the first references only', () => {
  for (const long of [
    { description: 'x'.repeat(100_000) },
    { enum: Array.from({ length: 10_000 }, (_, at) => `value ${at}`) },
  ]) {
    const properties = Object.fromEntries(
      Array.from({ length: 1000 }, (_, at) => [`p${at}`, { $ref: '#/$defs/long' }]),
    );
    const schema = { type: 'object', properties, $defs: { long: { type: 'string', ...long } } };
    const { length } = JSON.stringify(toParameters(schema));
    assert(length > 1_000_000 && length < 10_000_000, `${length} characters`);
  }
});

test('every captured schema is converted to the subset', () => {
  for (const { body } of capturedRequests())
    for (const tool of body.tools ?? []) {
      const schema = toParameters(tool['input_schema']);
      if (schema) assert.deepEqual(brokenSchema(schema), [], tool.name);
    }
});

const name = fc.constantFrom('a', 'b', 'type', 'properties', '__proto__', 'required', '$ref');
const leaf = fc.record(
  {
    type: fc.constantFrom<unknown>(
      'string',
      'number',
      'integer',
      'boolean',
      'null',
      'array',
      'object',
      'file',
      ['string', 'null'],
      ['integer', 'array'],
      [],
      null,
      5,
    ),
    enum: fc.constantFrom<unknown>([], ['a', 'a'], [1, null], ['', 'b'], [{}], 'x', [true], null),
    const: fc.constantFrom<unknown>('c', 0, null, true, {}),
    format: fc.constantFrom<unknown>('uri', 'date-time', 'int32', 'enum', 3),
    minimum: fc.constantFrom<unknown>(0, '1', null, 1e300),
    exclusiveMinimum: fc.constantFrom<unknown>(0, true, '2'),
    minItems: fc.constantFrom<unknown>(0, -1, 1.5, '2'),
    maxLength: fc.constantFrom<unknown>(3, null),
    pattern: fc.constantFrom<unknown>('^a', '(?=b)', 7),
    nullable: fc.constantFrom<unknown>(true, false, 'x'),
    default: fc.constantFrom<unknown>(null, 'd', {}),
    description: fc.constantFrom<unknown>('words', '', null),
    required: fc.constantFrom<unknown>(['a'], null, ['zz', 'a', 'a'], 'a', [3]),
    $ref: fc.constantFrom<unknown>(
      '#',
      '#/$defs/d',
      '#/properties/a',
      '#/$defs/gone',
      'http://x/y',
      '#/%E0%A4%A',
      5,
    ),
    $schema: fc.constant('http://json-schema.org/draft-07/schema#'),
    if: fc.constant({}),
    patternProperties: fc.constant({ x: {} }),
  },
  { requiredKeys: [] },
);
const anySchema = fc.letrec<{ schema: unknown }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'schema' },
    { weight: 3, arbitrary: leaf },
    fc.constantFrom<unknown>(true, false, null, 'x', {}),
    fc
      .record(
        {
          properties: fc.oneof(
            fc.dictionary(name, tie('schema'), { maxKeys: 3 }),
            fc.constantFrom<unknown>(null, []),
          ),
          items: fc.oneof(tie('schema'), fc.array(tie('schema'), { maxLength: 2 })),
          prefixItems: fc.array(tie('schema'), { maxLength: 2 }),
          additionalProperties: tie('schema'),
          anyOf: fc.array(tie('schema'), { maxLength: 3 }),
          oneOf: fc.array(tie('schema'), { maxLength: 2 }),
          allOf: fc.array(tie('schema'), { maxLength: 2 }),
          $defs: fc.record({ d: tie('schema') }),
        },
        { requiredKeys: [] },
      )
      .chain((combined) => leaf.map((rest) => Object.assign({}, rest, combined))),
  ),
})).schema;

test('any random schema is converted to the subset without changing the input', () => {
  fc.assert(
    fc.property(anySchema, (schema) => {
      const before = JSON.stringify(schema);
      const parameters = toParameters(schema);
      if (parameters) assert.deepEqual(brokenSchema(parameters), []);
      if (typeof schema === 'object' && schema !== null && !Array.isArray(schema))
        assert.deepEqual(brokenSchema(toAnswerSchema(schema as never)), []);
      assert.equal(JSON.stringify(schema), before);
    }),
    runs,
  );
});
