/**
 * Reads the fields of a request as protobuf's JSON does: in camel case or in snake case, and null is the same as absent.
 * The readers throw `Unservable` for a value of the wrong type, with the path of the field.
 */
import { isObject, type Json, type JsonObject } from '../../../json.ts';
import { Unservable } from '../../served.ts';

const snakeNames = new Map<string, string>();

function toSnake(name: string): string {
  let snake = snakeNames.get(name);
  if (snake === undefined) {
    snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    snakeNames.set(name, snake);
  }
  return snake;
}

/** The camel case of a field's name, for comparison. */
export function toCamel(name: string): string {
  return name.replace(/(?<=.)_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The name under which `object` has the field; undefined if it is absent or null. */
export function keyOf(object: JsonObject, name: string): string | undefined {
  if (isGiven(own(object, name))) return name;
  const snake = toSnake(name);
  return snake !== name && isGiven(own(object, snake)) ? snake : undefined;
}

/** The value of a field; undefined if it is absent or null. */
export function field(object: JsonObject, name: string): Json | undefined {
  const key = keyOf(object, name);
  return key === undefined ? undefined : object[key];
}

function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function isGiven(value: Json | undefined): boolean {
  return value !== undefined && value !== null;
}

/** The names of the fields that `known` does not list, in camel case. */
export function otherFields(object: JsonObject, known: ReadonlySet<string>): string[] {
  return Object.keys(object)
    .filter((name) => isGiven(object[name]))
    .map(toCamel)
    .filter((name) => !known.has(name));
}

/** A string; undefined if absent. Throws `Unservable` for anything else. `path` is that of `object`. */
export function textField(object: JsonObject, name: string, path: string): string | undefined {
  const value = field(object, name);
  if (value === undefined || typeof value === 'string') return value;
  throw wrong(at(path, name), 'a string', value);
}

/** A number, or a number in a string, which protobuf's JSON allows. */
export function numberField(object: JsonObject, name: string, path: string): number | undefined {
  const value = field(object, name);
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw wrong(at(path, name), 'a number', value);
}

/** An object; undefined if absent. Throws `Unservable` for anything else. */
export function objectField(object: JsonObject, name: string, path: string): JsonObject | undefined {
  const value = field(object, name);
  if (value === undefined || isObject(value)) return value;
  throw wrong(at(path, name), 'an object', value);
}

/** A list of objects with the path of each; empty if the field is absent. One object counts as a list of one. */
export function objectsField(
  object: JsonObject,
  name: string,
  path: string,
): { value: JsonObject; path: string }[] {
  const given = field(object, name);
  if (given === undefined) return [];
  const where = at(path, name);
  if (isObject(given)) return [{ value: given, path: where }];
  if (!Array.isArray(given)) throw wrong(where, 'a list of objects', given);
  return given.map((value, n) => {
    if (!isObject(value)) throw wrong(`${where}[${n}]`, 'an object', value);
    return { value, path: `${where}[${n}]` };
  });
}

/** A list of strings; undefined if the field is absent. */
export function textsField(object: JsonObject, name: string, path: string): string[] | undefined {
  const given = field(object, name);
  if (given === undefined) return undefined;
  const where = at(path, name);
  if (!Array.isArray(given)) throw wrong(where, 'a list of strings', given);
  return given.map((value, n) => {
    if (typeof value !== 'string') throw wrong(`${where}[${n}]`, 'a string', value);
    return value;
  });
}

export function at(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** The error for a field at `path`, with what was expected and the kind of what was found, but not its value. */
export function wrong(path: string, expected: string, found: unknown): Unservable {
  return new Unservable(`${path}: expected ${expected}, found ${kindOf(found)}`, path);
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
