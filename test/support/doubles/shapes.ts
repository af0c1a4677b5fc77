/** The fields that a vendor accepts, as data, and the first field of a body that is not among them. */
import { isObject, toText } from '../../../lib/json.ts';

/** Which fields a value may have: any, those listed, those of each item, or those of the kind that one field names. */
export type Shape =
  | 'any'
  | { fields: Readonly<Record<string, Shape>> }
  | { each: Shape }
  | { by: string; of: Readonly<Record<string, Shape>>; otherwise?: string };

export interface Unknown {
  /** Validators put the kind of a value after its position: `['messages', 2, 'assistant', 'reasoning_content']`. */
  path: readonly (string | number)[];
  value: unknown;
  /** The kind, if it is the kind that is not accepted; `path` then ends at the value. */
  kind?: string;
}

export function fields(names: string, nested: Readonly<Record<string, Shape>> = {}): Shape {
  const plain = names.split(' ').filter((name) => name !== '');
  return {
    fields: { ...Object.fromEntries(plain.map((name) => [name, 'any'] as const)), ...nested },
  };
}

export function each(shape: Shape): Shape {
  return { each: shape };
}

export function by(field: string, of: Readonly<Record<string, Shape>>, otherwise?: string): Shape {
  return { by: field, of, ...(otherwise !== undefined && { otherwise }) };
}

/** Strings are accepted wherever lists or objects are, since content has both forms. */
export function findUnknown(value: unknown, shape: Shape, path: Unknown['path'] = []): Unknown | undefined {
  if (shape === 'any') return undefined;
  if ('each' in shape) {
    if (!Array.isArray(value)) return undefined;
    return firstOf(value, (item, index) => findUnknown(item, shape.each, [...path, index]));
  }
  if (!isObject(value)) return undefined;
  if ('by' in shape) {
    const kind = toText(value[shape.by]) || (shape.otherwise ?? '');
    const found = Object.hasOwn(shape.of, kind) ? shape.of[kind] : undefined;
    return found ? findUnknown(value, found, [...path, kind]) : { path, value, kind };
  }
  return firstOf(Object.entries(value), ([name, inner]) => {
    const known = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
    return known ? findUnknown(inner, known, [...path, name]) : { path: [...path, name], value: inner };
  });
}

function firstOf<Item, Found>(
  items: readonly Item[],
  find: (item: Item, index: number) => Found | undefined,
): Found | undefined {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
