/** Reads untrusted JSON. No function here throws; each documents its result for a value of the wrong type. */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json | undefined;
}

/** Nested arrays and objects. `JSON.stringify` overflows the stack a few thousand levels deeper. */
const maxDepth = 1000;

/** The value, or undefined when the text is not JSON or is nested deeper than `maxDepth`. */
export function parseJson(text: string): Json | undefined {
  // What is absent is "" in many places, and an exception costs twenty times as much as a short text.
  if (text === '' || isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function isTooDeep(text: string): boolean {
  if (text.length <= maxDepth) return false;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) quoted = !quoted;
    else if (quoted && code === 0x5c) at++;
    else if (quoted) continue;
    else if (code === 0x5b || code === 0x7b) depth++;
    else if (code === 0x5d || code === 0x7d) depth--;
    if (depth > maxDepth) return true;
  }
  return false;
}

/** True for a JSON object: neither null nor an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One for all: a stream asks for missing objects with every event. */
const emptyObject: JsonObject = Object.freeze({});

/** The value if it is an object, else an empty one, which cannot be changed. */
export function toObject(value: unknown): JsonObject {
  return isObject(value) ? value : emptyObject;
}

/** The value if it is an array, else an empty one. */
export function toArray(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

/** The value if it is a string, else "". */
export function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A finite number or the number in a string (some gateways send usage and prices as strings); else undefined. */
export function toNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
