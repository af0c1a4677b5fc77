/** Repairs what is not valid in JSON Schema draft 2020-12, which strict servers check. */
import type { Json, JsonObject } from '../../json.ts';
import { without } from './schema-walk.ts';

/** The schema, without its inner ones, in a valid form; the same object if it is valid. */
export function validNode(node: JsonObject): JsonObject {
  return withRanges(withTuple(withType(withRequired(node))));
}

/** Some generators write `required: null`, or `required: true` at a property as draft 3 did. */
function withRequired(node: JsonObject): JsonObject {
  const { required } = node;
  return required === undefined || isNameList(required) ? node : without(node, ['required']);
}

function isNameList(value: Json): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}

/** Types that do not exist are removed: `any`, `file`, `None` (chatanywhere/GPT_API_free#403). `STRING` is `string`. */
function withType(node: JsonObject): JsonObject {
  const { type } = node;
  if (type === undefined || types.has(type)) return node;
  const names = [type].flat().map((name) => (typeof name === 'string' ? name.toLowerCase() : name));
  const known = names.filter((name) => types.has(name));
  if (known.length === 0) return without(node, ['type']);
  if (Array.isArray(type)) return isSame(known, type) ? node : { ...node, type: known };
  return known[0] === type ? node : { ...node, type: known[0] };
}

const types: ReadonlySet<unknown> = new Set([
  'string',
  'number',
  'integer',
  'boolean',
  'object',
  'array',
  'null',
]);

function isSame(one: readonly Json[], other: readonly Json[]): boolean {
  return one.length === other.length && one.every((value, at) => value === other[at]);
}

/** A list in `items` was a tuple until draft 2019-09; it is `prefixItems` now, and `additionalItems` is `items`. */
function withTuple(node: JsonObject): JsonObject {
  if (!Array.isArray(node['items'])) return node;
  const { items, additionalItems, ...rest } = node;
  const further = typeof additionalItems === 'object' && additionalItems !== null ? additionalItems : {};
  return { ...rest, ...(Array.isArray(items) && items.length > 0 && { prefixItems: items }), items: further };
}

/** In draft 4, `exclusiveMinimum: true` was a flag of `minimum`. */
function withRanges(node: JsonObject): JsonObject {
  return withRange(withRange(node, 'exclusiveMinimum', 'minimum'), 'exclusiveMaximum', 'maximum');
}

function withRange(node: JsonObject, exclusive: string, inclusive: string): JsonObject {
  if (typeof node[exclusive] !== 'boolean') return node;
  const limit = node[inclusive];
  if (!node[exclusive] || typeof limit !== 'number') return without(node, [exclusive]);
  return { ...without(node, [inclusive]), [exclusive]: limit };
}
