/** Reads a Responses request as a Messages request. */
import type { MessagesRequest, OutputConfig, ThinkingConfig } from '../../../anthropic/request.ts';
import { isObject, toText, type Json, type JsonObject } from '../../../json.ts';
import { Unservable, type GivenRequest, type ReadRequest } from '../../served.ts';
import { withUpdates } from './configuration.ts';
import { conversation, type Conversation } from './conversation.ts';
import { readInput } from './items.ts';
import { quoted } from './parts.ts';
import { responsesPrinter } from './printer.ts';
import { refuseDeep, refuseStored } from './refused.ts';
import { toolTable } from './tool-table.ts';
import { readChoice, readTools } from './tools.ts';

export function readResponsesRequest({ body, headers }: GivenRequest): ReadRequest {
  refuseStored(body);
  refuseDeep(body);
  const left: string[] = leftFields.filter((name) => isGiven(body[name]));
  if (body['store'] === true) left.push('store');
  const model = requiredText(body['model'], 'model');
  const talk = conversation();
  const table = toolTable();
  const instructions = optional(body, 'instructions', 'a string', isString) ?? '';
  if (instructions !== '') talk.system.push({ type: 'text', text: instructions });
  readTools(body['tools'], 'tools', table, left);
  readInput(body['input'], { talk, table, left });
  askSomething(talk, instructions === '' ? 0 : 1);
  const updated = withUpdates(body);
  const { format, note } = readFormat(updated, left);
  if (note !== undefined) talk.system.push({ type: 'text', text: note });
  const parallel = optional(body, 'parallel_tool_calls', 'true or false', isBoolean);
  const { tools, choice } = readChoice(body['tool_choice'], parallel, table);
  const { thinking, effort } = readReasoning(updated);
  const output: OutputConfig = { ...(effort !== undefined && { effort }), ...(format && { format }) };
  const maxTokens = optional(body, 'max_output_tokens', 'a whole number above 0', isCount);
  const temperature = optional(body, 'temperature', 'a number', isNumber);
  const topP = optional(body, 'top_p', 'a number', isNumber);
  const stream = optional(body, 'stream', 'true or false', isBoolean) ?? false;
  const request: MessagesRequest = {
    model,
    messages: talk.messages,
    ...(talk.system.length > 0 && { system: talk.system }),
    ...(tools.length > 0 && { tools }),
    ...(choice && { tool_choice: choice }),
    ...(maxTokens !== undefined && { max_tokens: maxTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(thinking && { thinking }),
    ...(Object.keys(output).length > 0 && { output_config: output }),
    stream,
  };
  const named = toText(body['prompt_cache_key']) || conversationIn(headers);
  return {
    request,
    left,
    ...(named !== '' && { conversation: named }),
    printer: (head) => responsesPrinter(head, body, table),
  };
}

/** Fields without a counterpart in Anthropic's format. Those that only say something about the caller are not reported. */
const leftFields = [
  'truncation',
  'service_tier',
  'top_logprobs',
  'max_tool_calls',
  'moderation',
  'context_management',
  'prompt_cache_retention',
  'access_programs',
] as const;

function isGiven(value: Json | undefined): boolean {
  return (
    value !== undefined && value !== null && value !== 'auto' && value !== 'default' && value !== 'disabled'
  );
}

/** Upstreams want a message, so instructions alone, in `input`, become one of the user. */
function askSomething({ system, messages }: Conversation, before: number): void {
  if (messages.length > 0) return;
  const content = system.splice(before);
  if (content.length === 0) throw new Unservable('input has no text, image or file for the model.', 'input');
  messages.push({ role: 'user', content });
}

/** Codex names its conversations in a header, whose name has changed between versions. */
function conversationIn(headers: GivenRequest['headers']): string {
  return (
    ['session-id', 'session_id', 'x-session-id'].map((name) => toText(headers[name])).find(Boolean) ?? ''
  );
}

/** The form of the answer, and a note for the model where Anthropic's format has no field for it. */
function readFormat(
  body: JsonObject,
  left: string[],
): { format?: NonNullable<OutputConfig['format']>; note?: string } {
  const text = optional(body, 'text', 'an object', isObject);
  if (isGiven(text?.['verbosity']) && text?.['verbosity'] !== 'medium') left.push('text.verbosity');
  const format = text?.['format'];
  if (format === undefined || format === null) return {};
  if (!isObject(format)) throw expected('text.format', 'an object with a type', format);
  const { type, schema } = format;
  if (type === 'text') return {};
  if (type === 'json_object') return { note: jsonNote };
  if (type !== 'json_schema') throw expected('text.format.type', 'text, json_object or json_schema', type);
  if (!isObject(schema)) throw expected('text.format.schema', 'a JSON Schema', schema);
  return { format: { type, schema } };
}

const jsonNote = 'Answer with a single JSON object, and with nothing else.';

/**
 * The effort and whether the model thinks. A request without `reasoning` leaves both to the model, and no request gets a
 * thinking budget, which this format does not have.
 */
function readReasoning(body: JsonObject): { thinking?: ThinkingConfig; effort?: string } {
  const reasoning = optional(body, 'reasoning', 'an object', isObject);
  if (reasoning === undefined) return {};
  const effort = optional(reasoning, 'effort', 'a string', isString, 'reasoning.');
  const thinking: ThinkingConfig = { type: effort === 'none' ? 'disabled' : 'adaptive' };
  return { thinking, ...(effort !== undefined && { effort }) };
}

function requiredText(value: Json | undefined, name: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw expected(name, 'a string that is not empty', value);
}

/** The value of a field; undefined where it is missing or null. */
function optional<T extends Json>(
  object: JsonObject,
  name: string,
  what: string,
  is: (value: Json) => value is T,
  prefix = '',
): T | undefined {
  const value = object[name];
  if (value === undefined || value === null) return undefined;
  if (is(value)) return value;
  throw expected(prefix + name, what, value);
}

function expected(path: string, what: string, value: unknown): Unservable {
  return new Unservable(`${path} must be ${what}, but is ${quoted(value)}.`, path);
}

const isString = (value: Json): value is string => typeof value === 'string';
const isBoolean = (value: Json): value is boolean => typeof value === 'boolean';
const isNumber = (value: Json): value is number => typeof value === 'number';
const isCount = (value: Json): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0;
