/** A value as it is typed on a command line into the JSON that its place in the file wants. */
import { parse, type ParseError } from 'jsonc-parser';
import type { Json } from '../../json.ts';
import type { Schema } from './schema-node.ts';

/**
 * Where text is wanted, it is that text, whatever it looks like; elsewhere what the text means as JSON. What does not
 * fit stays text, and validation says what was expected.
 */
export function toConfigValue(typed: string, schema: Schema | undefined): Json {
  const types = schema?.type === undefined ? [] : [schema.type].flat();
  if (types.length === 1 && types[0] === 'string') return typed;
  const value = parseValue(typed);
  return value !== undefined && (types.length === 0 || types.includes(typeOf(value))) ? value : typed;

  function typeOf(value: Json): string {
    if (Array.isArray(value)) return 'array';
    if (typeof value === 'number' && types.includes('integer')) return 'integer';
    return value === null ? 'null' : typeof value;
  }
}

/** Tolerates comments and trailing commas, as the file does; undefined when it is no JSON. */
function parseValue(text: string): Json | undefined {
  const errors: ParseError[] = [];
  const value = parse(text, errors, { allowTrailingComma: true }) as Json | undefined;
  return errors.length > 0 ? undefined : value;
}
