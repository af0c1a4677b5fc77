/** Merges the members of combinations (`allOf`, and any combination at the root) into the schema that has them. */
import { isObject, toArray, toText, type Json, type JsonObject } from '../../json.ts';
import { without } from './schema-walk.ts';

/** Merges the members of `allOf` into the schema, whose own keywords take precedence. */
export function withoutAllOf(node: JsonObject): JsonObject {
  if (!Array.isArray(node['allOf'])) return node;
  return united(without(node, ['allOf']), node['allOf'].filter(isObject));
}

/** The same if nothing is lost by it: no keyword but `properties`, `required` and annotations has two values. */
export function withoutPlainAllOf(node: JsonObject): JsonObject {
  if (!Array.isArray(node['allOf'])) return node;
  const seen = new Set(Object.keys(without(node, ['allOf', ...mergeable])));
  for (const member of node['allOf']) {
    if (!isObject(member)) return node;
    for (const key of Object.keys(without(member, mergeable))) {
      const repeated = seen.has(key) && JSON.stringify(member[key]) !== JSON.stringify(node[key]);
      if (repeated) return node;
      seen.add(key);
    }
  }
  return withoutAllOf(node);
}

const mergeable = ['properties', 'required', 'title', 'description', 'default', 'examples'];

/**
 * The root of a tool's schema without reference and combination, which OpenAI and Anthropic refuse there
 * (makenotion/notion-mcp-server#340, langchain-ai/langchainjs#9804). All properties of its members are kept. Required is
 * what every alternative requires; if they differ, the description says so.
 */
export function plainRoot(root: JsonObject): JsonObject {
  const own = resolved(root, root);
  const members = (name: string): JsonObject[] =>
    toArray(own[name])
      .filter(isObject)
      .map((member) => resolved(member, root));
  const rest = without(own, ['anyOf', 'oneOf', 'allOf', 'not', 'enum']);
  if (rest === own) return own;
  const whole = united(rest, members('allOf'));
  return [members('anyOf'), members('oneOf')].reduce(withAlternatives, whole);
}

function withAlternatives(node: JsonObject, alternatives: readonly JsonObject[]): JsonObject {
  if (alternatives.length === 0) return node;
  const groups = alternatives.map(({ required }) => toArray(required).map(toText));
  const all = alternatives.toReversed().flatMap(({ properties }) => Object.entries(toMap(properties)));
  const merged = united(node, [{ properties: Object.fromEntries(all), required: inEvery(groups) }]);
  const needed = [...new Set(groups.map((names) => names.join(', ')))];
  if (needed.length < 2) return merged;
  const note = `Required is one of these groups: ${needed.map((names) => names || '(none)').join(' | ')}.`;
  return {
    ...merged,
    description: [toText(node['description']), note].filter((text) => text !== '').join(' '),
  };
}

/** The schema with the definition that its `$ref` names merged in. A reference that leads nowhere is removed. */
function resolved(schema: JsonObject, root: JsonObject): JsonObject {
  let node = schema;
  for (let steps = 0; typeof node['$ref'] === 'string'; steps++) {
    const target = steps < maxReferences ? definition(root, node['$ref']) : undefined;
    node = united(without(node, ['$ref']), [target ?? {}]);
  }
  return node;
}

/** A chain of references that is longer is a circle. */
const maxReferences = 16;

function definition(root: JsonObject, reference: string): JsonObject | undefined {
  const [, place = '', name = ''] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(reference) ?? [];
  const found = toMap(root[place])[name];
  return isObject(found) ? found : undefined;
}

/**
 * Merges schemas: properties and `required` are united; for any other keyword the first schema wins. All at once, because
 * one after the other would copy what is merged so far for each.
 */
export function united(node: JsonObject, members: readonly JsonObject[]): JsonObject {
  if (members.length === 0) return node;
  const all = [node, ...members];
  // A later entry replaces an earlier one of the same name.
  const fromLast = all.toReversed();
  const properties = Object.fromEntries(fromLast.flatMap((one) => Object.entries(toMap(one['properties']))));
  const required = [...new Set(all.flatMap((one) => toArray(one['required'])))];
  return {
    ...Object.fromEntries(fromLast.flatMap((one) => Object.entries(one))),
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required }),
  };
}

/** The values of the first list that are in every other one. */
export function inEvery<T>(lists: readonly (readonly T[])[]): T[] {
  const [first = [], ...others] = lists;
  return others.reduce<T[]>(
    (shared, list) => {
      const held = shared.length > 0 ? new Set(list) : undefined;
      return shared.filter((value) => held?.has(value));
    },
    [...first],
  );
}

function toMap(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
