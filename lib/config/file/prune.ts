/** What remains of a configuration when the mistakes found so far are taken out, so that the rest can be judged too. */
import { isObject, type Json, type JsonObject } from '../../json.ts';
import { parsePath, type Segment } from './json-path.ts';
import { at } from './layers.ts';

/**
 * A copy without the values at these paths. Where nothing stands at one (a field that is missing), what ought to hold
 * it goes. Items of a list are counted by those after them, so a wrong one takes its list along.
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
