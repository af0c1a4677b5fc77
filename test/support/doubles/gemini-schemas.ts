/** What Google accepts as the schema of a function: a subset of OpenAPI's. */
import { toArray, toObject, type JsonObject } from '../../../lib/json.ts';
import { asText } from '../loose-json.ts';
import type { Rule, Violation } from './double.ts';
import { declarations, parameters, withParameters } from './gemini-request.ts';
import { firstViolation, schemasIn } from './rules.ts';

/** https://ai.google.dev/api/caching#Schema */
const schemaFields = new Set(
  'type format title description nullable enum maxItems minItems properties required minProperties maxProperties minLength maxLength pattern example anyOf propertyOrdering default items minimum maximum'.split(
    ' ',
  ),
);

const declared = 'GenerateContentRequest.tools[0].function_declarations';

export const schemaRules: readonly Rule[] = [
  {
    name: 'schemas are a subset of OpenAPI',
    source: 'nanbingxyz/5ire#42, zed-industries/zed#45552, zendev-sh/zenflow#14, n8n-io/n8n#15553',
    bad: [
      withParameters({ type: 'object', properties: {}, additionalProperties: false }),
      withParameters({ type: 'object', properties: { a: { type: 'string', $ref: '#/$defs/a' } } }),
      withParameters({ type: 'object', properties: { a: { const: 1 } } }),
      withParameters({ type: 'object', properties: { a: { type: 'number', exclusiveMinimum: 0 } } }),
    ],
    violates: ({ body }) =>
      firstViolation(declarations(body), (tool, at) => {
        for (const [schema, path] of schemasIn(tool['parameters'])) {
          const wrong = Object.keys(schema).find((key) => !schemaFields.has(key));
          const place = `tools[0].function_declarations[${at}].parameters${protoPath(tool['parameters'], path)}`;
          if (wrong !== undefined)
            return {
              message: `Invalid JSON payload received. Unknown name "${wrong}" at '${place}': Cannot find field.`,
            };
          if (Array.isArray(schema['type']))
            return {
              message: `Invalid JSON payload received. Unknown name "type" at '${place}': Proto field is not repeating, cannot start list.`,
            };
        }
        return undefined;
      }),
  },
  {
    name: 'schemas are consistent',
    source: 'https://ai.google.dev/api/caching#Schema, zereight/gitlab-mcp#166',
    bad: [
      withParameters({ type: 'object', properties: { a: { type: 'array' } } }),
      withParameters({ type: 'object', properties: {}, required: ['b'] }),
      withParameters({ type: 'object', properties: { a: { type: 'integer', enum: [1, 2] } } }),
    ],
    violates: ({ body }) =>
      firstViolation(declarations(body), (tool, at) =>
        firstViolation([...schemasIn(tool['parameters'])], ([schema, path]) =>
          inconsistency(schema, `${declared}[${at}].parameters${protoPath(tool['parameters'], path)}`),
        ),
      ),
  },
  {
    name: 'names of tools',
    source: 'https://ai.google.dev/api/caching#FunctionDeclaration',
    bad: [
      withParameters(parameters, '1read'),
      withParameters(parameters, 'n'.repeat(129)),
      withParameters(parameters, 'a/b'),
    ],
    violates: ({ body }) =>
      firstViolation(declarations(body), ({ name }, at) =>
        /^[A-Za-z_][\w.:-]{0,127}$/.test(asText(name))
          ? undefined
          : {
              message: `* ${declared}[${at}].name: Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 128.`,
            },
      ),
  },
];

function inconsistency(schema: JsonObject, path: string): Violation | undefined {
  const type = asText(schema['type']).toUpperCase();
  if (type === 'ARRAY' && schema['items'] === undefined)
    return { message: `* ${path}.items: missing field.\n` };
  if (schema['enum'] !== undefined && type !== 'STRING')
    return { message: `Invalid value at '${path}.enum[0]' (TYPE_STRING)` };
  const properties = toObject(schema['properties']);
  const missing = toArray(schema['required']).findIndex(
    (name) => typeof name !== 'string' || properties[name] === undefined,
  );
  return missing < 0 ? undefined : { message: `* ${path}.required[${missing}]: property is not defined.\n` };
}

/** The path as Protocol Buffers write it: `.properties[1].value.any_of[0]`. */
function protoPath(schema: unknown, path: readonly string[]): string {
  let here: JsonObject = toObject(schema);
  let written = '';
  for (let at = 0; at < path.length; at++) {
    const key = path[at] ?? '';
    const name = path[at + 1] ?? '';
    if (key === 'items' && !Array.isArray(here['items'])) {
      written += '.items';
      here = toObject(here['items']);
      continue;
    }
    const inner = here[key];
    const index = Array.isArray(inner) ? Number(name) : Object.keys(toObject(inner)).indexOf(name);
    written += Array.isArray(inner) ? `.any_of[${index}]` : `.${key}[${index}].value`;
    here = toObject(Array.isArray(inner) ? inner[index] : toObject(inner)[name]);
    at++;
  }
  return written;
}
