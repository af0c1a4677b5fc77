/**
 * The function that checks a file against the schema. Here ajv compiles it when this module is loaded. The build runs
 * `compile` and puts the code that ajv generates in the place of this module, because compiling takes longer than all
 * else that reads a configuration does (.ci/validator.mjs).
 */
import { Ajv, type Options, type ValidateFunction } from 'ajv';
import { configSchema } from './schema.ts';
import { formats, ownKeywords } from './schema-node.ts';

/** Compiles the schema; `code` says how ajv writes what it generates. */
export function compile(code: Options['code'] = {}): { ajv: Ajv; validate: ValidateFunction } {
  const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true, inlineRefs: false, code });
  for (const [name, { accepts }] of Object.entries(formats)) ajv.addFormat(name, accepts);
  ajv.addVocabulary([...ownKeywords]);
  return { ajv, validate: ajv.compile(configSchema) };
}

/** False if the value breaks the schema; `validate.errors` then lists every place. */
export const { validate } = compile();
