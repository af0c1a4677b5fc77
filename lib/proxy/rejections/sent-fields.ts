/**
 * Finds the field that a refusal names in what was sent, by any spelling of its name or path, and makes bodies without it or
 * with another value. Bodies share parts with the client's request, so nothing is changed in place.
 */
import { isObject, type Json } from '../../json.ts';
import { folded, toSegments } from './field-names.ts';

/** A field of a body: keys, and `*` for every element of a list. */
export type FieldPath = readonly string[];

/** Where a name was found. In a tool's schema it is a keyword. */
export type Found = { type: 'field'; path: FieldPath } | { type: 'keyword'; keyword: string };

/**
 * Fields without which a request is another request, or none: the conversation, the tools, and what gives their parts a
 * meaning. They are never left out.
 */
const essential: ReadonlySet<string> = new Set(
  [
    'model messages input contents tools stream system instructions systeminstruction',
    'role content parts text type id name description function functions functiondeclarations parameters',
    'parametersjsonschema inputschema toolcalls toolcallid tooluseid callid arguments args functioncall functionresponse',
    'response output source data url imageurl inlinedata filedata mediatype mimetype items messageid',
  ]
    .join(' ')
    .split(' '),
);

/** Values that belong to the conversation or to the user; no field is looked for inside. */
const opaque: ReadonlySet<string> = new Set(['input', 'arguments', 'args', 'response', 'output', 'metadata']);

/** The keys below which a tool's schema begins. */
const schemaRoots: ReadonlySet<string> = new Set(['parameters', 'parametersjsonschema', 'inputschema']);

/** Segments of a path that are no keys: validators name the variant of a union (`cache_control.ephemeral.scope`). */
const maxSkipped = 3;

/** Values of one body that are looked at. */
const maxVisited = 20_000;

/** The field that `name` stands for; undefined if it was not sent or cannot be left out. */
export function findField(body: unknown, name: string): Found | undefined {
  const segments = toSegments(name).map(folded).filter(Boolean);
  while (segments.length > 1 && /^\d+$/.test(segments.at(-1) ?? '')) segments.pop();
  const last = segments.at(-1);
  if (last === undefined || /^\d+$/.test(last)) return undefined;
  const path = followed(body as Json, segments, 0);
  if (path && essential.has(last)) return undefined;
  if (path) return isInSchema(path) ? keywordAt(path) : { type: 'field', path };
  return searched(body as Json, last);
}

/** Where the path leads in what was sent, also to a field that cannot be left out. */
export function findPath(body: unknown, name: string): FieldPath | undefined {
  return followed(body as Json, toSegments(name).map(folded).filter(Boolean), 0);
}

/** Follows a path from the top, over segments that are no keys of what was sent. */
function followed(
  value: Json | undefined,
  segments: readonly string[],
  skipped: number,
): FieldPath | undefined {
  const [segment, ...rest] = segments;
  if (segment === undefined) return [];
  if (Array.isArray(value)) {
    const index = /^\d+$/.test(segment) ? Number(segment) : undefined;
    const inner = index === undefined ? segments : rest;
    const elements = index !== undefined && index < value.length ? [value[index]] : value.slice(0, 64);
    for (const element of elements) {
      const path = followed(element, inner, skipped);
      if (path) return ['*', ...path];
    }
    return undefined;
  }
  if (isObject(value)) {
    for (const key of Object.keys(value)) {
      if (folded(key) !== segment) continue;
      const path = rest.length === 0 ? [] : followed(value[key], rest, skipped);
      if (path) return [key, ...path];
    }
  }
  return rest.length > 0 && skipped < maxSkipped ? followed(value, rest, skipped + 1) : undefined;
}

/** Whether a path leads into a tool's schema. */
function isInSchema(path: FieldPath): boolean {
  const root = path.findIndex((key) => schemaRoots.has(folded(key)));
  return root !== -1 && folded(path[0] ?? '') === 'tools' && root < path.length - 1;
}

/** The keyword at a path into a schema; undefined for the name of a parameter, which the tool needs. */
function keywordAt(path: FieldPath): Found | undefined {
  const keyword = path.at(-1) ?? '';
  const isName = holdsNames.has(folded(path.at(-2) ?? ''));
  return isName || keywordsToKeep.has(keyword) ? undefined : { type: 'keyword', keyword };
}

/** Keywords that hold schemas by name. */
const holdsNames: ReadonlySet<string> = new Set(['properties', 'defs', 'definitions', 'patternproperties']);

