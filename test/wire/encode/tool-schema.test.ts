/** Tool schemas: completed parts, the dialects, and recursive schemas. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toolSchema, validSchema } from '../../../lib/wire/encode/tool-schema.ts';
import { callableTools } from '../../../lib/anthropic/tools.ts';
import type { Tool } from '../../../lib/anthropic/request.ts';
import { captured, requestOf } from '../../support/requests.ts';

const none = { type: 'object', properties: {}, additionalProperties: false };
const named = (tools: Tool[]): string[] => callableTools(requestOf([], { tools })).map(({ name }) => name);

test('TestTransformTools_SkipsEmptyName', () => {
  assert.deepEqual(named([{ name: '', input_schema: {} }, { name: 'Read' }]), ['Read']);
});
test('TestTransformTools_SkipsWhitespaceOnlyName', () => {
  assert.deepEqual(named([{ name: ' \t\n', input_schema: {} }, { name: 'Read' }]), ['Read']);
});
test('TestTransformTools_FillsEmptySchema', () => assert.deepEqual(toolSchema(undefined), none));
test('TestTransformTools_FillsNullSchema', () => {
  for (const schema of [null, 'null', ' null ']) assert.deepEqual(toolSchema(schema), none);
});
test('TestTransformTools_FillsEmptyObjectSchema', () => {
  for (const schema of [{}, '{}']) assert.deepEqual(toolSchema(schema), none);
});
test('TestTransformTools_FillsMissingType', () => {
  const properties = { path: { type: 'string' } };
  assert.deepEqual(toolSchema({ properties }), { properties, type: 'object' });
});
test('TestTransformTools_FillsMissingProperties', () => {
  assert.deepEqual(toolSchema({ type: 'object' }), { type: 'object', properties: {} });
  assert.deepEqual(toolSchema({ type: 'object', properties: [] }), { type: 'object', properties: {} });
});
test('TestTransformTools_RecoversFromInvalidJSON', () => {
  for (const schema of ['{"type":', 'junk', 7, [], true]) assert.deepEqual(toolSchema(schema), none);
});
test('TestTransformTools_PreservesValidSchema', () => {
  const schema = { type: 'object', properties: { n: { type: 'integer', minimum: 1 } }, required: ['n'] };
  assert.deepEqual(toolSchema(schema), schema);
  assert.deepEqual(toolSchema(JSON.stringify(schema)), schema);
});
test('TestTransformTools_PreservesAdditionalPropertiesWhenSet', () => {
  for (const additionalProperties of [true, false, { type: 'string' }]) {
    const schema = { type: 'object', properties: {}, additionalProperties };
    assert.deepEqual(toolSchema(schema), schema);
  }
});

test('a wrong root type becomes object', () => {
  assert.deepEqual(toolSchema({ type: 'string' }), { type: 'object', properties: {} });
});

test('$schema and required: null are removed at any depth', () => {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { $schema: { type: 'string' }, deep: { $schema: 'x', type: 'object', required: null } },
  };
  assert.deepEqual(toolSchema(schema), {
    type: 'object',
    properties: { $schema: { type: 'string' }, deep: { type: 'object' } },
  });
});

test('no_ranges removes numeric ranges but keeps a property with that name', () => {
  const schema = {
    type: 'object',
    properties: {
      minimum: { type: 'number', minimum: 1, exclusiveMaximum: 9, default: { minimum: 4 } },
      list: { type: 'array', items: { anyOf: [{ type: 'integer', maximum: 3, exclusiveMinimum: 0 }] } },
    },
  };
  assert.deepEqual(toolSchema(schema, 'no_ranges'), {
    type: 'object',
    properties: {
      minimum: { type: 'number', default: { minimum: 4 } },
      list: { type: 'array', items: { anyOf: [{ type: 'integer' }] } },
    },
  });
});

test('moonshot: every property has a type, for anyOf inside its members', () => {
  const schema = {
    type: 'object',
    anyOf: [{ required: ['a'] }],
    properties: {
      a: { description: 'anything' },
      b: { enum: [1, 2] },
      c: { type: 'string', anyOf: [{ enum: ['x'] }, { type: 'null' }] },
      d: { type: ['string', 'null'], description: 'maybe', maxLength: 3 },
      e: { type: 'array', items: [{ type: 'string' }, { type: 'number' }] },
      f: { type: 'object', if: {}, else: {}, properties: { g: true } },
      h: { description: 'to', allOf: [{ pattern: 'a' }, { type: 'string', maxLength: 9 }] },
      i: { type: 'array', prefixItems: [{ const: 'x' }] },
    },
  };
  assert.deepEqual(toolSchema(schema, 'moonshot'), {
    type: 'object',
    properties: {
      a: { description: 'anything', type: 'string' },
      b: { enum: [1, 2], type: 'number' },
      c: { anyOf: [{ enum: ['x'], type: 'string' }, { type: 'null' }] },
      d: { description: 'maybe', anyOf: [{ maxLength: 3, type: 'string' }, { type: 'null' }] },
      e: { type: 'array', items: { type: 'string' } },
      f: { type: 'object', properties: { g: { type: 'string' } } },
      h: { description: 'to', pattern: 'a', type: 'string', maxLength: 9 },
      i: { type: 'array', items: { const: 'x', type: 'string' } },
    },
    required: ['a'],
  });
});

test('moonshot: references have no siblings and start with #/$defs/, also those to other places in the document', () => {
  const schema = {
    type: 'object',
    definitions: { Node: { properties: { next: { $ref: '#/definitions/Node', description: 'gone' } } } },
    properties: {
      node: { $ref: '#/definitions/Node', description: 'a sibling' },
      tree: {
        type: 'object',
        properties: { left: { $ref: '#/properties/tree' }, right: { $ref: '#/properties/tree' } },
      },
      lost: { $ref: 'https://example.com/schema.json' },
    },
  };
  assert.deepEqual(toolSchema(schema, 'moonshot'), {
    type: 'object',
    properties: {
      node: { $ref: '#/$defs/Node' },
      tree: {
        type: 'object',
        properties: { left: { $ref: '#/$defs/properties_tree' }, right: { $ref: '#/$defs/properties_tree' } },
      },
      lost: { type: 'string' },
    },
    $defs: {
      Node: { properties: { next: { $ref: '#/$defs/Node' } }, type: 'object' },
      properties_tree: {
        type: 'object',
        properties: { left: { $ref: '#/$defs/properties_tree' }, right: { $ref: '#/$defs/properties_tree' } },
      },
    },
  });
});

test('a recursive schema and one with a thousand levels give a bounded result', () => {
  let deep: Record<string, unknown> = { type: 'string' };
  for (let i = 0; i < 1000; i++) deep = { type: 'object', properties: { a: deep } };
  for (const dialect of ['full', 'moonshot', 'no_ranges'] as const) {
    const self = { type: 'object', properties: { me: { $ref: '#' } }, $defs: { A: { $ref: '#/$defs/A' } } };
    assert.ok(JSON.stringify(toolSchema(self, dialect)).length < 1000);
    assert.ok(JSON.stringify(toolSchema(deep, dialect)).length < 10_000);
  }
});

test('every tool schema of Claude Code is complete in each dialect, and the input is not modified', () => {
  for (const number of [1, 8, 29]) {
    const { tools = [] } = captured(number);
    const before = JSON.stringify(tools);
    for (const { input_schema: schema } of tools) {
      for (const dialect of ['full', 'moonshot', 'no_ranges'] as const) {
        const sent = toolSchema(schema, dialect);
        if (dialect === 'moonshot') assertTyped(sent['properties'], true);
        if (dialect === 'no_ranges')
          assert.doesNotMatch(JSON.stringify(sent), /"(?:exclusiveM|m)(?:in|ax)imum":\d/);
      }
    }
    assert.equal(JSON.stringify(tools), before);
  }
});

/** Asserts that every schema has a type, a reference or `anyOf`. */
function assertTyped(node: unknown, isMap: boolean): void {
  if (typeof node !== 'object' || node === null) return;
  if (!isMap) {
    const { type, $ref, anyOf, properties, items } = node as Record<string, unknown>;
    assert.ok(typeof type === 'string' || $ref !== undefined || anyOf !== undefined, JSON.stringify(node));
    assertTyped(properties, true);
    assertTyped(items, false);
    return;
  }
  for (const inner of Object.values(node)) assertTyped(inner, false);
}

