/**
 * JSON Schema with its references followed and its combinations merged: each node knows its types, whether it may be
 * null, its choices and its children, so that what writes the subset never meets a reference. A structure that holds
 * itself is cut off with a note, and so is one that grows past any sense when its references are written out.
 */
import { isObject, toArray, toText, type Json, type JsonObject } from '../../json.ts';

export interface Flat {
  /** Keywords as they stand, merged; types, references and combinations are told by the other fields. */
  node: JsonObject;
  description?: string;
  /** Without `null`; empty where anything goes. */
  types: readonly string[];
  nullable: boolean;
  /** The choices of `anyOf` and `oneOf`; empty when there is no choice. */
  variants: readonly Flat[];
  children?: { properties: Record<string, Flat>; items: readonly Flat[] };
}

export interface Flattener {
  /** The root of a function's parameters: one object. */
  root(): Flat;
  node(schema: JsonObject): Flat;
}

/** Nodes one schema may come to when its references are written out. */
const mostNodes = 4000;
const deepest = 32;

export function flattener(rootSchema: JsonObject): Flattener {
  let left = mostNodes;

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

  /** The node with its references and its `allOf` merged in. `open` names the references that are being followed. */
  function merged(
    schema: JsonObject,
    open: readonly string[],
  ): { node: JsonObject; open: readonly string[] } {
    let node = schema;
    let following = open;
    for (let reference = toText(node['$ref']); reference !== ''; reference = toText(node['$ref'])) {
      const { $ref: _, ...own } = node;
      const found = target(reference);
      if (!found) node = { ...own, description: noted(own, 'its schema is not known here') };
      else if (following.includes(reference))
        node = { ...cutOff(found), ...own, description: noted(own, again) };
      else {
        following = following.concat(reference);
        node = { ...found, ...own };
      }
    }
    const { allOf: parts, ...flat } = node;
    let all: JsonObject = flat;
    for (const part of toArray(parts)) {
      if (!isObject(part)) continue;
      const inner = merged(part, following);
      following = inner.open;
      all = united(all, inner.node);
    }
    return { node: all, open: following };
  }

  function flatten(schema: Json | undefined, open: readonly string[], depth: number): Flat {
    if (!isObject(schema) || --left < 0 || depth > deepest)
      return { node: {}, types: [], nullable: false, variants: [] };
    const { node, open: following } = merged(schema, open);
    const { own, choices } = unfolded(node);
    if (choices.length === 0 || isStructured(own))
      return plain(withChoices(own, choices, following), following, depth);
    const { type, description, title, nullable, ...shared } = own;
    const given = choices.filter((choice) => !isNull(choice));
    const words = toText(description) || toText(title);
    return {
      node: own,
      ...(words !== '' && { description: words }),
      types: [],
      nullable: nullable === true || given.length < choices.length || typesOf({ type }).includes('null'),
      variants: given.map((choice) =>
        flatten({ ...(type !== undefined && { type }), ...shared, ...choice }, following, depth + 1),
      ),
    };
  }

  function plain(node: JsonObject, open: readonly string[], depth: number): Flat {
    const words = toText(node['description']) || toText(node['title']);
    const types = typesOf(node);
    const known = types.filter((type) => type !== 'null');
    return {
      node,
      ...(words !== '' && { description: words }),
      // What can be nothing but null has to name a type all the same.
      types: known.length === 0 && types.length > 0 ? ['string'] : known,
      nullable: types.includes('null') || node['nullable'] === true || toArray(node['enum']).includes(null),
      variants: [],
      children: childrenOf(node, open, depth),
    };
  }

  /**
   * What a node itself says of an object is more than its choices add ("a or b is required"): their properties join
   * its own, and only what every choice requires is required.
   */
  function withChoices(own: JsonObject, choices: readonly JsonObject[], open: readonly string[]): JsonObject {
    if (choices.length === 0) return own;
    const inner = choices.map((choice) => merged(choice, open).node);
    const required = inner.map((choice) => toArray(choice['required']));
    const shared = (required[0] ?? []).filter((name) => required.every((names) => names.includes(name)));
    const properties = Object.fromEntries(inner.flatMap((choice) => Object.entries(toProperties(choice))));
    return united(own, { properties, required: shared });
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

/** `anyOf` and `oneOf` mean the same to the subset; `const` is an enum of one. */
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

/** The types a node names, or those its other keywords speak of. */
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

/** Both say what holds: properties and requirements are united, of anything else the first word counts. */
function united(one: JsonObject, other: JsonObject): JsonObject {
  const properties = { ...toProperties(other), ...toProperties(one) };
  const required = [...new Set([...toArray(one['required']), ...toArray(other['required'])])];
  return {
    ...other,
    ...one,
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required }),
  };
}

function toProperties(node: JsonObject): JsonObject {
  return isObject(node['properties']) ? node['properties'] : {};
}

/** What is left of a structure where it stands inside itself. */
function cutOff(found: JsonObject): JsonObject {
  return found['type'] === undefined ? {} : { type: found['type'] };
}

function noted(own: JsonObject, note: string): string {
  return [toText(own['description']), `(${note})`].filter((words) => words !== '').join(' ');
}

/** JSON Pointer's escapes, and a URI's. */
function unescaped(step: string): string {
  let name = step;
  try {
    name = decodeURIComponent(step);
  } catch {
    // A percent sign of its own.
  }
  return name.replaceAll('~1', '/').replaceAll('~0', '~');
}
