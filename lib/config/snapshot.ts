/** Converts the effective configuration into Settings: camel-case names, wrapped secrets, deeply frozen. */
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { NormalFile } from './file/normalize.ts';
import { configSchema } from './file/schema.ts';
import type { Schema } from './file/schema-node.ts';
import { toKey } from './providers/credentials.ts';
import type { PlainSettings, Provider, Settings } from './settings.ts';

export interface SnapshotParts {
  file?: string;
  configOption?: string;
  providers: Readonly<Record<string, Provider>>;
  keyVariables: readonly string[];
  warnings: Settings['warnings'];
}

/** `tree` must contain the defaults of the schema. */
export function toSnapshot(tree: NormalFile, parts: SnapshotParts): Settings {
  const plain = plainSettings(tree as JsonObject, configSchema) as unknown as PlainSettings;
  const { baseMs, maxMs } = plain.retry;
  return deepFreeze({
    ...parts,
    ...plain,
    retry: { ...plain.retry, maxMs: Math.max(maxMs, baseMs) },
    // "" is the placeholder of the template.
    ...(tree.auth_token && { authToken: toKey(tree.auth_token, 'auth_token') }),
    models: tree.models ?? {},
    fallbacks: tree.fallbacks ?? {},
    modelOverrides: tree.model_overrides ?? {},
    modelFamilyOverrides: tree.model_family_overrides ?? {},
  });
}

/** The keys that `PlainSettings` selects: those with a default, and objects of such keys. */
function plainSettings(tree: JsonObject, { properties = {} }: Schema): JsonObject {
  const pairs = Object.entries(properties).flatMap(([key, schema]): [string, Json][] => {
    const value = tree[key];
    if (value === undefined || schema.aliasOf !== undefined) return [];
    if (schema.properties && isObject(value)) return [[toCamelCase(key), plainSettings(value, schema)]];
    return schema.default === undefined ? [] : [[toCamelCase(key), value]];
  });
  return Object.fromEntries(pairs);
}

function toCamelCase(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
