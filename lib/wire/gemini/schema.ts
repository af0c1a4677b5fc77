/**
 * Converts a JSON Schema to Gemini's subset. The API rejects the whole request for one unknown field, so only supported
 * fields are written, and other constraints are described in the description. Sources: Google's Schema type and errors
 * observed from its servers.
 */
import { isObject, parseJson, toArray, toNumber, toText, type Json, type JsonObject } from '../../json.ts';
import { flattener, type Flat } from './schema-flat.ts';
import type { GeminiSchema } from './types.ts';

/** The parameters of a function; undefined if it has none, because the API rejects an object without properties. */
export function toParameters(schema: unknown): GeminiSchema | undefined {
  const given = typeof schema === 'string' ? parseJson(schema) : schema;
  if (!isObject(given)) return undefined;
  const flat = flattener(given).root();
  const node = toObjectSchema(flat, [], 0);
  return node.properties === undefined ? undefined : node;
}

/** The schema of a whole answer (`output_config.format`). */
export function toAnswerSchema(schema: JsonObject): GeminiSchema {
  return toSchema(flattener(schema).node(schema), 0);
}

/** Deeper than real schemas; below this depth, anything is allowed. */
const maxDepth = 32;

function toSchema(flat: Flat, depth: number): GeminiSchema {
  const { variants, description, nullable } = flat;
  if (variants.length === 0 || depth >= maxDepth) return toPlain(flat, depth);
  const choices = variants
    .map((variant) => toSchema(variant, depth + 1))
    .flatMap((one) => one.anyOf ?? [one]);
  // Some servers reject `description` and `nullable` beside `anyOf`, so each alternative carries them.
  return oneOf(choices.map((choice) => decorated(choice, description, nullable)));
}

/** An `anyOf` of the distinct alternatives; a single one needs no `anyOf`. */
function oneOf(choices: readonly GeminiSchema[]): GeminiSchema {
  const byText = new Map<string, GeminiSchema>();
  for (const choice of choices) {
    const text = JSON.stringify(choice);
    if (!byText.has(text)) byText.set(text, choice);
  }
  const distinct = [...byText.values()];
  const [only] = distinct;
  return only && distinct.length === 1 ? only : { anyOf: distinct };
}

function decorated(schema: GeminiSchema, text: string | undefined, nullable: boolean): GeminiSchema {
  const { description = '', ...rest } = schema;
  const joined = text === undefined || text === description ? description : `${text} ${description}`.trim();
  return {
    ...rest,
    ...(joined !== '' && { description: joined }),
    ...((nullable || schema.nullable) && { nullable: true }),
  };
}

/** One type, or `anyOf` of several. Without a type, any type is allowed. */
function toPlain(flat: Flat, depth: number): GeminiSchema {
  const { types } = flat;
  const [only] = types;
  if (only !== undefined && types.length === 1) return toTyped(only, flat, depth);
  const any = types.length > 0 ? types : anything;
  return oneOf(any.map((type) => toTyped(type, flat, depth)));
}

const anything = ['string', 'number', 'boolean', 'object', 'array'] as const;

function toTyped(type: string, flat: Flat, depth: number): GeminiSchema {
  const notes: string[] = [];
  switch (type) {
    case 'object':
      return toObjectSchema(flat, notes, depth);
    case 'array':
      return toArraySchema(flat, notes, depth);
    case 'boolean':
      if (flat.node['enum']) notes.push(`always ${toArray(flat.node['enum']).map(String).join(' or ')}`);
      return withNotes({ type: 'BOOLEAN' }, flat, notes);
    case 'integer':
    case 'number':
      return toNumberSchema(type, flat, notes);
    default:
      return toStringSchema(flat, notes);
  }
}

function toObjectSchema(flat: Flat, notes: string[], depth: number): GeminiSchema {
  const { node, children } = flat;
  const entries = Object.entries(children?.properties ?? {});
  const properties =
    depth < maxDepth ? entries.map(([name, child]) => [name, toSchema(child, depth + 1)] as const) : [];
  const names = new Set(properties.map(([name]) => name));
  const required = [...new Set(toArray(node['required']).map(toText))].filter((name) => names.has(name));
  const { additionalProperties: more } = node;
  if (names.size === 0 && isObject(more))
    notes.push(`any keys, each value: ${JSON.stringify(more).slice(0, 200)}`);
  return withNotes(
    {
      type: 'OBJECT',
      ...(names.size > 0 && { properties: Object.fromEntries(properties) }),
      ...(required.length > 0 && { required }),
    },
    flat,
    notes,
  );
}

