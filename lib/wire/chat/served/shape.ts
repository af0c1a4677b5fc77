/** Reads the fields of a request, and reports those of the wrong type with their path. `null` counts as absent. */
import { isObject, type Json, type JsonObject } from '../../../json.ts';
import { Unservable } from '../../served.ts';

/** Throws `Unservable`: "messages[2].content: expected a string, found a number". */
export function wrong(param: string, expected: string, found: unknown): never {
  throw new Unservable(`${param}: expected ${expected}, found ${kindOf(found)}`, param);
}

function kindOf(found: unknown): string {
  if (found === undefined) return 'nothing';
  if (found === null) return 'null';
  if (Array.isArray(found)) return found.length === 0 ? 'an empty list' : 'a list';
  if (found === '') return 'an empty string';
  return typeof found === 'object' ? 'an object' : `a ${typeof found}`;
}

/** Null counts as absent, as in OpenAI's API. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

/** Throws `Unservable` for anything else; `param` is the path of the field. */
export function objectAt(value: Json | undefined, param: string): JsonObject {
  return isObject(value) ? value : wrong(param, 'an object', value);
}

/** Throws `Unservable` for anything else. */
export function listAt(value: Json | undefined, param: string): Json[] {
  return Array.isArray(value) ? value : wrong(param, 'a list', value);
}

/** A string, also an empty one. Throws `Unservable` for anything else. */
export function textAt(value: Json | undefined, param: string): string {
  return typeof value === 'string' ? value : wrong(param, 'a string', value);
}

/** A string that is not empty. */
export function nameAt(value: Json | undefined, param: string): string {
  return typeof value === 'string' && value !== ''
    ? value
    : wrong(param, 'a string that is not empty', value);
}

/** Undefined if absent. Throws `Unservable` for anything but a number. */
export function numberAt(value: Json | undefined, param: string): number | undefined {
  if (isAbsent(value)) return undefined;
  return typeof value === 'number' ? value : wrong(param, 'a number', value);
}

/** A whole number above 0. */
export function countAt(value: Json | undefined, param: string): number | undefined {
  if (isAbsent(value)) return undefined;
  const isCount = typeof value === 'number' && Number.isInteger(value) && value > 0;
  return isCount ? value : wrong(param, 'a whole number above 0', value);
}

/** Undefined if absent. Throws `Unservable` for anything but true and false. */
export function flagAt(value: Json | undefined, param: string): boolean | undefined {
  if (isAbsent(value)) return undefined;
  return typeof value === 'boolean' ? value : wrong(param, 'true or false', value);
}
