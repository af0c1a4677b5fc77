/**
 * The JSON Schema for editors and other programs. `$schema` refers to a copy beside the configuration: a path into the
 * package changes with every version of Node.js and occ, and a URL needs the network.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readBounded } from '../../bounded-file.ts';
import { isObject, parseJson } from '../../json.ts';
import { configSchema } from './schema.ts';
import type { Schema } from './schema-node.ts';
import { writePrivateFile } from '../paths.ts';

/** The value of `$schema` in files that occ writes. */
export const schemaReference = './config.schema.json';

interface Published extends Pick<
  Schema,
  '$ref' | 'description' | 'default' | 'enum' | 'minimum' | 'maximum' | 'minLength' | 'required'
> {
  type?: string;
  pattern?: string;
  anyOf?: Published[];
  definitions?: Record<string, Published>;
  properties?: Record<string, Published>;
  additionalProperties?: Published;
  items?: Published;
}

/**
 * Uses standard keywords only, and no list of types, which strict validators refuse. Where a URL or one of several
 * words is expected, `${VAR}` is accepted as well.
 */
export function publishedSchema(): Published & { $schema: string; title: string } {
  const { $schema, title, definitions, ...schema } = configSchema;
  return {
    $schema,
    title,
    ...publish(schema),
    definitions: mapValues(definitions, publish),
  };
}

const placeholder = '\\$\\{\\w+(:-[^}]*)?\\}';

function publish(schema: Schema): Published {
  const { type, format, enum: choices, properties, additionalProperties, items, minLength } = schema;
  const types: (string | undefined)[] = type === undefined ? [undefined] : [type].flat();
  const { minimum, maximum, ...common } = annotate(schema);
  const limits = { ...(minimum !== undefined && { minimum }), ...(maximum !== undefined && { maximum }) };
  const one = (name: string | undefined): Published => ({
    ...(name !== undefined && { type: name }),
    ...((name === 'number' || name === 'integer') && limits),
    ...(name === 'string' && minLength !== undefined && { minLength }),
    ...(format === 'http-url' && { pattern: `^[Hh][Tt][Tt][Pp][Ss]?://[^\\s/?#@]+([/?#]|$)|${placeholder}` }),
    ...(name === 'object' && properties && { properties: mapValues(properties, publish) }),
    ...(name === 'object' && additionalProperties && { additionalProperties: publish(additionalProperties) }),
    ...(name === 'array' && items && { items: publish(items) }),
  });
  if (choices) {
    return { ...common, anyOf: [{ enum: choices }, { type: 'string', pattern: placeholder }] };
  }
  const [first] = types;
  return types.length === 1 ? { ...common, ...one(first) } : { ...common, anyOf: types.map(one) };
}

/** The keywords that do not depend on the type of the value. */
function annotate(schema: Schema): Published {
  const { $ref, default: value, minimum, maximum, required, withoutEffect } = schema;
  const effect = withoutEffect === undefined ? [] : [`No effect: ${withoutEffect}.`];
  const description = [schema.description ?? [], effect].flat().join(' ');
  return {
    ...($ref !== undefined && { $ref }),
    ...(description !== '' && { description }),
    ...(value !== undefined && { default: value }),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
    ...(required && { required }),
  };
}

function mapValues<From, To>(
  given: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, change(value)]));
}

export function renderSchema(): string {
  return `${JSON.stringify(publishedSchema(), null, 2)}\n`;
}

/**
 * Writes the schema of this version beside a configuration that refers to it. A file of that name that is not occ's is
 * kept. Errors are ignored, because only completion in editors depends on the schema.
 */
export function refreshSchema(configFile: string, config: unknown): void {
  if (!isObject(config) || config['$schema'] !== schemaReference) return;
  const file = join(dirname(configFile), schemaReference);
  try {
    const found = existsSync(file) ? readBounded(file, maxBytes).toString('utf8') : undefined;
    if (found === renderSchema() || (found !== undefined && !isOurs(found))) return;
    writePrivateFile(file, renderSchema());
  } catch {
    // See above.
  }
}

/** Far more than a schema of any version has. */
const maxBytes = 4 * 1024 * 1024;

function isOurs(text: string): boolean {
  const found = parseJson(text);
  return isObject(found) && found['title'] === configSchema.title;
}
