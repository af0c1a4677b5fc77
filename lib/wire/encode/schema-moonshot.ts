/**
 * Converts a JSON Schema to the subset that Moonshot's servers (Kimi) accept: every schema has a `type`; `$ref` has no
 * sibling keywords and starts with `#/$defs/`; next to `anyOf` the type is inside the members; if/then/else are removed;
 * an `items` array becomes its first element.
 */
import { isObject, type Json, type JsonObject } from '../../json.ts';
import { withoutAllOf } from './schema-merge.ts';
import { without, type Rewrite } from './schema-walk.ts';

export function moonshotRewriter(root: JsonObject): Rewrite {
  const definitions = { ...toMap(root['definitions']), ...toMap(root['$defs']) };
  const names = hoist(root, definitions);
  const hasDefinitions = Object.keys(definitions).length > 0;
  return (given, depth) => {
    const node = withoutTuples(withoutBooleans(without(given, ['if', 'then', 'else'])));
    if (depth === 0) {
      const rootNode = without(node, ['$ref', 'anyOf', 'oneOf', 'allOf', 'definitions', '$defs']);
      return hasDefinitions ? { ...rootNode, $defs: definitions } : rootNode;
    }
    const merged = withoutAllOf(node);
    const name = typeof merged['$ref'] === 'string' ? names.get(merged['$ref']) : undefined;
    if (name !== undefined) return { $ref: `#/$defs/${name}` };
    return withType(without(merged, ['$ref']));
  };
}

/**
 * Maps every reference in the document to the name of a definition. A target elsewhere in the document is copied to
 * `definitions` instead of being expanded in place, so a recursive schema stays finite. Broken references get no name.
 */
function hoist(root: JsonObject, definitions: JsonObject): Map<string, string> {
  const names = new Map<string, string>();
  for (const reference of references(root)) {
    const known = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(reference)?.[1];
    if (known !== undefined && isObject(definitions[known])) {
      names.set(reference, known);
      continue;
    }
    const target = lookup(root, reference);
    if (target === undefined) continue;
    let name = reference.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_+|_+$/g, '') || 'root';
    while (Object.hasOwn(definitions, name)) name += '_';
    definitions[name] = without(target, ['$defs', 'definitions']);
    names.set(reference, name);
  }
  return names;
}

/** Every `$ref` in the document, once. Iterative, because a deep document would overflow the stack. */
function references(root: JsonObject): Set<string> {
  const found = new Set<string>();
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (isObject(value) && typeof value['$ref'] === 'string') found.add(value['$ref']);
    for (const inner of Object.values(value)) pending.push(inner);
  }
  return found;
}

function toMap(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** The schema that a JSON pointer into this document refers to. */
function lookup(root: JsonObject, reference: string): JsonObject | undefined {
  if (reference === '#') return root;
  if (!reference.startsWith('#/')) return undefined;
  let current: unknown = root;
  for (const step of reference.slice(2).split('/')) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return isObject(current) ? current : undefined;
}

/** Replaces boolean property schemas, which cannot have a type, by `{}`. */
function withoutBooleans(node: JsonObject): JsonObject {
  const { properties } = node;
  if (!isObject(properties) || Object.values(properties).every((schema) => isObject(schema))) return node;
  const entries = Object.entries(properties).map(([name, schema]) => [name, isObject(schema) ? schema : {}]);
  return { ...node, properties: Object.fromEntries(entries) as JsonObject };
}

function withoutTuples(node: JsonObject): JsonObject {
  const tuple = Array.isArray(node['prefixItems']) ? node['prefixItems'] : node['items'];
  if (!Array.isArray(tuple)) return node;
  return { ...without(node, ['prefixItems', 'additionalItems']), items: tuple[0] ?? {} };
}

function withType(node: JsonObject): JsonObject {
  const choices = node['anyOf'] ?? node['oneOf'];
  if (Array.isArray(choices) && choices.length > 0) return withTypeInside(node, choices);
  const { type } = node;
  if (typeof type === 'string') return node;
  if (!Array.isArray(type) || type.length === 0) return { ...node, type: guessType(node) };
  if (type.length === 1) return { ...node, type: type[0] };
  const outer = Object.fromEntries(Object.entries(node).filter(([key]) => annotations.has(key)));
  const rules = without(node, ['type', ...annotations]);
  const toMember = (name: Json): JsonObject => (name === 'null' ? { type: name } : { ...rules, type: name });
  return { ...outer, anyOf: type.map(toMember) };
}

const annotations: ReadonlySet<string> = new Set(['description', 'title', 'default', 'examples']);

function withTypeInside(node: JsonObject, choices: Json[]): JsonObject {
  const { type } = node;
  const members = choices.map((choice): Json => {
    if (!isObject(choice) || choice['type'] !== undefined || choice['$ref'] !== undefined) return choice;
    return type === undefined ? choice : { ...choice, type };
  });
  return { ...without(node, ['type', 'oneOf']), anyOf: members };
}

/** The type that the keywords of a schema without `type` imply; `string` when they imply none. */
function guessType(node: JsonObject): string {
  const sample = node['const'] ?? (Array.isArray(node['enum']) ? node['enum'][0] : undefined);
  if (typeof sample === 'number' || typeof sample === 'boolean') return typeof sample;
  const hasAny = (keys: string[]): boolean => keys.some((key) => node[key] !== undefined);
  if (hasAny(['properties', 'additionalProperties', 'required'])) return 'object';
  if (hasAny(['items', 'minItems', 'maxItems'])) return 'array';
  if (hasAny(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'])) return 'number';
  return 'string';
}
