/** Rewrites a JSON Schema recursively, following only keywords that contain schemas: a property may be named `minimum`. */
import { isObject, type Json, type JsonObject } from '../../json.ts';

/** Returns the new schema at `depth` (0 is the root). Its children are rewritten afterwards. */
export type Rewrite = (node: JsonObject, depth: number) => JsonObject;

const holdsSchema: ReadonlySet<string> = new Set([
  'items',
  'additionalItems',
  'additionalProperties',
  'contains',
  'else',
  'if',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
]);
const holdsList: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'items', 'oneOf', 'prefixItems']);
const holdsMap: ReadonlySet<string> = new Set([
  '$defs',
  'definitions',
  'dependentSchemas',
  'patternProperties',
  'properties',
]);

/** Levels of nested schemas, more than real schemas have and few enough for the stack. */
const maxDepth = 64;

export function rewriteSchema(schema: JsonObject, rewrite: Rewrite, depth = 0): JsonObject {
  const node = rewrite(schema, depth);
  // Deeper schemas are removed, which allows any value there.
  if (depth === maxDepth) return without(node, [...holdsSchema, ...holdsList, ...holdsMap]);
  const child = (value: Json | undefined): Json =>
    isObject(value) ? rewriteSchema(value, rewrite, depth + 1) : typeof value === 'boolean' ? value : {};
  const entries = Object.entries(node).map(([key, value]): [string, Json | undefined] => {
    if (holdsMap.has(key) && isObject(value)) {
      return [key, Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, child(inner)]))];
    }
    if (holdsList.has(key) && Array.isArray(value)) return [key, value.map(child)];
    if (holdsSchema.has(key) && isObject(value)) return [key, child(value)];
    return [key, value];
  });
  return Object.fromEntries(entries);
}

/** A copy of the object without some of its keys; the object itself when it has none of them. */
export function without(node: JsonObject, keys: readonly string[]): JsonObject {
  if (!keys.some((key) => Object.hasOwn(node, key))) return node;
  return Object.fromEntries(Object.entries(node).filter(([key]) => !keys.includes(key)));
}
