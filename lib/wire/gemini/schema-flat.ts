/**
 * Resolves the references of a JSON Schema and merges its combinations, so that `schema.ts` sees no `$ref`, `allOf` or
 * `oneOf`. Recursion is cut off with a note in the description, and a schema that grows too large is truncated.
 */
import { isObject, toArray, toText, type Json, type JsonObject } from '../../json.ts';
import { inEvery, united } from '../encode/schema-merge.ts';

export interface Flat {
  /** The merged keywords. Types, references and combinations are in the other fields. */
  node: JsonObject;
  description?: string;
  /** Without `null`; empty if any type is allowed. */
  types: readonly string[];
  nullable: boolean;
  /** The alternatives of `anyOf` and `oneOf`. */
  variants: readonly Flat[];
  children?: { properties: Record<string, Flat>; items: readonly Flat[] };
}

export interface Flattener {
  /** The root of a function's parameters, which must be an object. */
  root(): Flat;
  node(schema: JsonObject): Flat;
}

/** Characters that references may copy: a definition with a long description or a long enum may be named a thousand times. */
const maxCopied = 4_000_000;

const lengths = new WeakMap<JsonObject, number>();

/** The length of a definition itself; what is below it is counted as nodes. */
function lengthOf(node: JsonObject): number {
  const known = lengths.get(node);
  if (known !== undefined) return known;
  const own = Object.values(node).filter((value) => !isObject(value));
  const length = JSON.stringify(own).length;
  lengths.set(node, length);
  return length;
}

/** Most nodes of a schema with all references resolved, and most references. */
const maxNodes = 4000;
const maxDepth = 32;

export function flattener(rootSchema: JsonObject): Flattener {
  let remaining = maxNodes;
  let references = maxNodes;
  let copied = 0;

  function target(reference: string): JsonObject | undefined {
    if (!reference.startsWith('#')) return undefined;
    let at: Json | undefined = rootSchema;
    for (const step of reference.split('/').slice(1)) {
      const name = unescaped(step);
      if (Array.isArray(at)) at = at[Number(name)];
      else at = isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
    }
    return isObject(at) ? at : undefined;
  }

  /** The node with its references and `allOf` merged in. `open` lists the references that are being resolved. */
  function merged(
    schema: JsonObject,
    open: readonly string[],
  ): { node: JsonObject; open: readonly string[] } {
    let node = schema;
    let following = open;
    for (let reference = toText(node['$ref']); reference !== ''; reference = toText(node['$ref'])) {
      const { $ref: _, ...own } = node;
      const found = --references < 0 || copied > maxCopied ? undefined : target(reference);
      if (found) copied += lengthOf(found);
      if (!found) node = { ...own, description: noted(own, 'its schema is not known here') };
      else if (following.includes(reference))
        node = { ...cutOff(found), ...own, description: noted(own, again) };
      else {
        following = following.concat(reference);
        node = { ...found, ...own };
      }
    }
    const { allOf: parts, ...flat } = node;
    const members = toArray(parts)
      .filter(isObject)
      .map((part) => {
        const inner = merged(part, following);
        following = inner.open;
        return inner.node;
      });
    return { node: united(flat, members), open: following };
  }

  function flatten(schema: Json | undefined, open: readonly string[], depth: number): Flat {
    if (!isObject(schema) || --remaining < 0 || depth > maxDepth)
      return { node: {}, types: [], nullable: false, variants: [] };
    const { node, open: following } = merged(schema, open);
    const { own, choices } = unfolded(node);
    if (choices.length === 0 || isStructured(own))
      return plain(withChoices(own, choices, following), following, depth);
    const { type, description, title, nullable, ...shared } = own;
    const given = choices.filter((choice) => !isNull(choice));
    const text = toText(description) || toText(title);
    return {
      node: own,
      ...(text !== '' && { description: text }),
      types: [],
      nullable: nullable === true || given.length < choices.length || typesOf({ type }).includes('null'),
      variants: given.map((choice) =>
        flatten({ ...(type !== undefined && { type }), ...shared, ...choice }, following, depth + 1),
      ),
    };
  }

  function plain(node: JsonObject, open: readonly string[], depth: number): Flat {
    const text = toText(node['description']) || toText(node['title']);
    const types = typesOf(node);
    const known = types.filter((type) => type !== 'null');
    return {
      node,
      ...(text !== '' && { description: text }),
      // Gemini requires a type even if only null is allowed.
      types: known.length === 0 && types.length > 0 ? ['string'] : known,
      nullable: types.includes('null') || node['nullable'] === true || toArray(node['enum']).includes(null),
      variants: [],
      children: childrenOf(node, open, depth),
    };
  }

  /**
   * A node with properties and alternatives ("a or b is required") stays one object: it gets the properties of all
   * alternatives, and only what every alternative requires is required.
   */
  function withChoices(own: JsonObject, choices: readonly JsonObject[], open: readonly string[]): JsonObject {
    if (choices.length === 0) return own;
    const inner = choices.map((choice) => merged(choice, open).node);
    const required = inner.map((choice) => toArray(choice['required']));
    const properties = Object.fromEntries(inner.flatMap((choice) => Object.entries(toProperties(choice))));
    return united(own, [{ properties, required: inEvery(required) }]);
  }

  function childrenOf(
    node: JsonObject,
    open: readonly string[],
    depth: number,
  ): NonNullable<Flat['children']> {
    const entries = Object.entries(toProperties(node));
    const tuple = [...toArray(node['prefixItems']), ...toArray(node['items'])];
    const items = tuple.length > 0 ? tuple : isObject(node['items']) ? [node['items']] : [];
    return {
      properties: Object.fromEntries(entries.map(([name, child]) => [name, flatten(child, open, depth + 1)])),
      items: items.map((item) => flatten(item, open, depth + 1)),
    };
  }

  return {
    node: (schema) => flatten(schema, [], 0),
    root() {
      const { node, open } = merged(rootSchema, ['#']);
      const { own, choices } = unfolded(node);
      return plain({ ...withChoices(own, choices, open), type: 'object' }, open, 0);
    },
  };
}

