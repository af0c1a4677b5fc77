/** Looks up a path that the user typed in the schema: `models.default.model_id`, `fallbacks.default.0`. */
import { childOf, dereference } from './lookup.ts';
import { configSchema } from './schema.ts';
import type { Schema } from './schema-node.ts';
import { at } from './layers.ts';
import type { Json } from '../../json.ts';
import { parsePath, renderPath, type Segment } from './json-path.ts';
import { nearest } from '../../nearest.ts';

export type Known =
  | { kind: 'known'; segments: Segment[]; schema: Schema }
  /** Accepted without effect, as is everything below it. */
  | { kind: 'ignored'; segments: Segment[] }
  /** `path` ends at the first unknown key; `near` is the whole path with the nearest known key in its place. */
  | { kind: 'unknown'; path: string; near?: string }
  | { kind: 'no path' };

/** Where a list is expected, a number is an index, in brackets or after a dot. */
export function findKnown(typed: string): Known {
  const given = parsePath(typed);
  if (given === undefined) return { kind: 'no path' };
  const segments: Segment[] = [];
  let schema: Schema = configSchema;
  for (const [index, segment] of given.entries()) {
    const { properties = {}, additionalProperties, items } = dereference(schema);
    if (isIgnored(schema)) return { kind: 'ignored', segments: [...segments, ...given.slice(index)] };
    const place = items && !additionalProperties ? toIndex(segment) : segment;
    const next = childOf(schema, place);
    if (next === undefined) {
      const near = nearest(String(segment), Object.keys(properties));
      const path = renderPath([...segments, segment]);
      const rest = given.slice(index + 1);
      if (near === undefined) return { kind: 'unknown', path };
      return { kind: 'unknown', path, near: renderPath([...segments, near, ...rest]) };
    }
    segments.push(place);
    schema = next;
  }
  return isIgnored(schema)
    ? { kind: 'ignored', segments }
    : { kind: 'known', segments, schema: dereference(schema) };
}

/** A key of any type, so that everything below it is accepted as well. */
function isIgnored({ type, withoutEffect }: Schema): boolean {
  return type === undefined && withoutEffect !== undefined;
}

function toIndex(segment: Segment): Segment {
  return typeof segment === 'string' && /^\d+$/.test(segment) ? Number(segment) : segment;
}

/** The segments of a path in this configuration; where it has a list, a number is an index. */
export function findSegments(config: Json, typed: string): Segment[] | undefined {
  let value: Json | undefined = config;
  return parsePath(typed)?.map((segment) => {
    const place = Array.isArray(value) ? toIndex(segment) : segment;
    value = value === undefined ? undefined : at(value, [place]);
    return place;
  });
}
