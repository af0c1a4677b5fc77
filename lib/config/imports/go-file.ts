/**
 * Converts a configuration of oc-go-cc or routatic-proxy. occ knows every key of theirs, so what has an effect is copied
 * as it is, and the rest is left with its reason.
 */
import { isObject, type Json, type JsonObject } from '../../json.ts';
import { toProviderName } from '../file/entries.ts';
import { childOf, dereference, secretAt } from '../file/lookup.ts';
import { configSchema } from '../file/schema.ts';
import type { Schema } from '../file/schema-node.ts';
import {
  closeImport,
  openImport,
  type ImportContext,
  type Imported,
  type Importing,
  type Path,
} from './importing.ts';
import { readKey } from './keys.ts';
import { withoutRefused } from './refused.ts';

/** `tool` is its name in sentences. */
export async function convertGoFile(source: Json, context: ImportContext, tool: string): Promise<Imported> {
  const variables = (text: string): string => text;
  const importing = openImport(source, { ...context, variables });
  const copied = copyKnown(importing, isObject(source) ? source : {}, configSchema, [], tool);
  const withSections = addOpenRouter(copied);
  const config = await withoutRefused(importing, withSections, context.env);
  takeAll(importing, config);
  if (config['enable_streaming_scenario_routing'] === undefined && isObject(config['models']))
    importing.notes.push(
      `${tool} sends every stream to models.fast unless enable_streaming_scenario_routing is true; occ applies the scenarios: occ config set enable_streaming_scenario_routing false keeps it as it was`,
    );
  return closeImport(importing, config);
}

/** The keys that the schema describes and that have an effect, without those of providers and clients. */
function copyKnown(
  importing: Importing,
  from: JsonObject,
  schema: Schema,
  path: Path,
  tool: string,
): JsonObject {
  const copy: JsonObject = {};
  for (const [key, value] of Object.entries(from)) {
    const here = [...path, key];
    const known = key === '__proto__' ? undefined : childOf(schema, key);
    const reason = known === undefined ? undefined : reasonToLeave(key, value, known, tool);
    if (known === undefined) importing.leave(here, 'occ has no such setting');
    else if (reason !== undefined) importing.leave(here, reason);
    else if (secretAt(here) !== undefined) takeSecret(importing, here, value ?? null);
    else copy[key] = copyValue(importing, value ?? null, known, here, tool);
  }
  return copy;
}

function copyValue(importing: Importing, value: Json, schema: Schema, path: Path, tool: string): Json {
  const { properties, additionalProperties, items } = dereference(schema);
  if (Array.isArray(value) && items !== undefined)
    return value.map((item, index) => copyValue(importing, item, items, [...path, index], tool));
  if (isObject(value) && (properties !== undefined || additionalProperties !== undefined))
    return copyKnown(importing, value, schema, path, tool);
  return value;
}

function reasonToLeave(
  key: string,
  value: Json | undefined,
  schema: Schema,
  tool: string,
): string | undefined {
  if (schema.withoutEffect !== undefined) return schema.withoutEffect;
  if (value === null || value === undefined) return 'it is null';
  // The zero values of Go.
  if ((schema.blankIsUnset === true || key === 'temperature') && (value === 0 || value === ''))
    return `${JSON.stringify(value)} means "not set" in ${tool}`;
  if (value === '' && key !== 'api_key') return 'it is empty';
  return key === '$schema' ? 'occ has a schema of its own' : undefined;
}

/** Keys in lists stay together; headers and commands are single values. */
function takeSecret(importing: Importing, path: Path, value: Json): void {
  const options = { variables: (text: string) => text, header: path.includes('headers') };
  const name = path.at(-1);
  const holder = path.slice(0, -1);
  if (name === 'api_key_command')
    return importing.leave(path, 'it runs a program; to use it: occ config set api_key_command');
  if (name === 'api_keys') {
    if (!Array.isArray(value)) return importing.leave(path, 'expected a list of keys');
    const items = value.flatMap((_, index) => readKey(importing, [...path, index], options) ?? []);
    if (items.length > 0) importing.slots.push({ kind: 'api_key', segments: holder, items });
    return;
  }
  if (isObject(value)) {
    for (const inner of Object.keys(value)) takeSecret(importing, [...path, inner], value[inner] ?? null);
    return;
  }
  const listed = importing.at([...holder, 'api_keys']);
  if (name === 'api_key' && Array.isArray(listed) && listed.length > 0)
    return importing.leave(path, 'api_keys takes precedence over it');
  const item = readKey(importing, path, options);
  if (item === undefined) return;
  const slot =
    name === 'api_key'
      ? ({ kind: 'api_key', segments: holder } as const)
      : ({ kind: 'value', segments: path } as const);
  importing.slots.push({ ...slot, items: [item] });
}

/** routatic-proxy knows OpenRouter without a section. */
function addOpenRouter(config: JsonObject): JsonObject {
  const hasSection = config['openrouter'] !== undefined || isObject(config['providers']);
  if (hasSection || !namesProvider(config, 'openrouter')) return config;
  return { ...config, openrouter: {} };
}

function namesProvider(value: Json, name: string): boolean {
  if (Array.isArray(value)) return value.some((item) => namesProvider(item, name));
  if (!isObject(value)) return false;
  const { provider, model_ref } = value;
  if (typeof provider === 'string' && toProviderName(provider) === name) return true;
  if (typeof model_ref === 'string' && model_ref.startsWith(`${name}/`)) return true;
  return Object.values(value).some((item) => item !== undefined && namesProvider(item, name));
}

/** One line for each entry or list of entries, and for each other value. */
function takeAll(importing: Importing, config: JsonObject): void {
  const walk = (value: Json, path: Path): void => {
    const isGroup = isObject(value) && path.length < (path[0] === 'providers' ? 3 : 2);
    if (isGroup && Object.keys(value).length > 0)
      for (const [key, inner] of Object.entries(value)) walk(inner ?? null, [...path, key]);
    else if (importing.at(path) !== undefined && path.length > 0) importing.take(path, path);
  };
  walk(config, []);
}
