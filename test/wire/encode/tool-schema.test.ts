/** Tool schemas: completed parts, the dialects, and recursive schemas. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toolSchema } from '../../../lib/wire/encode/tool-schema.ts';
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
