/**
 * The transformers of claude-code-router: what each means for occ. The names and options are those of its documentation
 * and of its package @musistudio/llms.
 */
import { isObject, type Json, type JsonObject } from '../../json.ts';
import type { WireFormat } from '../../wire/formats.ts';
import type { Importing, Path } from './importing.ts';

/** What a list of transformers says about a provider or a model. */
export interface Transformed {
  format?: WireFormat;
  /** Fields of a model entry. */
  fields: JsonObject;
  /** Why the provider cannot be used. */
  unusable?: string;
}

const formats: Readonly<Record<string, WireFormat>> = {
  anthropic: 'messages',
  gemini: 'gemini',
  openai: 'chat',
  'openai-response': 'responses',
  'openai-responses': 'responses',
};

/** Logins of other programs, and clouds with their own. */
const unusable: ReadonlySet<string> = new Set([
  'vertex-gemini',
  'vertex-claude',
  'gemini-cli',
  'qwen-cli',
  'rovo-cli',
  'chutes-glm',
  'codex-cli',
  'claude-code-oauth',
]);

const done: Readonly<Record<string, string>> = {
  deepseek: 'occ adapts requests to DeepSeek itself',
  openrouter: 'occ adapts requests to OpenRouter itself',
  groq: 'occ adapts requests to Groq itself',
  cerebras: 'occ adapts requests to Cerebras itself',
  vercel: 'occ adapts requests itself',
  tooluse: 'occ needs no tool of its own to make a model use tools',
  enhancetool: 'occ checks the arguments of tool calls itself, and keeps streaming them',
  reasoning: 'occ reads reasoning in every known field itself',
  cleancache: 'occ removes cache_control where a provider rejects it',
  streamoptions: 'occ asks for the usage itself',
  maxcompletiontokens: 'occ sends the field that the model accepts',
  'openai-adapter': 'occ adapts requests itself',
};

/** Reads `use`, a list of names or pairs of a name and options. Every entry is taken or left. */
export function readTransformers(importing: Importing, path: Path): Transformed {
  const result: Transformed = { fields: {} };
  const list = importing.at(path);
  if (list === undefined) return result;
  if (!Array.isArray(list)) {
    importing.leave(path, 'expected a list of transformers');
    return result;
  }
  for (const [index, entry] of list.entries()) {
    const [name, options] = Array.isArray(entry) ? entry : [entry];
    const here = [...path, index];
    if (typeof name === 'string') readOne(importing, here, name, isObject(options) ? options : {}, result);
    else importing.leave(here, 'expected the name of a transformer');
  }
  return result;
}

function readOne(
  importing: Importing,
  path: Path,
  name: string,
  options: JsonObject,
  result: Transformed,
): void {
  const key = name.toLowerCase();
  const format = Object.hasOwn(formats, key) ? formats[key] : undefined;
  if (unusable.has(key)) {
    result.unusable ??= 'it uses the login of another program, and occ uses keys';
    importing.leave(path, result.unusable);
  } else if (format !== undefined) {
    result.format ??= format;
    importing.take(path, `wire_format ${format}`);
  } else if (key === 'maxtoken' || key === 'sampling') {
    const fields = readFields(options);
    if (Object.keys(fields).length > 0) {
      Object.assign(result.fields, fields);
      importing.take(path, Object.keys(fields).join(' and '));
    } else importing.leave(path, 'occ has no such setting for a model');
  } else if (key === 'extrathinktag') {
    result.fields['quirks'] = { inlineThink: true };
    importing.take(path, 'quirks.inlineThink');
  } else if (Object.keys(options).length > 0) {
    importing.leave(path, 'occ has no such options for a provider');
  } else {
    importing.leave(
      path,
      Object.hasOwn(done, key) ? (done[key] ?? '') : 'occ does not run transformers of other tools',
    );
  }
}

/** Other options, such as top_p, have no counterpart. */
function readFields({ max_tokens, temperature }: Record<string, Json | undefined>): JsonObject {
  return {
    ...(typeof max_tokens === 'number' && Number.isInteger(max_tokens) && max_tokens > 0 && { max_tokens }),
    ...(typeof temperature === 'number' && temperature >= 0 && temperature <= 2 && { temperature }),
  };
}
