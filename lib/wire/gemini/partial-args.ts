/**
 * Arguments that arrive field by field (`partialArgs`): each piece names a place in the object as a JSON path, and a text
 * may come in several. occ never asks for this form, but gateways before Vertex may.
 */
import { isObject, toObject, toText, type Json, type JsonObject } from '../../json.ts';

export interface PartialArguments {
  add(pieces: readonly Json[]): void;
  /** The object as JSON so far; left open, so that nobody can run it, when it is not `whole`. */
  text(whole: boolean): string;
  /** Characters taken so far. */
  size(): number;
}

/** Steps in a path: deeper than any arguments a person would design, and far from the end of the stack. */
const deepest = 64;

export function partialArguments(): PartialArguments {
  const root = object();
  let size = 0;
  let growing = '';

  function add(pieces: readonly Json[]): void {
    for (const piece of pieces) {
      const fields = toObject(piece);
      const path = toText(fields['jsonPath']);
      const steps = stepsOf(path);
      const value = valueOf(fields);
      size += path.length + (typeof value === 'string' ? value.length : 1);
      if (steps.length > 0 && steps.length <= deepest && value !== undefined)
        put(steps, value, path === growing);
      growing = fields['willContinue'] === true ? path : '';
    }
  }

  function put(steps: readonly (string | number)[], value: Json, grows: boolean): void {
    let home: JsonObject | Json[] = root;
    for (const [at, step] of steps.entries()) {
      const next = steps[at + 1];
      const before: Json | undefined = read(home, step);
      if (next === undefined) {
        write(
          home,
          step,
          grows && typeof before === 'string' && typeof value === 'string' ? before + value : value,
        );
        return;
      }
      const fits = typeof next === 'number' ? Array.isArray(before) : isObject(before);
      const inner: JsonObject | Json[] = fits
        ? (before as JsonObject | Json[])
        : typeof next === 'number'
          ? []
          : object();
      if (!fits) write(home, step, inner);
      home = inner;
    }
  }

  return {
    add,
    text: (whole) => (whole ? JSON.stringify(root) : JSON.stringify(root).slice(0, -1)),
    size: () => size,
  };
}

/** Without a prototype: a field may be called `__proto__`. */
function object(): JsonObject {
  return Object.create(null) as JsonObject;
}

function read(home: JsonObject | Json[], step: string | number): Json | undefined {
  return Array.isArray(home) ? home[Number(step)] : home[String(step)];
}

/** A list grows by one item at a time, whatever number a path names. */
function write(home: JsonObject | Json[], step: string | number, value: Json): void {
  if (!Array.isArray(home)) home[String(step)] = value;
  else home[Math.min(Number(step), home.length)] = value;
}

function valueOf(fields: JsonObject): Json | undefined {
  for (const name of ['stringValue', 'numberValue', 'boolValue']) {
    const value = fields[name];
    if (value !== undefined && value !== null) return value;
  }
  return fields['nullValue'] === undefined ? undefined : null;
}

/** `$.files[0]['a b']` as steps; RFC 9535's normalized paths, and the short form that Google uses. */
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
