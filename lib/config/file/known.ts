/** What the schema knows of a path as a person types it: `models.default.model_id`, `fallbacks.default.0`. */
import { childOf, dereference } from './lookup.ts';
import { configSchema } from './schema.ts';
import type { Schema } from './schema-node.ts';
import { at } from './layers.ts';
import type { Json } from '../../json.ts';
import { parsePath, renderPath, type Segment } from './json-path.ts';
import { nearest } from '../../nearest.ts';

export type Known =
  | { kind: 'known'; segments: Segment[]; schema: Schema }
  /** Accepted in a file, without effect: anything below it is. */
  | { kind: 'ignored'; segments: Segment[] }
  /** `path` is as far as it is unknown, `near` the whole path with the likely name in its place. */
  | { kind: 'unknown'; path: string; near?: string }
  | { kind: 'no path' };

/** A number counts as an index where a list is expected, whether it stands in brackets or after a dot. */
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

/** Of any type, so that anything below it is accepted as well. */
function isIgnored({ type, withoutEffect }: Schema): boolean {
  return type === undefined && withoutEffect !== undefined;
}

function toIndex(segment: Segment): Segment {
  return typeof segment === 'string' && /^\d+$/.test(segment) ? Number(segment) : segment;
}

/** The segments of a path in a file as it is; a number counts as an index where a list stands. */
export function findSegments(config: Json, typed: string): Segment[] | undefined {
  let value: Json | undefined = config;
  return parsePath(typed)?.map((segment) => {
    const place = Array.isArray(value) ? toIndex(segment) : segment;
    value = value === undefined ? undefined : at(value, [place]);
    return place;
  });
}