const again = 'the same structure again, left open here';

/** `oneOf` is treated as `anyOf`, `const` as an enum with one value. */
function unfolded({ anyOf, oneOf, const: only, ...rest }: JsonObject): {
  own: JsonObject;
  choices: JsonObject[];
} {
  const choices = [...toArray(anyOf), ...toArray(oneOf)].filter((choice) => isObject(choice));
  return { own: only === undefined ? rest : { ...rest, enum: [only] }, choices };
}

function isNull(choice: JsonObject): boolean {
  return choice['type'] === 'null' || choice['const'] === null;
}

function isStructured(node: JsonObject): boolean {
  return isObject(node['properties']) || node['items'] !== undefined || node['enum'] !== undefined;
}

/** The types a node names, or else those that its other keywords imply. */
function typesOf(node: JsonObject): string[] {
  const { type } = node;
  const named = (Array.isArray(type) ? type : [type]).map((name) => toText(name).toLowerCase());
  const values = toArray(node['enum']).map((value) => (value === null ? 'null' : typeof value));
  for (const names of [named, values]) {
    const known = names.filter((name) => knownTypes.has(name));
    if (known.length > 0) return [...new Set(known)];
  }
  if (isObject(node['properties']) || isObject(node['additionalProperties'])) return ['object'];
  return node['items'] !== undefined || node['prefixItems'] !== undefined ? ['array'] : [];
}

const knownTypes: ReadonlySet<string> = new Set([
  'string',
  'number',
  'integer',
  'boolean',
  'array',
  'object',
  'null',
]);

function toProperties(node: JsonObject): JsonObject {
  return isObject(node['properties']) ? node['properties'] : {};
}

/** What remains of a recursive reference. */
function cutOff(found: JsonObject): JsonObject {
  return found['type'] === undefined ? {} : { type: found['type'] };
}

function noted(own: JsonObject, note: string): string {
  return [toText(own['description']), `(${note})`].filter((text) => text !== '').join(' ');
}

/** Decodes the escapes of a JSON Pointer and of a URI fragment. */
function unescaped(step: string): string {
  let name = step;
  try {
    name = decodeURIComponent(step);
  } catch {
    // A literal percent sign.
  }
  return name.replaceAll('~1', '/').replaceAll('~0', '~');
}
