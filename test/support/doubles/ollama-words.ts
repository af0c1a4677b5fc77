/** What Ollama refuses at either endpoint, in the words of its server: https://github.com/ollama/ollama. */
import { isObject } from '../../../lib/json.ts';
import type { Violation } from './double.ts';

export const model = 'qwen3-coder:30b';

/** Gitlawb/openclaude#1371, Neurons-AI/crawbot#24 */
export const noThinking: Violation = { message: `"${model}" does not support thinking` };

/** What Go says of a schema that does not fit its type of parameters: ollama/ollama#10328, ollama/ollama#14256. */
export function unreadable(parameters: unknown): string | undefined {
  if (!isObject(parameters)) return undefined;
  const properties = parameters['properties'];
  if (Array.isArray(properties))
    return 'array into Go struct field ToolFunctionParameters.properties of type map[string]api.ToolProperty';
  if (!isObject(properties)) return undefined;
  const odd = Object.values(properties).find((property) => !isObject(property));
  return odd === undefined
    ? undefined
    : `${goType(odd)} into Go struct field ToolFunctionParameters.properties of type api.ToolProperty`;
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** Schemas that it cannot read. */
export const oddSchemas = [
  { type: 'object', properties: [] },
  { type: 'object', properties: { anything: true } },
];
