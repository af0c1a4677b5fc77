/** The dialect of JSON Schema that Moonshot accepts for tools. */
import { toolsOf } from './chat-rules.ts';
import type { Rule } from './double.ts';
import { firstViolation, schemasIn } from './rules.ts';

function withParameters(parameters: object): object {
  return { tools: [{ type: 'function', function: { name: 'Read', parameters } }] };
}

export const flavoredSchemas: Rule = {
  name: 'Moonshot flavored schemas',
  source: 'https://github.com/MoonshotAI/walle (validator of the dialect)',
  bad: [
    withParameters({ type: 'object', properties: { a: { description: 'anything' } } }),
    withParameters({
      type: 'object',
      properties: { a: { type: 'string', anyOf: [{ type: 'string' }] } },
    }),
    withParameters({ type: 'object', properties: { a: { $ref: '#/definitions/a' } }, definitions: {} }),
    withParameters({ type: 'object', properties: {}, if: {} }),
  ],
  violates: ({ body }) =>
    firstViolation(toolsOf(body), ({ parameters }) => {
      for (const [schema, path] of schemasIn(parameters)) {
        const wrong = flaw(schema);
        if (wrong !== undefined)
          return {
            message: `Invalid request: tools.function.parameters is not a valid moonshot flavored json schema, details: <At path '${path.join('.')}': ${wrong}>`,
          };
      }
      return undefined;
    }),
};

function flaw(schema: Readonly<Record<string, unknown>>): string | undefined {
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    if (!reference.startsWith('#/$defs/')) return 'references must start with #/$defs/';
    return Object.keys(schema).length > 1 ? 'conflicting keywords found after $ref expansion' : undefined;
  }
  if (schema['if'] !== undefined) return 'unsupported keyword: if';
  if (schema['anyOf'] !== undefined)
    return schema['type'] === undefined
      ? undefined
      : 'when using anyOf, type should be defined in anyOf items instead of the parent schema';
  return schema['type'] === undefined && schema['enum'] === undefined ? 'type is not defined' : undefined;
}
