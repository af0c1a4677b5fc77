/**
 * Converts the JSON Schema of a tool's input to one that the upstream accepts: adds required keywords and removes
 * unsupported ones. Several servers reject the whole request because of one schema. The client's schema is not modified.
 */
import { isObject, parseJson, type Json, type JsonObject } from '../../json.ts';
import { moonshotRewriter } from './schema-moonshot.ts';
import { rewriteSchema, without, type Rewrite } from './schema-walk.ts';

/**
 * - `full`: JSON Schema without `$schema`.
 * - `moonshot`: Kimi's subset, see `schema-moonshot.ts`.
 * - `no_ranges`: no numeric ranges (OpenCode Go returned `tool_count_limit` for `minimum` and similar keywords).
 */
export type SchemaDialect = 'full' | 'moonshot' | 'no_ranges';

/** A schema whose root is an object with `properties`; a tool without a usable schema takes no arguments. */
export function toolSchema(schema: unknown, dialect: SchemaDialect = 'full'): JsonObject {
  const given = typeof schema === 'string' ? parseJson(schema) : schema;
  if (!isObject(given) || Object.keys(given).length === 0) {
    return { type: 'object', properties: {}, additionalProperties: false };
  }
  const properties = isObject(given['properties']) ? given['properties'] : {};
  return rewriteSchema({ ...given, type: 'object', properties }, rewriters[dialect](given));
}

/** True when a server with Anthropic's validation accepts the schema without `toolSchema`. */
export function isUsableSchema(schema: unknown): boolean {
  return isObject(schema) && schema['type'] === 'object' && isObject(schema['properties']);
}

const rewriters = {
  full: () => tidy,
  moonshot: (root) => {
    const rewrite = moonshotRewriter(root);
    return (node, depth) => rewrite(tidy(node, depth), depth);
  },
  no_ranges: () => (node, depth) => without(tidy(node, depth), ranges),
} satisfies Record<SchemaDialect, (root: JsonObject) => Rewrite>;

const ranges = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'];

/** Few servers accept `$schema`. Some generators write `required: null`, which is not valid JSON Schema. */
function tidy(node: JsonObject, _depth: number): JsonObject {
  const removed = ['$schema'];
  if ('required' in node && !isNameList(node['required'])) removed.push('required');
  return without(node, removed);
}

function isNameList(value: Json | undefined): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}
