/**
 * Assembles arguments that arrive field by field (`partialArgs`): each piece has a JSON path and a value, and a string may
 * arrive in several pieces. occ does not request this form, but gateways in front of Vertex may.
 */
import { isObject, toObject, toText, type Json, type JsonObject } from '../../json.ts';

export interface PartialArguments {
  add(pieces: readonly Json[]): void;
  /** The object so far as JSON. */
  text(): string;
  /** Characters received so far. */
  size(): number;
}

/** Most steps in a path: more than real arguments need, and few enough for recursive code. */
const maxDepth = 64;

export function partialArguments(): PartialArguments {
  const root = object();
  let size = 0;
  let unfinished = '';

  function add(pieces: readonly Json[]): void {
    for (const piece of pieces) {
      const fields = toObject(piece);
      const path = toText(fields['jsonPath']);
      const steps = stepsOf(path);
      const value = valueOf(fields);
      size += path.length + (typeof value === 'string' ? value.length : 1);
      if (steps.length > 0 && steps.length <= maxDepth && value !== undefined)
        put(steps, value, path === unfinished);
      unfinished = fields['willContinue'] === true ? path : '';
    }
  }

  function put(steps: readonly (string | number)[], value: Json, appends: boolean): void {
    let container: JsonObject | Json[] = root;
    for (const [at, step] of steps.entries()) {
      const next = steps[at + 1];
      const existing: Json | undefined = read(container, step);
      if (next === undefined) {
        write(
          container,
          step,
          appends && typeof existing === 'string' && typeof value === 'string' ? existing + value : value,
        );
        return;
      }
      const fits = typeof next === 'number' ? Array.isArray(existing) : isObject(existing);
      const inner: JsonObject | Json[] = fits
        ? (existing as JsonObject | Json[])
        : typeof next === 'number'
          ? []
          : object();
      if (!fits) write(container, step, inner);
      container = inner;
    }
  }

  return {
    add,
    text: () => JSON.stringify(root),
    size: () => size,
  };
}

/** True for the text of no arguments: empty, `null` or an empty object. */
export function isEmptyObject(text: string): boolean {
  const value = text.trim();
  if (value === '' || value === 'null') return true;
  return value.startsWith('{') && value.endsWith('}') && value.slice(1, -1).trim() === '';
}

/** One JSON object with the fields of all, each as it was written (L9). What is no object makes the result invalid. */
export function joinObjects(texts: readonly string[]): string {
  const given = texts.filter((text) => !isEmptyObject(text)).map((text) => text.trim());
  if (given.length < 2) return given[0] ?? '{}';
  if (given.some((text) => !text.startsWith('{') || !text.endsWith('}'))) return given.join('');
  return `{${given.map((text) => text.slice(1, -1)).join(',')}}`;
}

/** An object without a prototype, because a field may be named `__proto__`. */
function object(): JsonObject {
  return Object.create(null) as JsonObject;
}

function read(container: JsonObject | Json[], step: string | number): Json | undefined {
  return Array.isArray(container) ? container[Number(step)] : container[String(step)];
}

/** Sets a field or an entry. An index beyond the end of a list appends. */
function write(container: JsonObject | Json[], step: string | number, value: Json): void {
  if (!Array.isArray(container)) container[String(step)] = value;
  else container[Math.min(Number(step), container.length)] = value;
}

function valueOf(fields: JsonObject): Json | undefined {
  for (const name of ['stringValue', 'numberValue', 'boolValue']) {
    const value = fields[name];
    if (value !== undefined && value !== null) return value;
  }
  return fields['nullValue'] === undefined ? undefined : null;
}

/** Parses a path such as `$.files[0]['a b']`: the normalized paths of RFC 9535 and Google's short form. */
function stepsOf(path: string): (string | number)[] {
  const steps: (string | number)[] = [];
  for (const [, name, index, single, double] of path.matchAll(
    /\.([^.[\]]+)|\[(\d{1,9})\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/g,
  )) {
    if (index !== undefined) steps.push(Number(index));
    else steps.push(name ?? (single ?? double ?? '').replace(/\\(.)/g, '$1'));
  }
  return steps;
}
