/**
 * Rewrites a JSON Schema recursively, following only keywords that contain schemas: a property may be named `minimum`. Parts
 * that do not change are shared with the given schema.
 */
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
  return mapped(node, (value, key) => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return holdsList.has(key) ? mappedList(value, child) : value;
    if (holdsMap.has(key)) return mapped(value, child);
    return holdsSchema.has(key) ? child(value) : value;
  });
}

/** The object with each value replaced by `change(value)`; the object itself if every value stays the same. */
function mapped(
  node: JsonObject,
  change: (value: Json | undefined, key: string) => Json | undefined,
): JsonObject {
  let changed: JsonObject | undefined;
  for (const key of Object.keys(node)) {
    const value = node[key];
    const next = change(value, key);
    if (next === value) continue;
    changed ??= { ...node };
    changed[key] = next;
  }
  return changed ?? node;
}

function mappedList(list: Json[], change: (value: Json) => Json): Json[] {
  const changed = list.map(change);
  return changed.every((value, at) => value === list[at]) ? list : changed;
}

/** A copy of the object without some of its keys; the object itself when it has none of them. */
export function without(node: JsonObject, keys: readonly string[]): JsonObject {
  if (!keys.some((key) => Object.hasOwn(node, key))) return node;
  return Object.fromEntries(Object.entries(node).filter(([key]) => !keys.includes(key)));
}
