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
  /**
   * `path` ends at the first unknown key; `near` is the whole path with the nearest known key in its place, and `alike`
   * are the keys elsewhere that end in the same name.
   */
  | { kind: 'unknown'; path: string; near?: string; alike: readonly string[] }
  | { kind: 'no path' };

/**
 * Where a list is expected, a number is an index, in brackets or after a dot. `-` is accepted for `_`, and
 * `providers.opencode-go` for `opencode_go`, because model entries write the names of providers with `-`.
 */
export function findKnown(typed: string): Known {
  const path = parsePath(typed);
  if (path === undefined) return { kind: 'no path' };
  const given = atOwnSection(path);
  const segments: Segment[] = [];
  let schema: Schema = configSchema;
  for (const [index, segment] of given.entries()) {
    const { properties = {}, additionalProperties, items } = dereference(schema);
    if (isIgnored(schema)) return { kind: 'ignored', segments: [...segments, ...given.slice(index)] };
    const place = items && !additionalProperties ? toIndex(segment) : toSpelling(segment, schema);
    const next = childOf(schema, place);
    if (next === undefined) {
      const near = nearest(String(segment), Object.keys(properties));
      const path = renderPath([...segments, segment]);
      const rest = given.slice(index + 1);
      const alike = keysNamed(String(given.at(-1)));
      if (near === undefined) return { kind: 'unknown', path, alike };
      return { kind: 'unknown', path, near: renderPath([...segments, near, ...rest]), alike };
    }
    segments.push(place);
    schema = next;
  }
  return isIgnored(schema)
    ? { kind: 'ignored', segments }
    : { kind: 'known', segments, schema: dereference(schema) };
}

function atOwnSection(path: Segment[]): Segment[] {
  const [first, name, ...rest] = path;
  const own = String(name).replaceAll('-', '_');
  return first === 'providers' && (own === 'opencode_go' || own === 'opencode_zen') ? [own, ...rest] : path;
}

/** A name that the user chooses is left as it is. */
function toSpelling(segment: Segment, schema: Schema): Segment {
  const { properties = {}, additionalProperties } = dereference(schema);
  const spelled = String(segment).replaceAll('-', '_');
  return additionalProperties === undefined && Object.hasOwn(properties, spelled) ? spelled : segment;
}

/**
 * Every key with that last name, or with the nearest one, or that begins with it: `timeout` for `timeout_ms`; `<name>` and
 * `[0]` stand for what the user chooses.
 */
function keysNamed(name: string): string[] {
  const all = [...pathsBelow(configSchema, '')];
  const meant = all.some(({ last }) => last === name)
    ? name
    : nearest(
        name,
        all.map(({ last }) => last),
      );
  const fits = (last: string): boolean =>
    meant === undefined ? last.startsWith(`${name}_`) : last === meant;
  return all.filter(({ last }) => fits(last)).map(({ path }) => path);
}

function* pathsBelow(schema: Schema, path: string): Generator<{ path: string; last: string }> {
  const { properties = {}, additionalProperties, items } = dereference(schema);
  for (const [last, inner] of Object.entries(properties)) {
    if (inner.aliasOf !== undefined || inner.withoutEffect !== undefined) continue;
    const below = path === '' ? last : `${path}.${last}`;
    yield { path: below, last };
    yield* pathsBelow(inner, below);
  }
  if (additionalProperties !== undefined) yield* pathsBelow(additionalProperties, `${path}.<name>`);
  else if (items !== undefined) yield* pathsBelow(items, `${path}[0]`);
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
