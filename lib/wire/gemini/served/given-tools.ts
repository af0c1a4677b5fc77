/** Reads tools and the tool choice of a client's request. */
import type { MessagesRequest, Tool, ToolChoice } from '../../../anthropic/request.ts';
import type { JsonObject } from '../../../json.ts';
import { Unservable } from '../../served.ts';
import { at, field, objectField, objectsField, otherFields, textField, textsField, wrong } from './fields.ts';
import { toJsonSchema } from './json-schema.ts';

export type GivenTools = Pick<MessagesRequest, 'tools' | 'tool_choice'>;

/** Anthropic's web search, which codecs replace by the upstream's own where it has one. */
const webSearch: Tool = { type: 'web_search_20250305', name: 'web_search' };

/** The tools of Google's servers that are a web search. */
const searches: ReadonlySet<string> = new Set([
  'googleSearch',
  'googleSearchRetrieval',
  'enterpriseWebSearch',
]);
const functions = 'functionDeclarations';
const functionFields: ReadonlySet<string> = new Set([
  'name',
  'description',
  'parameters',
  'parametersJsonSchema',
]);

/** `leave` receives the name of each field that has no place in the canonical language. */
export function readTools(body: JsonObject, leave: (name: string) => void): GivenTools {
  const tools: Tool[] = [];
  for (const { value: tool, path } of objectsField(body, 'tools', '')) {
    for (const name of otherFields(tool, new Set([functions])))
      if (!searches.has(name)) leave(`tools.${name}`);
      else if (!tools.includes(webSearch)) tools.push(webSearch);
    for (const declared of objectsField(tool, functions, path))
      tools.push(toTool(declared.value, declared.path, leave));
  }
  if (tools.length === 0) return {};
  return readChoice(tools, body, leave);
}

function toTool(declared: JsonObject, path: string, leave: (name: string) => void): Tool {
  const name = textField(declared, 'name', path);
  if (name === undefined || name === '') throw wrong(at(path, 'name'), 'the name of a function', undefined);
  for (const other of otherFields(declared, functionFields)) leave(`tools.${functions}.${other}`);
  const description = textField(declared, 'description', path);
  const schema =
    objectField(declared, 'parametersJsonSchema', path) ?? objectField(declared, 'parameters', path);
  return {
    name,
    ...(description !== undefined && { description }),
    input_schema: toParameters(schema && toJsonSchema(schema)),
  };
}

/** Other formats require that the schema of parameters names an object. */
function toParameters(schema: JsonObject | undefined): JsonObject {
  if (schema === undefined) return { type: 'object', properties: {} };
  return schema['type'] === undefined && schema['$ref'] === undefined
    ? { type: 'object', ...schema }
    : schema;
}

const path = 'toolConfig.functionCallingConfig';

function readChoice(tools: Tool[], body: JsonObject, leave: (name: string) => void): GivenTools {
  const config = objectField(body, 'toolConfig', '') ?? {};
  for (const name of otherFields(config, new Set(['functionCallingConfig']))) leave(`toolConfig.${name}`);
  const calling = objectField(config, 'functionCallingConfig', 'toolConfig');
  if (calling === undefined) return { tools };
  for (const name of otherFields(calling, new Set(['mode', 'allowedFunctionNames'])))
    leave(`${path}.${name}`);
  const mode = (textField(calling, 'mode', path) ?? 'MODE_UNSPECIFIED').toUpperCase();
  const allowed = textsField(calling, 'allowedFunctionNames', path) ?? [];
  for (const [n, name] of allowed.entries())
    if (!tools.some((tool) => tool.name === name))
      throw new Unservable(
        `${path}.allowedFunctionNames[${n}]: no function of this name is declared in tools`,
        `${path}.allowedFunctionNames[${n}]`,
      );
  const choice = toChoice(mode, allowed, field(calling, 'mode'));
  const limits = allowed.length > 0 && (mode === 'ANY' || mode === 'VALIDATED');
  // A choice names one tool. To limit the model to several, the others are not offered in this turn.
  const offered =
    limits && !(mode === 'ANY' && allowed.length === 1)
      ? tools.filter(({ name }) => allowed.includes(name))
      : tools;
  return { tools: offered, ...(choice && { tool_choice: choice }) };
}

function toChoice(mode: string, allowed: readonly string[], given: unknown): ToolChoice | undefined {
  const [only] = allowed;
  switch (mode) {
    case 'MODE_UNSPECIFIED':
      return undefined;
    // Validated calls are valid in any case: occ passes no arguments on that are not a JSON object.
    case 'AUTO':
    case 'VALIDATED':
      return { type: 'auto' };
    case 'NONE':
      return { type: 'none' };
    case 'ANY':
      return only !== undefined && allowed.length === 1 ? { type: 'tool', name: only } : { type: 'any' };
    default:
      throw wrong(`${path}.mode`, 'AUTO, ANY, NONE or VALIDATED', given);
  }
}