/** Each kind of schema that a vendor is reported to refuse, and what is sent instead. */
const refused: Record<string, [object, object]> = {
  'an array without items (anthropics/claude-code#37642)': [{ type: 'array' }, { type: 'array', items: {} }],
  'an array or null without items (anthropics/claude-code#37642)': [
    { type: ['array', 'null'], description: 'list' },
    { type: ['array', 'null'], description: 'list', items: {} },
  ],
  'an array without items among alternatives (microsoft/vscode#244467)': [
    { anyOf: [{ type: 'array' }, { type: 'null' }] },
    { anyOf: [{ type: 'array', items: {} }, { type: 'null' }] },
  ],
  'an array without items inside an array (apify/apify-mcp-server#36)': [
    { type: 'array', items: { type: 'array', minItems: 1 } },
    { type: 'array', items: { type: 'array', minItems: 1, items: {} } },
  ],
  'a tuple of draft 7 (microsoft/vscode#244467)': [
    { type: 'array', items: [{ type: 'string' }, { type: 'array' }], additionalItems: false, maxItems: 2 },
    {
      type: 'array',
      prefixItems: [{ type: 'string' }, { type: 'array', items: {} }],
      items: {},
      maxItems: 2,
    },
  ],
  'a tuple of 2020-12 without items (NousResearch/hermes-agent#54290)': [
    { type: 'array', prefixItems: [{ type: 'string' }] },
    { type: 'array', prefixItems: [{ type: 'string' }], items: {} },
  ],
  'oneOf (can1357/oh-my-pi#920)': [
    { type: 'array', items: { oneOf: [{ type: 'string' }, { type: 'null' }] } },
    { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
  ],
  'allOf (makenotion/notion-mcp-server#102)': [
    { description: 'to', allOf: [{ properties: { a: {} }, required: ['a'] }, { required: ['b'] }] },
    { description: 'to', properties: { a: {} }, required: ['a', 'b'] },
  ],
  'a type that does not exist (chatanywhere/GPT_API_free#403)': [
    { type: 'any', description: 'x' },
    { description: 'x' },
  ],
  'a type of OpenAPI in capitals': [{ type: ['STRING', 'None'] }, { type: ['string'] }],
  'an exclusive minimum of draft 4 (nanbingxyz/5ire#42)': [
    { type: 'integer', minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false },
    { type: 'integer', exclusiveMinimum: 0, maximum: 9 },
  ],
};

for (const [name, [given, expected]] of Object.entries(refused)) {
  test(`refused by OpenAI: ${name}`, () => {
    const places = (one: object): [string, object][] => [
      ['properties', { type: 'object', properties: { a: one } }],
      ['$defs', { type: 'object', properties: { a: { $ref: '#/$defs/A' } }, $defs: { A: one } }],
      ['items', { type: 'object', properties: { a: { type: 'array', items: one } } }],
      ['anyOf', { type: 'object', properties: { a: { anyOf: [one, { type: 'null' }] } } }],
      [
        'additionalProperties',
        { type: 'object', properties: { a: { type: 'object', additionalProperties: one } } },
      ],
    ];
    const wanted = new Map(places(expected));
    for (const [place, schema] of places(given)) {
      const before = structuredClone(schema);
      assert.deepEqual(toolSchema(schema), wanted.get(place), place);
      assert.deepEqual(schema, before);
    }
  });
}

test('allOf stays where merging it would lose a keyword', () => {
  const schema = { allOf: [{ pattern: '^a' }, { pattern: 'b$' }] };
  const whole = { type: 'object', properties: { a: schema } };
  assert.deepEqual(toolSchema(whole), whole);
});

test('no combination at the root (makenotion/notion-mcp-server#340): the properties of all alternatives, and a note', () => {
  const branch = (name: string): object => ({
    type: 'object',
    properties: { [name]: { type: 'string' }, parent: {} },
    required: [name, 'parent'],
  });
  const expected = {
    type: 'object',
    description: 'Attaches. Required is one of these groups: content, parent | url, parent.',
    properties: { content: { type: 'string' }, url: { type: 'string' }, parent: {} },
    required: ['parent'],
  };
  for (const key of ['anyOf', 'oneOf']) {
    const schema = { type: 'object', description: 'Attaches.', [key]: [branch('content'), branch('url')] };
    assert.deepEqual(toolSchema(schema), expected);
    assert.deepEqual(validSchema(schema), expected);
  }
});

test('no combination at the root (nspady/google-calendar-mcp#39, langchain-ai/langchainjs#9804)', () => {
  const schema = {
    allOf: [{ $ref: '#/$defs/Base' }, { properties: { b: { type: 'string' } }, required: ['b'] }],
    not: { required: ['c'] },
    enum: [{}],
    $defs: { Base: { type: 'object', properties: { a: { type: 'array' } }, required: ['a'] } },
  };
  assert.deepEqual(toolSchema(schema), {
    type: 'object',
    properties: { a: { type: 'array', items: {} }, b: { type: 'string' } },
    required: ['a', 'b'],
    $defs: { Base: { type: 'object', properties: { a: { type: 'array', items: {} } }, required: ['a'] } },
  });
});

test('a root that is a reference becomes what it names; a circle of references ends', () => {
  const Args = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
  assert.deepEqual(toolSchema({ $ref: '#/definitions/Args', definitions: { Args } }), {
    ...Args,
    definitions: { Args },
  });
  const circle = { $ref: '#/$defs/A', $defs: { A: { $ref: '#/$defs/B' }, B: { $ref: '#/$defs/A' } } };
  assert.deepEqual(toolSchema(circle)['properties'], {});
});

test('for Anthropic only what is invalid is changed, and a valid schema is the same object', () => {
  const valid = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties: { list: { type: 'array' }, one: { oneOf: [{ type: 'string' }] }, any: { type: ['null'] } },
  };
  assert.equal(validSchema(valid), valid);
  assert.equal(validSchema(undefined), undefined);
  const properties = { pair: { type: 'array', items: [{ type: 'string' }] }, x: { type: 'any' } };
  assert.deepEqual(validSchema({ type: 'object', properties, $schema: 'x' }), {
    type: 'object',
    properties: { pair: { type: 'array', prefixItems: [{ type: 'string' }], items: {} }, x: {} },
    $schema: 'x',
  });
});
