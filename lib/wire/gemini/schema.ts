/**
 * JSON Schema as Gemini's subset of it. The API refuses the whole request for one field it does not know, so only what
 * it is known to take is ever written; what the subset cannot say is said in the description, for the model to read.
 * Sources: Google's Schema type, its refusals, and upstream facts, section 5.
 */
import { isObject, parseJson, toArray, toNumber, toText, type Json, type JsonObject } from '../../json.ts';
import { flattener, type Flat } from './schema-flat.ts';
import type { GeminiSchema } from './types.ts';

/** The parameters of a function; undefined when it has none, for an object without properties is refused. */
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

/** Deeper than any schema a person writes; what lies below takes anything. */
const deepest = 32;

function toSchema(flat: Flat, depth: number): GeminiSchema {
  const { variants, description, nullable } = flat;
  if (variants.length === 0 || depth >= deepest) return toPlain(flat, depth);
  const choices = variants
    .map((variant) => toSchema(variant, depth + 1))
    .flatMap((one) => one.anyOf ?? [one]);
  // A description beside `anyOf` is refused by some servers, and so is `nullable`: each choice carries them.
  return oneOf(choices.map((choice) => decorated(choice, description, nullable)));
}

/** A choice among one is no choice. */
function oneOf(choices: readonly GeminiSchema[]): GeminiSchema {
  const distinct = choices.filter(
    (choice, at) => choices.findIndex((other) => JSON.stringify(other) === JSON.stringify(choice)) === at,
  );
  const [only] = distinct;
  return only && distinct.length === 1 ? only : { anyOf: distinct };
}

function decorated(schema: GeminiSchema, words: string | undefined, nullable: boolean): GeminiSchema {
  const { description = '', ...rest } = schema;
  const said = words === undefined || words === description ? description : `${words} ${description}`.trim();
  return {
    ...rest,
    ...(said !== '' && { description: said }),
    ...((nullable || schema.nullable) && { nullable: true }),
  };
}

/** One type, or a choice among several; where nothing is said, anything goes. */
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
      return said({ type: 'BOOLEAN' }, flat, notes);
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
    depth < deepest ? entries.map(([name, child]) => [name, toSchema(child, depth + 1)] as const) : [];
  const names = new Set(properties.map(([name]) => name));
  const required = [...new Set(toArray(node['required']).map(toText))].filter((name) => names.has(name));
  const { additionalProperties: more } = node;
  if (names.size === 0 && isObject(more))
    notes.push(`any keys, each value: ${JSON.stringify(more).slice(0, 200)}`);
  return said(
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
  const kinds = depth < deepest ? entries.map((entry) => toSchema(entry, depth + 1)) : [];
  const items = kinds.length > 0 ? oneOf(kinds.flatMap((kind) => kind.anyOf ?? [kind])) : undefined;
  if (tuple) notes.push(`exactly ${entries.length} items, in this order`);
  const count = (name: string): string | undefined =>
    whole(node[name]) ?? (tuple ? String(entries.length) : undefined);
  const [least, most] = [count('minItems'), count('maxItems')];
  return said(
    {
      type: 'ARRAY',
      // An array of anything has to name a type; text is what most servers assume.
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
  // "enum: only allowed for STRING type": the client reads a number out of a text again.
  if (values.length > 0) return said({ type: 'STRING', enum: values }, flat, ['a number, as text']);
  const [above, below] = [toNumber(node['exclusiveMinimum']), toNumber(node['exclusiveMaximum'])];
  const step = type === 'integer' ? 1 : 0;
  if (above !== undefined && step === 0) notes.push(`greater than ${above}`);
  if (below !== undefined && step === 0) notes.push(`less than ${below}`);
  const minimum = toNumber(node['minimum']) ?? (above === undefined ? undefined : above + step);
  const maximum = toNumber(node['maximum']) ?? (below === undefined ? undefined : below - step);
  const format = toText(node['format']);
  const formats = type === 'integer' ? ['int32', 'int64'] : ['float', 'double'];
  return said(
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
  return said(
    {
      type: 'STRING',
      ...(format === 'date-time' && { format }),
      // An enum that lacks a value the client knows would forbid it: then the values are only named.
      ...(values.length > 0 && !empties && { enum: values }),
      ...(least !== undefined && { minLength: least }),
      ...(most !== undefined && { maxLength: most }),
      ...(pattern !== '' && !beyondRe2.test(pattern) && { pattern }),
    },
    flat,
    empties && values.length > 0 ? [...notes, `one of ${values.join(', ')}`] : notes,
  );
}

/** Google's servers read patterns with RE2, which knows neither look-around nor back-references. */
const beyondRe2 = /\(\?(?:[=!]|<[=!])|\\[1-9]|\\k</;

function said(
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
  const words = [description ?? '', aside].filter((part) => part !== '').join(' ');
  return { ...schema, ...(words !== '' && { description: words }), ...(nullable && { nullable: true }) };
}

/** The values of an enum as texts, each once; an empty one is refused. */
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
