/** Rewrites a file into its canonical form: without aliases, and without values that mean "not set". */
import { isObject, type Json, type JsonObject } from '../../json.ts';
import { merge } from './layers.ts';
import { childOf, dereference } from './lookup.ts';
import type { Schema } from './schema-node.ts';

/** Keys that the schema does not describe stay as they are. */
export function toCanonical(config: JsonObject, schema: Schema): JsonObject {
  let aliases: JsonObject = {};
  const own: JsonObject = {};
  for (const [key, value] of Object.entries(config)) {
    const child = childOf(schema, key) ?? {};
    if (value === undefined || (child.blankIsUnset && (value === 0 || value === ''))) continue;
    const found = canonicalValue(value, child);
    if (child.aliasOf === undefined) own[key] = found;
    else
      aliases = merge(aliases, {
        [child.aliasOf]: onlyDescribed(found, childOf(schema, child.aliasOf) ?? {}),
      });
  }
  return merge(aliases, own);
}

function canonicalValue(value: Json, schema: Schema): Json {
  if (Array.isArray(value))
    return value.map((item, index) => canonicalValue(item, childOf(schema, index) ?? {}));
  return isObject(value) ? toCanonical(value, schema) : value;
}

/** An alias may have keys that the key it stands for does not have. */
function onlyDescribed(value: Json, schema: Schema): Json {
  const { properties } = dereference(schema);
  if (!isObject(value) || !properties) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => Object.hasOwn(properties, key)));
}
