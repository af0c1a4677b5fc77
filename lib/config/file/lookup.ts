/** Finds the description of a key by its path, and whether its value is secret. */
import type { Segment } from './json-path.ts';
import { configSchema } from './schema.ts';
import type { Schema, Secrecy } from './schema-node.ts';

/** The schema behind a `$ref`, which always refers to an entry of `definitions`. */
export function dereference(schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const definitions: Readonly<Record<string, Schema>> = configSchema.definitions;
  return definitions[schema.$ref.slice('#/definitions/'.length)] ?? {};
}

/** The schema of a property or of a list's items; undefined where none is described. */
export function childOf(schema: Schema, segment: Segment): Schema | undefined {
  const { properties = {}, additionalProperties, items } = dereference(schema);
  if (typeof segment === 'number') return items;
  return (Object.hasOwn(properties, segment) ? properties[segment] : undefined) ?? additionalProperties;
}

/** Whether the path leads to a described key. */
export function isKnown(segments: readonly Segment[]): boolean {
  let schema: Schema | undefined = configSchema;
  for (const segment of segments) schema = schema && childOf(schema, segment);
  return schema !== undefined;
}

/** Names that also mark a value as secret where no key is described, in a misplaced line for instance. */
const secretNames: ReadonlyMap<string, Secrecy> = new Map(
  Object.entries<Schema>(configSchema.properties).flatMap(([name, { secret }]) =>
    secret === undefined ? [] : [[name, secret]],
  ),
);

/** Undefined for a value that may be printed. */
export function secretAt(segments: readonly Segment[]): Secrecy | undefined {
  let schema: Schema | undefined = configSchema;
  for (const segment of segments) {
    schema = schema && childOf(schema, segment);
    if (schema?.secret !== undefined) return schema.secret;
  }
  const name = segments.findLast((segment) => typeof segment === 'string');
  return schema === undefined ? secretNames.get(name ?? '') : undefined;
}
