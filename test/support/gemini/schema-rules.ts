/** Checks a schema against Gemini's documented subset; returns a sentence for each violation. Independent of lib's converter. */
import { isObject, toArray, toNumber, toText, type JsonObject } from '../../../lib/json.ts';

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
  const { anyOf, type: named, description, nullable, ...rest } = schema;
  const type = toText(named);
  if (anyOf !== undefined) {
    if (Object.keys(schema).length !== 1) return [`${path} has fields beside anyOf`];
    const choices = toArray(anyOf);
    if (choices.length < 2) return [`${path} has no choice`];
    if (choices.some((choice) => isObject(choice) && choice['anyOf']))
      return [`${path} has a choice in a choice`];
    return choices.flatMap((choice, n) => brokenSchema(choice, `${path}|${n}`));
  }
  const known = fields[type];
  if (!known) return [`${path} has the type ${type}`];
  const broken = Object.keys(rest)
    .filter((name) => !known.includes(name))
    .map((name) => `${path} has ${name}`);
  if (description !== undefined && (typeof description !== 'string' || description === ''))
    broken.push(`${path}: description`);
  if (nullable !== undefined && nullable !== true) broken.push(`${path}: nullable`);
  if (rest['format'] !== undefined && !formats[type]?.includes(rest['format']))
    broken.push(`${path}: format`);
  for (const name of ['minItems', 'maxItems', 'minLength', 'maxLength'])
    if (rest[name] !== undefined && !(typeof rest[name] === 'string' && /^\d+$/.test(rest[name])))
      broken.push(`${path}: ${name}`);
  for (const name of ['minimum', 'maximum'])
    if (rest[name] !== undefined && toNumber(rest[name]) !== rest[name]) broken.push(`${path}: ${name}`);
  return [...broken, ...brokenEnum(rest, path), ...brokenChildren(type, rest, path)];
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
  const missing = toArray(required)
    .map(toText)
    .filter((name) => !Object.hasOwn(properties, name));
  return [
    ...(required !== undefined && toArray(required).length === 0 ? [`${path}: required is empty`] : []),
    ...missing.map((name) => `${path} requires ${name}, which it has not`),
    ...Object.entries(properties).flatMap(([name, child]) => brokenSchema(child, `${path}.${name}`)),
  ];
}
