/** Adds what was imported to a configuration that exists. What it says itself stays as it is. Pure. */
import { isObject, type Json, type JsonObject } from '../../json.ts';
import { toProviderName } from '../file/entries.ts';
import { renderPath, type Segment } from '../file/json-path.ts';
import { at } from '../file/layers.ts';
import { providerName } from './provider-parts.ts';

export interface Merge {
  /** What to set, with its place. */
  values: [Segment[], Json][];
  /** Paths in the configuration of occ that have a value of their own. */
  kept: string[];
  /** Name of an imported provider → its name here, where another one has it already. */
  renamed: ReadonlyMap<string, string>;
}

const entryTables = ['models', 'model_overrides', 'model_family_overrides'];

export function planMerge(ours: JsonObject, imported: JsonObject): Merge {
  const renamed = renameProviders(ours, imported);
  const theirs = withNames(imported, renamed);
  const merge: Merge = { values: [], kept: [], renamed };
  for (const [key, value] of Object.entries(theirs)) {
    if (key === 'fallbacks' || value === undefined) continue;
    const inner = isObject(value) && isObject(at(ours, [key])) ? Object.entries(value) : undefined;
    if (inner === undefined) add(merge, ours, [key], value);
    else for (const [name, item] of inner) addNamed(merge, ours, key, name, item ?? null);
  }
  addFallbacks(merge, ours, theirs);
  return merge;
}

function addNamed(merge: Merge, ours: JsonObject, key: string, name: string, value: Json): void {
  const names = Object.keys((ours[key] as JsonObject | undefined) ?? {});
  // `_` and `-` are equivalent in names of providers.
  const known = key === 'providers' ? names.find((one) => toProviderName(one) === name) : undefined;
  add(merge, ours, [key, known ?? name], value);
}

function add({ values, kept }: Merge, ours: JsonObject, segments: Segment[], value: Json): void {
  if (at(ours, segments) === undefined) values.push([segments, value]);
  else kept.push(renderPath(segments));
}

/** The fallbacks of a model are only those of the file that names the model. */
function addFallbacks(merge: Merge, ours: JsonObject, theirs: JsonObject): void {
  const { fallbacks } = theirs;
  for (const [name, list] of Object.entries(isObject(fallbacks) ? fallbacks : {})) {
    const own = entryTables.some((table) => at(ours, [table, name]) !== undefined);
    if (own) merge.kept.push(renderPath(['fallbacks', name]));
    else add(merge, ours, ['fallbacks', name], list ?? null);
  }
}

function renameProviders(ours: JsonObject, theirs: JsonObject): Map<string, string> {
  const own = isObject(ours['providers']) ? ours['providers'] : {};
  const imported = isObject(theirs['providers']) ? theirs['providers'] : {};
  const used = new Set([...Object.keys(own).map(toProviderName), ...Object.keys(imported)]);
  const renamed = new Map<string, string>();
  for (const [name, section] of Object.entries(imported)) {
    const here = Object.entries(own).find(([one]) => toProviderName(one) === name)?.[1];
    if (here !== undefined && !isSameProvider(here, section)) renamed.set(name, providerName(name, used));
  }
  return renamed;
}

function isSameProvider(one: Json, other: Json | undefined): boolean {
  if (!isObject(one) || !isObject(other)) return false;
  const format = ({ wire_format }: JsonObject): Json => wire_format ?? 'chat';
  return one['base_url'] === other['base_url'] && format(one) === format(other);
}

function withNames(imported: JsonObject, renamed: ReadonlyMap<string, string>): JsonObject {
  if (renamed.size === 0) return imported;
  const rename = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(rename);
    if (!isObject(value)) return value;
    const { provider } = value;
    const name = typeof provider === 'string' ? renamed.get(provider) : undefined;
    const inner = Object.entries(value).map(([key, item]) => [key, rename(item ?? null)] as const);
    return { ...Object.fromEntries(inner), ...(name !== undefined && { provider: name }) };
  };
  const { providers, ...rest } = imported;
  const sections = Object.entries(isObject(providers) ? providers : {});
  return {
    ...(rename(rest) as JsonObject),
    providers: Object.fromEntries(sections.map(([name, section]) => [renamed.get(name) ?? name, section])),
  };
}
