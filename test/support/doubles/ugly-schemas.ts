/** Tool schemas as MCP servers publish them, each with something that a vendor is reported to refuse. */

const object = (properties: object, more: object = {}): object => ({ type: 'object', properties, ...more });

export const uglySchemas: Readonly<Record<string, object>> = {
  // anthropics/claude-code#37642
  array_without_items: object({ list: { type: 'array' }, maybe: { type: ['array', 'null'] } }),
  // ggml-org/llama.cpp#17574
  not_anything: object({ value: { not: {} } }),
  // nspady/google-calendar-mcp#39 has it at the top; Claude Code refuses that itself, so here it is one level below.
  combinations: object({
    event: {
      oneOf: [
        object({ at: { const: 1 } }),
        { type: 'string', pattern: '^a+$' },
        { allOf: [{ type: 'null' }] },
      ],
    },
  }),
  references: object(
    { node: { $ref: '#/$defs/node', description: 'a tree' } },
    { $defs: { node: object({ children: { type: 'array', items: { $ref: '#/$defs/node' } } }) } },
  ),
  old_references: object(
    { node: { $ref: '#/definitions/node' } },
    { definitions: { node: object({ name: { type: 'string' } }) } },
  ),
  tuples: object({
    pair: { type: 'array', items: [{ type: 'string' }, { type: 'number' }], minItems: 2, maxItems: 2 },
  }),
  prefix_items: object({ pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }] } }),
  untyped: object({
    anything: {},
    described: { description: 'anything' },
    enumerated: { enum: ['a', 1, null] },
  }),
  type_lists: object({
    value: { type: ['string', 'null'], format: 'uri' },
    count: { type: ['integer', 'string'] },
  }),
  ranges: object({ count: { type: 'integer', exclusiveMinimum: 0, maximum: 10, multipleOf: 2 } }),
  conditions: object(
    { kind: { type: 'string' } },
    { if: { properties: { kind: { const: 'a' } } }, else: { required: ['kind'] } },
  ),
  names: object({
    properties: { type: 'string' },
    type: { type: 'string' },
    $ref: { type: 'string' },
    größe: { type: 'number' },
  }),
  patterns: object(
    {},
    { patternProperties: { '^x-': { type: 'string' } }, propertyNames: { pattern: '^[a-z]' } },
  ),
  required_unknown: object({ a: { type: 'string' } }, { required: ['a', 'b'] }),
  no_properties: { type: 'object' },
  closed: object(
    { a: object({}, { additionalProperties: false }) },
    { additionalProperties: false, $schema: 'http://json-schema.org/draft-07/schema#' },
  ),
  numbers: object({ level: { type: 'integer', enum: [1, 2, 3] }, on: { type: 'boolean', const: true } }),
};
