/**
 * Converts Google's schemas to JSON Schema: types in lower case, counts as numbers, `nullable` as a type. A JSON Schema
 * passes as it is, except for the types in upper case that Gemini CLI writes into one.
 */
import { isObject, toNumber, toText, type Json, type JsonObject } from '../../../json.ts';
import { toCamel } from './fields.ts';

/** Keywords whose value is one schema or a list of them. */
const nested: ReadonlySet<string> = new Set([
  'items',
  'prefixItems',
  'additionalProperties',
  'contains',
  'not',
  'if',
  'then',
  'else',
  'propertyNames',
  'anyOf',
  'oneOf',
  'allOf',
]);
/** Keywords whose value is an object of schemas by name. */
const named: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
]);
/** Google writes 64-bit integers as strings. */
const counts: ReadonlySet<string> = new Set([
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
]);
/** Google's own names of two keywords, and hints that JSON Schema does not have. */
const renamed: ReadonlyMap<string, string> = new Map([
  ['defs', '$defs'],
  ['ref', '$ref'],
]);
const left: ReadonlySet<string> = new Set(['propertyOrdering', 'nullable', 'example']);

export function toJsonSchema(schema: JsonObject): JsonObject {
  // Not by assignment: a schema may have a key `__proto__`.
  const converted = Object.fromEntries(Object.entries(schema).flatMap(toKeyword));
  if (schema['nullable'] === true) return withNull(converted);
  return converted;
}

/** The keyword in JSON Schema; empty if it has none. */
function toKeyword([key, value]: [string, Json | undefined]): [string, Json][] {
  const camel = toCamel(key);
  const name = renamed.get(camel) ?? camel;
  if (value === undefined || value === null || left.has(name)) return [];
  const converted = toValue(name, value);
  return converted === undefined ? [] : [[name, converted]];
}

function toValue(name: string, value: Json): Json | undefined {
  if (name === 'type') return toType(value);
  // `enum` is Google's name for a string with a list of values.
  if (name === 'format' && value === 'enum') return undefined;
  if (counts.has(name)) return toNumber(value) ?? value;
  if (nested.has(name)) return Array.isArray(value) ? value.map(toChild) : toChild(value);
  if (!named.has(name) || !isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, child]) => (child === undefined ? [] : [[key, toChild(child)]])),
  );
}

function toChild(value: Json): Json {
  return isObject(value) ? toJsonSchema(value) : value;
}

function toType(type: Json): Json | undefined {
  if (Array.isArray(type)) return type.map((one) => (typeof one === 'string' ? one.toLowerCase() : one));
  const name = toText(type).toLowerCase();
  return name === 'type_unspecified' ? undefined : name === '' ? type : name;
}

function withNull(schema: JsonObject): JsonObject {
  const { type, anyOf, enum: values } = schema;
  const types = Array.isArray(type) ? type : type === undefined ? [] : [type];
  if (types.includes('null')) return schema;
  return {
    ...schema,
    ...(types.length > 0 && { type: [...types, 'null'] }),
    ...(Array.isArray(values) && !values.includes(null) && { enum: [...values, null] }),
    ...(types.length === 0 && Array.isArray(anyOf) && { anyOf: [...anyOf, { type: 'null' }] }),
  };
}
