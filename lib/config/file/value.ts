/** Converts text from the command line or the environment into the JSON value that the schema expects. */
import { parse, type ParseError } from 'jsonc-parser';
import type { Json } from '../../json.ts';
import type { Schema } from './schema-node.ts';

/**
 * Where a string is expected, the text is the value; elsewhere it is parsed as JSON. Text that does not fit stays a
 * string, and validation reports it.
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

/** Accepts comments and trailing commas, as in the file; undefined if it is not JSON. */
function parseValue(text: string): Json | undefined {
  const errors: ParseError[] = [];
  const value = parse(text, errors, { allowTrailingComma: true }) as Json | undefined;
  return errors.length > 0 ? undefined : value;
}
