/** Combines settings of two sources. */
import { isObject, type Json, type JsonObject } from '../json.ts';

/** `over` on top of `under`, key by key. */
export function overlay(under: JsonObject, over: JsonObject): JsonObject {
  const merged: JsonObject = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below: Json | undefined = merged[key];
    merged[key] = isObject(below) && isObject(value) ? overlay(below, value) : value;
  }
  return merged;
}
