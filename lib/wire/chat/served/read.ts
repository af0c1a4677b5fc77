/** Reads a Chat Completions request: https://platform.openai.com/docs/api-reference/chat/create, and vendors' additions. */
import type { MessagesRequest, OutputConfig, TextBlock } from '../../../anthropic/request.ts';
import { isObject, toArray, toObject, toText, type Json, type JsonObject } from '../../../json.ts';
import { nameForLog } from '../../../redact.ts';
import { Unservable, type GivenRequest, type ReadRequest } from '../../served.ts';
import { printer } from './printer.ts';
import { readConversation } from './read-messages.ts';
import { readTools } from './read-tools.ts';
import { countAt, flagAt, isAbsent, nameAt, numberAt, objectAt, textAt, wrong } from './shape.ts';

export function readChat({ body }: GivenRequest): ReadRequest {
  refuse(body);
  const model = nameAt(body['model'], 'model');
  const { system, messages } = readConversation(body['messages']);
  const { tools, choice, custom, legacy } = readTools(body);
  const { format, instruction } = readFormat(body['response_format']);
  const { effort, thinking } = readReasoning(body);
  const stops = readStops(body['stop']);
  const maxTokens =
    countAt(body['max_completion_tokens'], 'max_completion_tokens') ??
    countAt(body['max_tokens'], 'max_tokens');
  const stream = flagAt(body['stream'], 'stream') === true;
  const prompt = instruction === undefined ? system : [...system, instruction];
  const output: OutputConfig = { ...(effort !== undefined && { effort }), ...(format && { format }) };
  const request: MessagesRequest = {
    model,
    messages,
    ...(prompt.length > 0 && { system: prompt }),
    ...(tools.length > 0 && { tools }),
    ...(choice && { tool_choice: choice }),
    ...(maxTokens !== undefined && { max_tokens: maxTokens }),
    stream,
    ...(stops.length > 0 && { stop_sequences: stops }),
    ...sampling(body),
    ...(thinking && { thinking }),
    ...(Object.keys(output).length > 0 && { output_config: output }),
  };
  const conversation = toText(body['prompt_cache_key']) || toText(body['user']);
  const includeUsage = wantsUsage(body);
  return {
    request,
    left: leftOf(body),
    ...(conversation !== '' && { conversation }),
    printer: (head) => printer({ head, model, includeUsage, custom, legacy }),
  };
}

/** Whether a stream shall end with its usage. */
export function wantsUsage(body: JsonObject): boolean {
  const options = body['stream_options'];
  if (isAbsent(options)) return false;
  const given = objectAt(options, 'stream_options')['include_usage'];
  return flagAt(given, 'stream_options.include_usage') === true;
}

/** What no upstream can be asked for through occ. */
function refuse(body: JsonObject): void {
  const choices = numberAt(body['n'], 'n') ?? 1;
  if (choices !== 1)
    throw new Unservable(
      `n: occ gives one answer to a request, not ${choices}. Send the request again for another`,
      'n',
    );
  const modalities = isAbsent(body['modalities']) ? [] : toArray(body['modalities']);
  if (modalities.some((one) => one !== 'text') || isSet(body['audio']))
    throw new Unservable(
      'modalities: occ passes on answers in text only, no audio and no images. Leave the field out',
      isSet(body['audio']) ? 'audio' : 'modalities',
    );
  const top = numberAt(body['top_logprobs'], 'top_logprobs') ?? 0;
  if (flagAt(body['logprobs'], 'logprobs') === true || top > 0)
    throw new Unservable(
      'logprobs: occ passes no log probabilities on, since most models have none. Leave the field out',
      top > 0 ? 'top_logprobs' : 'logprobs',
    );
}

function isSet(value: Json | undefined): boolean {
  return !isAbsent(value) && value !== false;
}

function readStops(given: Json | undefined): string[] {
  if (isAbsent(given)) return [];
  if (typeof given === 'string') return given === '' ? [] : [given];
  if (!Array.isArray(given)) return wrong('stop', 'a string or a list of strings', given);
  return given.map((one, at) => textAt(one, `stop[${at}]`)).filter((one) => one !== '');
}

function sampling(body: JsonObject): Pick<MessagesRequest, 'temperature' | 'top_p' | 'top_k'> {
  const temperature = numberAt(body['temperature'], 'temperature');
  const topP = numberAt(body['top_p'], 'top_p');
  const topK = numberAt(body['top_k'], 'top_k');
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(topK !== undefined && { top_k: topK }),
  };
}

/**
 * An effort or a budget asks for thinking, but for no budget: a client's default must not look like a request for the most
 * thinking. `reasoning` is OpenRouter's field, `thinking` that of DeepSeek and others.
 */
function readReasoning(body: JsonObject): { effort?: string } & Pick<MessagesRequest, 'thinking'> {
  const reasoning = isAbsent(body['reasoning']) ? {} : objectAt(body['reasoning'], 'reasoning');
  const [given, param] = isAbsent(body['reasoning_effort'])
    ? [reasoning['effort'], 'reasoning.effort']
    : [body['reasoning_effort'], 'reasoning_effort'];
  const effort = isAbsent(given) ? undefined : nameAt(given, param);
  const type = toText(toObject(body['thinking'])['type']);
  if (effort === 'none' || type === 'disabled' || reasoning['enabled'] === false)
    return { thinking: { type: 'disabled' } };
  if (effort !== undefined) return { effort, thinking: { type: 'adaptive' } };
  const budget = numberAt(reasoning['max_tokens'], 'reasoning.max_tokens') ?? 0;
  const isOn = type === 'enabled' || type === 'adaptive' || reasoning['enabled'] === true || budget > 0;
  return isOn ? { thinking: { type: 'adaptive' } } : {};
}

/** Any object (`json_object`) is asked for in words: several vendors reject a schema that lists no properties. */
const anyObject: TextBlock = {
  type: 'text',
  text: 'Answer with a single JSON object, and with nothing else.',
};

function readFormat(given: Json | undefined): {
  format?: NonNullable<OutputConfig['format']>;
  instruction?: TextBlock;
} {
  if (isAbsent(given)) return {};
  const type = nameAt(objectAt(given, 'response_format')['type'], 'response_format.type');
  if (type === 'text') return {};
  if (type === 'json_object') return { instruction: anyObject };
  if (type !== 'json_schema')
    return wrong('response_format.type', 'text, json_object or json_schema', 'another type');
  const described = objectAt(toObject(given)['json_schema'], 'response_format.json_schema');
  const { schema } = described;
  if (isAbsent(schema)) return { instruction: anyObject };
  return { format: { type: 'json_schema', schema: objectAt(schema, 'response_format.json_schema.schema') } };
}

/** The fields that are read. Their values are in the request, or decide how the answer is printed. */
const read: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'functions',
  'function_call',
  'response_format',
  'reasoning_effort',
  'reasoning',
  'thinking',
  'stop',
  'max_tokens',
  'max_completion_tokens',
  'stream',
  'stream_options',
  'temperature',
  'top_p',
  'top_k',
  'prompt_cache_key',
  'user',
  'n',
  'modalities',
  'audio',
  'logprobs',
  'top_logprobs',
  'web_search_options',
]);

/** The names of the other fields that say something. */
function leftOf(body: JsonObject): string[] {
  const left = Object.keys(body)
    .filter((name) => !read.has(name) && isSet(body[name]))
    .map(nameForLog);
  const named = toArray(body['messages']).some((message) => isObject(message) && isSet(message['name']));
  return named ? [...left, 'messages[].name'] : left;
}
