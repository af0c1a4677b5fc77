/**
 * Makes the schemas of tools simpler, in any wire format, for servers that refuse a part of JSON Schema. What a schema no
 * longer says is added to the tool's description, so that the model still reads it.
 */
import { isObject, type Json, type JsonObject } from '../../json.ts';
import { moonshotRewriter } from '../../wire/encode/schema-moonshot.ts';
import { rewriteSchema, without } from '../../wire/encode/schema-walk.ts';
import { folded } from './field-names.ts';

/**
 * - `typed`: a type for every value, as Moonshot requires.
 * - `common`: the keywords that every server knows, references resolved, lists with items.
 * - `plain`: also no alternatives and one type per value.
 * - `bare`: an object with anything in it.
 */
export type SchemaLevel = 'typed' | 'common' | 'plain' | 'bare';

/** Levels that leave out nothing that a model would miss. */
const keepsMeaning: ReadonlySet<SchemaLevel> = new Set(['typed', 'common']);

/** Characters of a schema that are added to a description. */
const maxNote = 4000;

/** The body with the schemas of its tools at this level. */
export function simplerSchemas(body: unknown, level: SchemaLevel): unknown {
  return changedSchemas(body, (schema, description) => {
    const simpler = levels[level](schema);
    const same = JSON.stringify(simpler) === JSON.stringify(schema);
    return {
      schema: simpler,
      description: same || keepsMeaning.has(level) ? description : noted(description, schema),
    };
  });
}

/** The body whose schemas do not use the keyword. */
export function schemasWithout(body: unknown, keyword: string): unknown {
  return changedSchemas(body, (schema, description) => ({
    schema: rewriteSchema(schema, (node) => without(node, [keyword])),
    description,
  }));
}

type Changed = { schema: JsonObject; description: string | undefined };

/** Tools are below `tools` in every format; Gemini has lists of declarations in it, chat objects named `function`. */
function changedSchemas(
  body: unknown,
  change: (schema: JsonObject, description: string | undefined) => Changed,
): unknown {
  if (!isObject(body) || !Array.isArray(body['tools'])) return body;
  return { ...body, tools: body['tools'].map((tool) => changedTool(tool, change, 0)) };
}

function changedTool(
  tool: Json,
  change: (schema: JsonObject, description: string | undefined) => Changed,
  depth: number,
): Json {
  if (!isObject(tool) || depth > 2) return tool;
  const key = Object.keys(tool).find((name) => roots.has(folded(name)) && isObject(tool[name]));
  if (key !== undefined) {
    const said = typeof tool['description'] === 'string' ? tool['description'] : undefined;
    const { schema, description } = change(tool[key] as JsonObject, said);
    return { ...tool, ...(description !== undefined && { description }), [key]: schema };
  }
  const entries = Object.entries(tool).map(([name, value]): [string, Json | undefined] => {
    if (Array.isArray(value)) return [name, value.map((one) => changedTool(one, change, depth + 1))];
    return [name, isObject(value) ? changedTool(value, change, depth + 1) : value];
  });
  return Object.fromEntries(entries);
}

const roots: ReadonlySet<string> = new Set(['parameters', 'parametersjsonschema', 'inputschema']);

function noted(description: string | undefined, schema: JsonObject): string {
  const note = `Arguments as JSON Schema: ${JSON.stringify(schema).slice(0, maxNote)}`;
  if (description?.includes(note)) return description;
  return description === undefined ? note : `${description}\n\n${note}`;
}

const levels: Readonly<Record<SchemaLevel, (schema: JsonObject) => JsonObject>> = {
  typed: (schema) => rewriteSchema(schema, moonshotRewriter(schema)),
  common: (schema) => common(withoutReferences(schema)),
  plain: (schema) => plain(common(withoutReferences(schema))),
  bare: (schema) => ({
    type: typeof schema['type'] === 'string' ? schema['type'] : 'object',
    properties: {},
  }),
};

const commonKeywords: ReadonlySet<string> = new Set([
  'type',
  'properties',
  'required',
  'items',
  'enum',
  'description',
  'anyOf',
  'nullable',
  'additionalProperties',
]);

function common(schema: JsonObject): JsonObject {
  return rewriteSchema(schema, (node) => {
    const kept = Object.fromEntries(Object.entries(node).filter(([key]) => commonKeywords.has(key)));
    const { const: only, oneOf } = node;
    if (only !== undefined && kept['enum'] === undefined) kept['enum'] = [only];
    if (Array.isArray(oneOf) && kept['anyOf'] === undefined) kept['anyOf'] = oneOf;
    if (typeof kept['additionalProperties'] !== 'boolean') delete kept['additionalProperties'];
    if (isArrayType(kept['type']) && !isObject(kept['items'])) kept['items'] = {};
    return withKnownRequired(kept);
  });
}

/** Some servers refuse a required property that is not defined. */
function withKnownRequired(node: JsonObject): JsonObject {
  const { properties, required } = node;
  if (!Array.isArray(required)) return node;
  const known = required.filter(
    (name) => typeof name === 'string' && isObject(properties) && Object.hasOwn(properties, name),
  );
  return known.length > 0 ? { ...node, required: known } : without(node, ['required']);
}

function isArrayType(type: Json | undefined): boolean {
  return [type].flat().some((one) => typeof one === 'string' && one.toLowerCase() === 'array');
}

/** One type for each value: of alternatives the first that is not null. */
function plain(schema: JsonObject): JsonObject {
  return rewriteSchema(schema, (node, depth) => {
    const { anyOf, type, additionalProperties: _any, ...rest } = node;
    const option = (Array.isArray(anyOf) ? anyOf : []).filter(isObject).find((one) => one['type'] !== 'null');
    const chosen: JsonObject = depth > 0 && type === undefined ? { ...option, ...rest } : rest;
    const types = [type ?? chosen['type'] ?? (depth === 0 ? 'object' : undefined)].flat();
    const first = types.find((one) => typeof one === 'string' && one !== 'null');
    return first === undefined ? without(chosen, ['type']) : { ...chosen, type: first };
  });
}

/** Levels to which references are resolved; a schema that refers to itself has no end. */
const maxReferences = 4;

/** The schema with its local references replaced by what they refer to; deeper ones become any value. */
function withoutReferences(root: JsonObject): JsonObject {
  const resolve = (node: Json | undefined, depth: number): Json => {
    if (Array.isArray(node)) return node.map((one) => resolve(one, depth));
    if (!isObject(node)) return node ?? null;
    const { $ref: reference, ...rest } = node;
    if (typeof reference === 'string') {
      const target = depth < maxReferences ? referred(root, reference) : undefined;
      return resolve({ ...target, ...rest }, depth + 1);
    }
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, resolve(value, depth)]));
  };
  if (!JSON.stringify(root).includes('"$ref"')) return root;
  const { $defs: _defs, definitions: _definitions, ...rest } = resolve(root, 0) as JsonObject;
  return rest;
}

/** What `#/$defs/Name` points to. */
function referred(root: JsonObject, reference: string): JsonObject | undefined {
  let at: Json | undefined = root;
  for (const key of reference.replace(/^#\/?/, '').split('/').filter(Boolean))
    at = isObject(at) ? at[key] : undefined;
  return isObject(at) ? at : undefined;
}
