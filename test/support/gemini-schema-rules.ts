/** What Google's servers refuse in a schema, each in a sentence; an independent reading of the documented subset. */
import { isObject, toArray, type JsonObject } from '../../lib/stream/json.ts';

const fields: Readonly<Record<string, readonly string[]>> = {
  STRING: ['enum', 'format', 'minLength', 'maxLength', 'pattern'],
  NUMBER: ['format', 'minimum', 'maximum'],
  INTEGER: ['format', 'minimum', 'maximum'],
  BOOLEAN: [],
  ARRAY: ['items', 'minItems', 'maxItems'],
  OBJECT: ['properties', 'required'],
};
const formats: Readonly<Record<string, readonly unknown[]>> = {
  STRING: ['date-time'],
  NUMBER: ['float', 'double'],
  INTEGER: ['int32', 'int64'],
};

export function brokenSchema(schema: unknown, path = '$'): string[] {
  if (!isObject(schema)) return [`${path} is no schema`];
  const { anyOf, type, description, nullable, ...rest } = schema;
  if (anyOf !== undefined) {
    if (Object.keys(schema).length !== 1) return [`${path} has fields beside anyOf`];
    const choices = toArray(anyOf);
    if (choices.length < 2) return [`${path} has no choice`];
    return choices.flatMap((choice, n) => [
      ...(isObject(choice) && choice['anyOf'] ? [`${path} has a choice in a choice`] : []),
      ...brokenSchema(choice, `${path}|${n}`),
    ]);
  }
  const known = fields[String(type)];
  if (!known) return [`${path} has the type ${String(type)}`];
  const broken = Object.keys(rest)
    .filter((name) => !known.includes(name))
    .map((name) => `${path} has ${name}`);
  if (description !== undefined && (typeof description !== 'string' || description === ''))
    broken.push(`${path}: description`);
  if (nullable !== undefined && nullable !== true) broken.push(`${path}: nullable`);
  if (rest['format'] !== undefined && !formats[String(type)]?.includes(rest['format']))
    broken.push(`${path}: format`);
  for (const name of ['minItems', 'maxItems', 'minLength', 'maxLength'])
    if (rest[name] !== undefined && !/^\d+$/.test(String(rest[name]))) broken.push(`${path}: ${name}`);
  for (const name of ['minimum', 'maximum'])
    if (rest[name] !== undefined && typeof rest[name] !== 'number') broken.push(`${path}: ${name}`);
  return [...broken, ...brokenEnum(rest, path), ...brokenChildren(String(type), rest, path)];
}

function brokenEnum({ enum: values }: JsonObject, path: string): string[] {
  if (values === undefined) return [];
  const list = toArray(values);
  const fine = list.length > 0 && list.every((value) => typeof value === 'string' && value !== '');
  return fine && new Set(list).size === list.length ? [] : [`${path}: enum`];
}

function brokenChildren(type: string, { items, properties, required }: JsonObject, path: string): string[] {
  if (type === 'ARRAY')
    return items === undefined ? [`${path} has no items`] : brokenSchema(items, `${path}[]`);
  if (properties === undefined) return required === undefined ? [] : [`${path} requires what it has not`];
  if (!isObject(properties) || Object.keys(properties).length === 0) return [`${path} has no properties`];
  const missing = toArray(required).filter((name) => !Object.hasOwn(properties, String(name)));
  return [
    ...(required !== undefined && toArray(required).length === 0 ? [`${path}: required is empty`] : []),
    ...missing.map((name) => `${path} requires ${String(name)}, which it has not`),
    ...Object.entries(properties).flatMap(([name, child]) => brokenSchema(child, `${path}.${name}`)),
  ];
}
