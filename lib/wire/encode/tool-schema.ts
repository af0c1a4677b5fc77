/**
 * The JSON Schema of a tool's input as an upstream will accept it. Several servers refuse the whole request for one
 * schema they do not like, so what is missing is filled in and what a dialect forbids is taken out. The client's own
 * schema is never changed.
 */
import { isObject, parseJson, type Json, type JsonObject } from '../../json.ts';
import { moonshotRewriter } from './schema-moonshot.ts';
import { rewriteSchema, without, type Rewrite } from './schema-walk.ts';

/**
 * - `full`: JSON Schema as it is, less `$schema`.
 * - `moonshot`: Kimi's own subset, see `schema-moonshot.ts`.
 * - `no_ranges`: no numeric bounds (Go answered `tool_count_limit` to `minimum` and its like).
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

/** True when `toolSchema` would only take things out that do no harm to an upstream with Anthropic's own validator. */
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

/** `$schema` names a draft that few servers know; `required: null` comes from generators and is no JSON Schema. */
function tidy(node: JsonObject, _depth: number): JsonObject {
  const drop = ['$schema'];
  if ('required' in node && !isNameList(node['required'])) drop.push('required');
  return without(node, drop);
}

function isNameList(value: Json | undefined): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}
