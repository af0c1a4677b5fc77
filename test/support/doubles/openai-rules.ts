/** OpenAI's rules about tools, with its words, which gateways in front of it pass on. */
import type { JsonObject } from '../../../lib/json.ts';
import type { LooseJson } from '../loose-json.ts';
import type { Refusal, Rule, Violation } from './double.ts';
import { firstViolation, schemasIn } from './rules.ts';

/** A tool of a request, and the path of its fields. */
export interface FunctionTool {
  name: string;
  parameters: unknown;
  /** `tools[0].function` in chat, `tools[0]` in responses. */
  path: string;
}

export function openAiError({ message, status = 400, type, code = null, param = null }: Violation): Refusal {
  return { status, body: { error: { message, type: type ?? 'invalid_request_error', param, code } } };
}

/** `withTools` makes the request of an example from the parameters of its tools. */
export function toolRules(
  toolsOf: (body: LooseJson) => FunctionTool[],
  withTools: (parameters: readonly (JsonObject | undefined)[], name?: string) => (good: JsonObject) => object,
): Rule[] {
  const about = (
    name: string,
    source: string,
    bad: Rule['bad'],
    violates: (tool: FunctionTool) => Violation | undefined,
  ): Rule => ({ name, source, bad, violates: ({ body }) => firstViolation(toolsOf(body), violates) });
  const invalid = ({ name, path }: FunctionTool, words: string): Violation => ({
    message: `Invalid schema for function '${name}': ${words}`,
    param: `${path}.parameters`,
    code: 'invalid_function_parameters',
  });
  return [
    {
      name: 'at most 128 tools',
      source: 'zed-industries/zed#32946, musistudio/claude-code-router#686',
      bad: withTools(Array.from({ length: 129 }, () => ({ type: 'object', properties: {} }))),
      violates({ body }) {
        const { length } = toolsOf(body);
        return length > 128
          ? {
              message: `Invalid 'tools': array too long. Expected an array with maximum length 128, but got an array with length ${length} instead.`,
              param: 'tools',
              code: 'array_above_max_length',
            }
          : undefined;
      },
    },
    about(
      'names of tools',
      'nanbingxyz/5ire#403, chatboxai/chatbox#2400',
      [
        withTools([{ type: 'object', properties: {} }], 'n'.repeat(65)),
        withTools([{ type: 'object', properties: {} }], 'files.read'),
      ],
      ({ name, path }) => {
        if (name.length > 64)
          return {
            message: `Invalid '${path}.name': string too long. Expected a string with maximum length 64, but got a string with length ${name.length} instead.`,
            param: `${path}.name`,
            code: 'string_above_max_length',
          };
        return /^[a-zA-Z0-9_-]+$/.test(name)
          ? undefined
          : {
              message: `Invalid '${path}.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
              param: `${path}.name`,
              code: 'invalid_value',
            };
      },
    ),
    about(
      'parameters are an object',
      'chatanywhere/GPT_API_free#403',
      withTools([{ properties: {} }]),
      (tool) => {
        const [root] = [...schemasIn(tool.parameters)];
        const type = JSON.stringify(root?.[0]['type'] ?? null);
        return tool.parameters === undefined || type === '"object"'
          ? undefined
          : invalid(tool, `schema must be a JSON Schema of 'type: "object"', got 'type: ${type}'.`);
      },
    ),
    about(
      'no combination at the top level',
      'nspady/google-calendar-mcp#39, langchain-ai/langchainjs#9804, goruck/home-generative-agent#545',
      withTools([{ type: 'object', properties: {}, anyOf: [{ required: ['a'] }] }]),
      (tool) => {
        const [root] = [...schemasIn(tool.parameters)];
        const keys = ['oneOf', 'anyOf', 'allOf', 'enum', 'not'];
        return root && keys.some((key) => root[0][key] !== undefined)
          ? invalid(
              tool,
              "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level.",
            )
          : undefined;
      },
    ),
    about(
      'arrays have items',
      'anthropics/claude-code#37642',
      [
        withTools([{ type: 'object', properties: { list: { type: 'array' } } }]),
        withTools([{ type: 'object', properties: { list: { type: ['array', 'null'] } } }]),
      ],
      (tool) => {
        for (const [schema, path] of schemasIn(tool.parameters)) {
          const array = [schema['type']].flat().includes('array');
          if (array && schema['items'] === undefined && schema['prefixItems'] === undefined)
            return invalid(
              tool,
              `In context=(${path.map((part) => `'${part}'`).join(', ')}), array schema missing items.`,
            );
        }
        return undefined;
      },
    ),
    about(
      'schemas have no null or unknown type',
      'the same check as chatanywhere/GPT_API_free#403, below the top level',
      withTools([{ type: 'object', properties: { thing: { type: 'any' } } }]),
      (tool) => {
        for (const [schema, path] of schemasIn(tool.parameters)) {
          const wrong = [schema['type'] ?? []]
            .flat()
            .find((type) => typeof type !== 'string' || !types.has(type));
          if (wrong !== undefined)
            return invalid(
              tool,
              `In context=(${path.map((part) => `'${part}'`).join(', ')}), ${JSON.stringify(wrong)} is not valid under any of the given schemas.`,
            );
        }
        return undefined;
      },
    ),
  ];
}

const types = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);
