/**
 * Converts the JSON Schema of a tool's input to one that the upstream accepts: adds required keywords and removes
 * unsupported ones. Several servers reject the whole request because of one schema. The client's schema is not modified.
 */
import { isObject, parseJson, type Json, type JsonObject } from '../../json.ts';
import { plainRoot, withoutPlainAllOf } from './schema-merge.ts';
import { moonshotRewriter } from './schema-moonshot.ts';
import { validNode } from './schema-valid.ts';
import { rewriteSchema, without, type Rewrite } from './schema-walk.ts';

/**
 * - `full`: JSON Schema without `$schema`, and with what OpenAI requires: see `complete`.
 * - `moonshot`: Kimi's subset, see `schema-moonshot.ts`.
 * - `no_ranges`: no numeric ranges (OpenCode Go returned `tool_count_limit` for `minimum` and similar keywords).
 */
export type SchemaDialect = 'full' | 'moonshot' | 'no_ranges';

/** A schema whose root is an object with `properties`; a tool without a usable schema takes no arguments. */
export function toolSchema(schema: unknown, dialect: SchemaDialect = 'full'): JsonObject {
  const given = typeof schema === 'string' ? parseJson(schema) : schema;
  if (!isObject(given) || Object.keys(given).length === 0) {
    return { type: 'object', properties: {}, additionalProperties: false };
  }
  const root = plainRoot(given);
  const properties = isObject(root['properties']) ? root['properties'] : {};
  return rewriteSchema({ ...root, type: 'object', properties }, rewriters[dialect](root));
}

/** True when a server with Anthropic's validation accepts the schema without `toolSchema`. */
export function isUsableSchema(schema: unknown): boolean {
  return isObject(schema) && schema['type'] === 'object' && isObject(schema['properties']);
}

/**
 * The schema as Anthropic's API accepts it: valid under draft 2020-12, without a combination at the root. Returns the same
 * object if it already is.
 */
export function validSchema(schema: unknown): unknown {
  if (!isObject(schema)) return schema;
  const root = plainRoot(schema);
  let isValid = root === schema;
  const repaired = rewriteSchema(root, (node) => {
    const valid = validNode(node);
    isValid &&= valid === node;
    return valid;
  });
  return isValid ? schema : repaired;
}

const rewriters = {
  full: () => complete,
  moonshot: (root) => {
    const rewrite = moonshotRewriter(root);
    return (node, depth) => rewrite(tidy(node), depth);
  },
  no_ranges: () => (node) => without(complete(node), ranges),
} satisfies Record<SchemaDialect, (root: JsonObject) => Rewrite>;

const ranges = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'];

/** Few servers accept `$schema`. */
function tidy(node: JsonObject): JsonObject {
  return without(validNode(node), ['$schema']);
}

/**
 * With what OpenAI's API requires and other servers accept: every array has `items` (anthropics/claude-code#37642,
 * microsoft/vscode#244467, Google's OpenAI-compatible endpoint as well), and neither `oneOf` (can1357/oh-my-pi#920) nor
 * `allOf` (makenotion/notion-mcp-server#102) stands anywhere.
 */
function complete(given: JsonObject): JsonObject {
  const node = withoutPlainAllOf(tidy(given));
  const choice = withAnyOf(node);
  return isArray(choice['type']) && choice['items'] === undefined ? { ...choice, items: {} } : choice;
}

function withAnyOf(node: JsonObject): JsonObject {
  if (!Array.isArray(node['oneOf']) || node['anyOf'] !== undefined) return node;
  const { oneOf, ...rest } = node;
  return { ...rest, anyOf: oneOf };
}

function isArray(type: Json | undefined): boolean {
  return Array.isArray(type) ? type.includes('array') : type === 'array';
}
