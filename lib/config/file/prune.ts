/** Removes invalid values from a configuration, so that the rest can be checked as well. */
import { isObject, type Json, type JsonObject } from '../../json.ts';
import { parsePath, type Segment } from './json-path.ts';
import { at } from './layers.ts';

/**
 * A copy without the values at these paths. If a path does not exist (a missing field), its nearest existing parent is
 * removed. An invalid item removes its whole list, because removing the item would shift the indexes of later items.
 */
export function withoutPaths(config: JsonObject, paths: readonly string[]): JsonObject {
  const copy = structuredClone(config);
  for (const path of paths) {
    const segments = parsePath(path) ?? [];
    while (segments.length > 0 && !removeKey(copy, segments)) segments.pop();
  }
  return copy;
}

function removeKey(config: JsonObject, segments: readonly Segment[]): boolean {
  const key = segments.at(-1) ?? '';
  const holder: Json | undefined = at(config, segments.slice(0, -1));
  if (!isObject(holder) || !Object.hasOwn(holder, key)) return false;
  delete holder[key];
  return true;
}
