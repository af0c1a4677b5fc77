/** Merges flags, environment, file and defaults into one tree and records the origin of each value. */
import { isObject, type Json, type JsonObject } from '../../json.ts';
import { redactSecrets } from '../../redact.ts';
import { masked } from '../providers/credentials.ts';
import { renderPath, type Segment } from './json-path.ts';
import { secretAt } from './lookup.ts';

/** Where an effective value came from. */
export type Origin = 'flag' | `env ${string}` | 'file' | 'default';

/** The name of the environment variable that a value came from; undefined if it has another origin. */
export function variableOf(origin: Origin | undefined): string | undefined {
  return origin?.startsWith('env ') ? origin.slice('env '.length) : undefined;
}

export interface Layer {
  tree: JsonObject;
  origin: (segments: readonly Segment[]) => Origin;
}

export interface Merged {
  tree: JsonObject;
  /** Rendered path of every leaf → the origin of its value. */
  origins: Readonly<Record<string, Origin>>;
  /** The same paths → the values, with secrets masked. */
  values: Readonly<Record<string, Json>>;
}

/** Later layers take precedence. Objects are merged key by key, lists are replaced as a whole. */
export function mergeLayers(layers: readonly Layer[]): Merged {
  let tree: JsonObject = {};
  for (const layer of layers) tree = merge(tree, layer.tree);
  const origins: Record<string, Origin> = {};
  const values: Record<string, Json> = {};
  for (const [segments, value] of leaves(tree, [])) {
    const path = renderPath(segments);
    const layer = layers.findLast((candidate) => at(candidate.tree, segments) !== undefined);
    origins[path] = layer?.origin(segments) ?? 'default';
    values[path] = maskedAt(segments, value);
  }
  return { tree, origins, values };
}

/** The value as it may be printed: a secret is masked, and so is one in an address. */
export function maskedAt(segments: readonly Segment[], value: Json): Json {
  if (secretAt(segments) && value !== '') return masked;
  return typeof value === 'string' && value.includes('://') ? redactSecrets(value) : value;
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

/** The value at the path, if any. */
export function at(tree: Json, segments: readonly Segment[]): Json | undefined {
  let value: Json | undefined = tree;
  for (const segment of segments) {
    if (Array.isArray(value) && typeof segment === 'number') value = value[segment];
    else if (isObject(value) && Object.hasOwn(value, segment)) value = value[segment];
    else return undefined;
  }
  return value;
}

/** Every leaf with its path. An empty object or list is a leaf. */
export function* leaves(value: Json, segments: readonly Segment[]): Generator<[readonly Segment[], Json]> {
  const inner: [Segment, Json | undefined][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : isObject(value)
      ? Object.entries(value)
      : [];
  if (inner.length === 0) yield [segments, value];
  for (const [key, item] of inner) if (item !== undefined) yield* leaves(item, [...segments, key]);
}