function toArraySchema(flat: Flat, notes: string[], depth: number): GeminiSchema {
  const { node, children } = flat;
  const entries = children?.items ?? [];
  const tuple = Array.isArray(node['prefixItems']) || Array.isArray(node['items']);
  const kinds = depth < maxDepth ? entries.map((entry) => toSchema(entry, depth + 1)) : [];
  const items = kinds.length > 0 ? oneOf(kinds.flatMap((kind) => kind.anyOf ?? [kind])) : undefined;
  if (tuple) notes.push(`exactly ${entries.length} items, in this order`);
  const count = (name: string): string | undefined =>
    whole(node[name]) ?? (tuple ? String(entries.length) : undefined);
  const [least, most] = [count('minItems'), count('maxItems')];
  return withNotes(
    {
      type: 'ARRAY',
      // The API requires it: "items: missing field" (AstrBotDevs/AstrBot#6029). Most servers assume strings.
      items: items ?? { type: 'STRING' },
      ...(least !== undefined && { minItems: least }),
      ...(most !== undefined && { maxItems: most }),
    },
    flat,
    notes,
  );
}

function toNumberSchema(type: 'integer' | 'number', flat: Flat, notes: string[]): GeminiSchema {
  const { node } = flat;
  const values = texts(node['enum'], 'number');
  // The API rejects it: "enum: only allowed for STRING type". The client converts the text to a number again.
  if (values.length > 0) return withNotes({ type: 'STRING', enum: values }, flat, ['a number, as text']);
  const [above, below] = [toNumber(node['exclusiveMinimum']), toNumber(node['exclusiveMaximum'])];
  const step = type === 'integer' ? 1 : 0;
  if (above !== undefined && step === 0) notes.push(`greater than ${above}`);
  if (below !== undefined && step === 0) notes.push(`less than ${below}`);
  const minimum = toNumber(node['minimum']) ?? (above === undefined ? undefined : above + step);
  const maximum = toNumber(node['maximum']) ?? (below === undefined ? undefined : below - step);
  const format = toText(node['format']);
  const formats = type === 'integer' ? ['int32', 'int64'] : ['float', 'double'];
  return withNotes(
    {
      type: type === 'integer' ? 'INTEGER' : 'NUMBER',
      ...(formats.includes(format) && { format }),
      ...(minimum !== undefined && { minimum }),
      ...(maximum !== undefined && { maximum }),
    },
    flat,
    notes,
  );
}

function toStringSchema(flat: Flat, notes: string[]): GeminiSchema {
  const { node } = flat;
  const values = texts(node['enum'], flat.types.length === 1 ? undefined : 'string');
  const empties = toArray(node['enum']).includes('');
  if (empties && values.length > 0) notes.push('or empty');
  const format = toText(node['format']);
  if (format !== '' && format !== 'date-time') notes.push(`format: ${format}`);
  const pattern = toText(node['pattern']);
  const [least, most] = [whole(node['minLength']), whole(node['maxLength'])];
  return withNotes(
    {
      type: 'STRING',
      ...(format === 'date-time' && { format }),
      // An enum cannot contain the empty string, so the values are listed in the description instead.
      ...(values.length > 0 && !empties && { enum: values }),
      ...(least !== undefined && { minLength: least }),
      ...(most !== undefined && { maxLength: most }),
      ...(pattern !== '' && !unsupportedByRe2.test(pattern) && { pattern }),
    },
    flat,
    empties && values.length > 0 ? [...notes, `one of ${values.join(', ')}`] : notes,
  );
}

/** Matches patterns that RE2, which Google's servers use, does not support: look-around and back-references. */
const unsupportedByRe2 = /\(\?(?:[=!]|<[=!])|\\[1-9]|\\k</;

function withNotes(
  schema: GeminiSchema,
  { description, nullable, node }: Flat,
  notes: readonly string[],
): GeminiSchema {
  const all = [...notes];
  if (node['default'] !== undefined && node['default'] !== null) {
    const value = JSON.stringify(node['default']);
    if (value.length <= 100) all.push(`default: ${value}`);
  }
  const aside = all.length > 0 ? `(${all.join('; ')})` : '';
  const joined = [description ?? '', aside].filter((part) => part !== '').join(' ');
  return { ...schema, ...(joined !== '' && { description: joined }), ...(nullable && { nullable: true }) };
}

/** The distinct values of an enum as strings. The empty string is left out, because the API rejects it. */
function texts(values: Json | undefined, kind?: 'string' | 'number'): string[] {
  const named = toArray(values).filter((value) =>
    kind === undefined ? value !== null && typeof value !== 'object' : typeof value === kind,
  );
  return [...new Set(named.map(String))].filter((value) => value !== '');
}

function whole(value: Json | undefined): string | undefined {
  const count = toNumber(value);
  return count !== undefined && Number.isSafeInteger(count) && count >= 0 ? String(count) : undefined;
}
