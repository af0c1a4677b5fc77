/** Makes the smallest value that a JSON Schema accepts, for tool inputs and titles. */
import { isObject, toArray, toNumber, toObject, toText, type Json, type JsonObject } from '../json.ts';

/** The depth at which a recursive schema is cut off. */
const maxDepth = 8;

/** A value for `schema` with only the required properties. Its strings are `word`. */
export function sampleOf(schema: Json | undefined, word: string, root = toObject(schema), depth = 0): Json {
  const { type, ...rules } = toObject(schema);
  if (depth > maxDepth) return null;
  if (rules['const'] !== undefined) return rules['const'];
  const [first] = toArray(rules['enum']);
  if (first !== undefined) return first;
  const reference = toText(rules['$ref']);
  if (reference !== '') return sampleOf(definition(reference, root), word, root, depth + 1);
  const [choice] = [...toArray(rules['anyOf']), ...toArray(rules['oneOf']), ...toArray(rules['allOf'])];
  if (choice !== undefined && type === undefined) return sampleOf(choice, word, root, depth + 1);
  switch (Array.isArray(type) ? type[0] : type) {
    case 'string':
      return word.padEnd(toNumber(rules['minLength']) ?? 0, '.');
    case 'integer':
    case 'number':
      return smallest(rules);
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'array':
      return Array.from({ length: toNumber(rules['minItems']) ?? 0 }, () =>
        sampleOf(rules['items'], word, root, depth + 1),
      );
    default:
      return properties(rules, word, root, depth);
  }
}

function properties(rules: JsonObject, word: string, root: JsonObject, depth: number): JsonObject {
  const known = toObject(rules['properties']);
  const required = toArray(rules['required']).map(toText);
  return Object.fromEntries(required.map((name) => [name, sampleOf(known[name], word, root, depth + 1)]));
}

function smallest(rules: JsonObject): number {
  const above = toNumber(rules['exclusiveMinimum']);
  return toNumber(rules['minimum']) ?? (above === undefined ? 1 : above + 1);
}

/** The schema that `#/$defs/thing` refers to. */
function definition(reference: string, root: JsonObject): Json | undefined {
  let found: Json | undefined = root;
  for (const name of reference.replace(/^#\/?/, '').split('/')) {
    if (name !== '') found = isObject(found) ? found[name] : undefined;
  }
  return found;
}
