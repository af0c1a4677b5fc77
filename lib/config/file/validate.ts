/** Validates a parsed file against the schema. */
import type { ErrorObject } from 'ajv';
import { redactSecrets } from '../../redact.ts';
import { isObject, type Json, type JsonObject } from '../../json.ts';
import { childOf, dereference, secretAt } from './lookup.ts';
import { configSchema } from './schema.ts';
import { formats, type Schema } from './schema-node.ts';
import { renderPath, type Segment } from './json-path.ts';
import { paidFallbacks } from '../../paid-fallback.ts';
import { nearest } from '../../nearest.ts';
import { kindOf } from './read.ts';
import type { Problem } from '../settings.ts';

/** Problems at `unknownPaths` are ignored: these values contain variables that are not set. */
export async function validateConfig(
  config: JsonObject,
  unknownPaths: ReadonlySet<string>,
): Promise<{ problems: Problem[]; warnings: Problem[] }> {
  // Without a file it is not needed.
  const { validate } = await import('./validator.ts');
  validate(config);
  const problems = (validate.errors ?? []).map((error) => toProblem(error, config));
  return {
    problems: problems.filter(({ path }) => !unknownPaths.has(path)),
    warnings: findWarnings(config, configSchema, []),
  };
}

function toProblem(error: ErrorObject, config: JsonObject): Problem {
  const { segments, value, schema } = locate(error.instancePath, config);
  const expected = expectation(error, schema);
  if (error.keyword === 'required') {
    const { missingProperty } = error.params as { missingProperty: string };
    return { path: renderPath([...segments, missingProperty]), message: `missing; expected ${expected}` };
  }
  const near =
    typeof value === 'string' ? nearest(value, (schema.enum ?? wordsOf(schema)).map(String)) : undefined;
  return {
    path: renderPath(segments),
    message: `found ${finding(value, schema, segments)}, expected ${expected}`,
    ...(near !== undefined && { remedy: `did you mean "${near}"?` }),
  };
}

interface Place {
  segments: Segment[];
  value: Json | undefined;
  schema: Schema;
}

/** What a JSON pointer leads to; a number is an index only if the value around it is a list. */
function locate(pointer: string, config: JsonObject): Place {
  const place: Place = { segments: [], value: config, schema: configSchema };
  for (const raw of pointer.split('/').slice(1)) {
    const { value } = place;
    const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    const segment = Array.isArray(value) ? Number(key) : key;
    place.segments.push(segment);
    place.value = Array.isArray(value) ? value[Number(key)] : isObject(value) ? value[key] : undefined;
    place.schema = dereference(childOf(place.schema, segment) ?? {});
  }
  return place;
}

function wordsOf({ format }: Schema): readonly string[] {
  return format === 'paid-fallback' ? paidFallbacks : [];
}

/** A URL may have a password in it, and a key may stand in the place of another value. */
const printed: ReadonlySet<Schema['format']> = new Set([
  'budget',
  'quota-share',
  'paid-fallback',
  'host-name',
]);

/** Strings are shown only where a word or a short text of a known form was expected, because they may be secret. */
function finding(data: Json | undefined, schema: Schema, segments: readonly Segment[]): string {
  if (typeof data === 'number') return String(data);
  if (typeof data !== 'string') return kindOf(data);
  if (data === '') return 'an empty string';
  if (secretAt(segments) !== undefined) return 'a string';
  if ((schema.enum ?? printed.has(schema.format)) && data.length <= 40 && !data.includes('@'))
    return JSON.stringify(redactSecrets(data));
  return 'a string';
}

const typeWords: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
};

function expectation({ keyword, params }: ErrorObject, schema: Schema): string {
  if (keyword === 'enum')
    return `one of ${(schema.enum ?? []).map((value) => JSON.stringify(value)).join(', ')}`;
  if (keyword === 'minimum') return `${String(schema.minimum)} or more`;
  if (keyword === 'maximum') return `${String(schema.maximum)} or less`;
  if (keyword === 'minLength') return 'some text';
  if (keyword === 'format' && schema.format !== undefined) return formats[schema.format].expected;
  if (keyword === 'required') {
    const field = schema.properties?.[(params as { missingProperty: string }).missingProperty];
    return field?.enum ? `one of ${field.enum.map((value) => JSON.stringify(value)).join(', ')}` : 'a value';
  }
  const types = schema.type === undefined ? [] : [schema.type].flat();
  return types.map((type) => typeWords[type] ?? type).join(' or ') || 'another value';
}

/** Unknown keys, and keys without effect. */
function findWarnings(value: Json, schema: Schema, segments: readonly Segment[]): Problem[] {
  const { properties, additionalProperties, items } = dereference(schema);
  if (Array.isArray(value)) {
    return items ? value.flatMap((item, index) => findWarnings(item, items, [...segments, index])) : [];
  }
  if (!isObject(value) || (!properties && !additionalProperties)) return [];
  return Object.entries(value).flatMap(([key, inner]): Problem[] => {
    const here = [...segments, key];
    const known = childOf(schema, key);
    if (!known) return [unknown(key, Object.keys(properties ?? {}), here)];
    if (known.withoutEffect !== undefined) {
      return [{ path: renderPath(here), message: `is accepted but has no effect: ${known.withoutEffect}` }];
    }
    return inner === undefined ? [] : findWarnings(inner, known, here);
  });
}

function unknown(key: string, known: readonly string[], segments: readonly Segment[]): Problem {
  const near = nearest(key, known);
  const message =
    near === undefined ? 'unknown key, ignored' : `unknown key, ignored; did you mean "${near}"?`;
  return { path: renderPath(segments), message, unknown: true };
}
