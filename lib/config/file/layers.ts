/** Flags over environment over file over defaults: one tree of values, and for each where it came from. */
import { isObject, type Json, type JsonObject } from '../../json.ts';
import { masked } from '../providers/credentials.ts';
import { renderPath, type Segment } from './json-path.ts';
import { secretAt } from './lookup.ts';

/** Where an effective value came from. */
export type Origin = 'flag' | `env ${string}` | 'file' | 'default';

export interface Layer {
  tree: JsonObject;
  origin: (segments: readonly Segment[]) => Origin;
}

export interface Merged {
  tree: JsonObject;
  /** Rendered path of every single value → where it came from. */
  origins: Readonly<Record<string, Origin>>;
  /** The same paths → the values, secrets as •••. */
  values: Readonly<Record<string, Json>>;
}

/** Later layers win. Objects are merged key by key, lists are replaced as a whole. */
export function mergeLayers(layers: readonly Layer[]): Merged {
  let tree: JsonObject = {};
  for (const layer of layers) tree = merge(tree, layer.tree);
  const origins: Record<string, Origin> = {};
  const values: Record<string, Json> = {};
  for (const [segments, value] of leaves(tree, [])) {
    const path = renderPath(segments);
    const layer = layers.findLast((candidate) => at(candidate.tree, segments) !== undefined);
    origins[path] = layer?.origin(segments) ?? 'default';
    values[path] = secretAt(segments) && value !== '' ? masked : value;
  }
  return { tree, origins, values };
}

/** Keys of `over` win; objects are merged, lists are replaced. */
export function merge(under: JsonObject, over: JsonObject): JsonObject {
  const result: JsonObject = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = Object.hasOwn(result, key) ? result[key] : undefined;
    result[key] = isObject(value) && isObject(below) ? merge(below, value) : value;
  }
  return result;
}

/** The value at the path; undefined where there is none. */
export function at(tree: Json, segments: readonly Segment[]): Json | undefined {
  let value: Json | undefined = tree;
  for (const segment of segments) {
    if (Array.isArray(value) && typeof segment === 'number') value = value[segment];
    else if (isObject(value) && Object.hasOwn(value, segment)) value = value[segment];
    else return undefined;
  }
  return value;
}

/** Every single value with its path. An empty object or list is a value of its own. */
export function* leaves(value: Json, segments: readonly Segment[]): Generator<[readonly Segment[], Json]> {
  const inner: [Segment, Json | undefined][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : isObject(value)
      ? Object.entries(value)
      : [];
  if (inner.length === 0) yield [segments, value];
  for (const [key, item] of inner) if (item !== undefined) yield* leaves(item, [...segments, key]);
}