/** Where each name is in a body, by its folded form: the shallowest field, and the keyword of a tool's schema. */
interface Names {
  fields: ReadonlyMap<string, FieldPath>;
  keywords: ReadonlyMap<string, string>;
}

/** A refusal may contain several names, and long conversations have many values. */
const namesOf = new WeakMap<object, Names>();

/** The shallowest field of this name, wherever it is; a keyword of a schema only if there is no such field. */
function searched(body: Json, sought: string): Found | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const names = namesOf.get(body) ?? namesIn(body);
  namesOf.set(body, names);
  const path = names.fields.get(sought);
  if (path) return { type: 'field', path };
  const keyword = names.keywords.get(sought);
  return keyword === undefined || keywordsToKeep.has(keyword) ? undefined : { type: 'keyword', keyword };
}

/** A value of a body with its key and what contains it. */
interface Visited {
  value: Json | undefined;
  key: string;
  within: Visited | undefined;
  schema: 'no' | 'schema' | 'names';
}

function namesIn(body: Json): Names {
  const fields = new Map<string, FieldPath>();
  const keywords = new Map<string, string>();
  const queue: Visited[] = [{ value: body, key: '', within: undefined, schema: 'no' }];
  for (let at = 0; at < queue.length && at < maxVisited; at++) {
    const within = queue[at] as Visited;
    const { value, schema } = within;
    if (Array.isArray(value)) {
      for (const element of value) queue.push({ value: element, key: '*', within, schema });
      continue;
    }
    if (!isObject(value)) continue;
    const isTop = within.within === undefined;
    for (const [key, inner] of Object.entries(value)) {
      const name = folded(key);
      if (schema === 'schema' && !keywords.has(name)) keywords.set(name, key);
      if (schema === 'no' && !essential.has(name) && !fields.has(name))
        fields.set(name, [...pathOf(within), key]);
      if (schema === 'no' && opaque.has(name) && !isTop) continue;
      if (typeof inner !== 'object') continue;
      const isTool = pathOf(within)[0] === 'tools';
      queue.push({ value: inner, key, within, schema: below(schema, name, isTool) });
    }
  }
  return { fields, keywords };
}

function pathOf(visited: Visited): string[] {
  const path: string[] = [];
  for (let at = visited; at.within; at = at.within) path.unshift(at.key);
  return path;
}

function below(schema: 'no' | 'schema' | 'names', key: string, inTool: boolean): 'no' | 'schema' | 'names' {
  if (schema === 'no') return inTool && schemaRoots.has(key) ? 'schema' : 'no';
  return schema === 'schema' && holdsNames.has(key) ? 'names' : 'schema';
}

/** Keywords without which a schema says nothing. */
const keywordsToKeep: ReadonlySet<string> = new Set(['type', 'properties', 'items', 'description']);

/** The first value at the path. */
export function valueAt(value: Json | undefined, path: FieldPath): Json | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (key === '*') {
    for (const element of Array.isArray(value) ? value : []) {
      const found = valueAt(element, rest);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return isObject(value) ? valueAt(value[key], rest) : undefined;
}

/** A copy in which `change` has made the values at the path; a field for which it returns undefined is left out. */
export function changedAt(
  value: Json | undefined,
  path: FieldPath,
  change: (value: Json) => Json | undefined,
): Json | undefined {
  const [key, ...rest] = path;
  if (value === undefined) return undefined;
  if (key === undefined) return change(value);
  if (key === '*')
    return Array.isArray(value) ? value.map((element) => changedAt(element, rest, change) ?? element) : value;
  if (!isObject(value) || !Object.hasOwn(value, key)) return value;
  const inner = changedAt(value[key], rest, change);
  if (inner === value[key]) return value;
  const { [key]: _changed, ...others } = value;
  // An object that had only this field would be refused as well.
  const emptied = rest.length > 0 && isObject(inner) && Object.keys(inner).length === 0;
  return inner === undefined || emptied ? others : { ...value, [key]: inner };
}

/** The body without the field. */
export function withoutField(body: unknown, path: FieldPath): unknown {
  return changedAt(body as Json, path, () => undefined);
}

/** The body with the field under another name, unless it has that already. */
export function renamedField(body: unknown, path: FieldPath, name: string): unknown {
  const parent = path.slice(0, -1);
  const key = path.at(-1) ?? '';
  return changedAt(body as Json, parent, (value) => {
    if (!isObject(value) || !Object.hasOwn(value, key) || Object.hasOwn(value, name)) return value;
    const entries = Object.entries(value);
    return Object.fromEntries<Json | undefined>(
      entries.map(([own, inner]) => [own === key ? name : own, inner]),
    );
  });
}
