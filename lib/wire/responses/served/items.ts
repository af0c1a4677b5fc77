/** Reads the items of `input`: messages, reasoning, calls and their results. */
import type { ContentBlock } from '../../../anthropic/request.ts';
import { isObject, parseJson, toArray, toObject, toText, type Json, type JsonObject } from '../../../json.ts';
import { Unservable } from '../../served.ts';
import { configurationUpdate } from './configuration.ts';
import type { Conversation } from './conversation.ts';
import { withPhase } from '../replay.ts';
import { quoted, readContent } from './parts.ts';
import { openItem, openReasoning } from './seals.ts';
import { inputField, type ToolTable } from './tool-table.ts';
import { readTools } from './tools.ts';

export interface ItemReader {
  readonly talk: Conversation;
  readonly table: ToolTable;
  /** What is left out, for the log. */
  readonly left: string[];
}

export function readInput(input: Json | undefined, reader: ItemReader): void {
  if (typeof input === 'string') return reader.talk.add('user', readContent(input, 'input'));
  if (!Array.isArray(input)) throw new Unservable('input must be a string or a list of items.', 'input');
  for (const [at, item] of input.entries()) {
    const path = `input[${at}]`;
    if (!isObject(item)) throw new Unservable(`${path} must be an object.`, path);
    readItem(item, path, reader);
  }
}

function readItem(item: JsonObject, path: string, reader: ItemReader): void {
  const { talk, table, left } = reader;
  const type = toText(item['type']) || (item['role'] === undefined ? '' : 'message');
  switch (type) {
    case 'message':
      return talk.add(
        roleOf(item, path),
        withPhase(readContent(item['content'], `${path}.content`), item['phase']),
      );
    case 'agent_message':
      return talk.add('user', readAgentMessage(item, path, left));
    case 'reasoning':
      return talk.add('assistant', openReasoning(thoughtsIn(item, path), toText(item['encrypted_content'])));
    case 'function_call':
      return talk.add('assistant', [toCall(item, path, table, argumentsIn(item))]);
    case 'custom_tool_call':
      return talk.add('assistant', [toCall(item, path, table, { [inputField]: toText(item['input']) })]);
    case 'web_search_call':
      return talk.add('assistant', toSearch(item, path));
    case configurationUpdate:
      return; // `withUpdates` reads it.
    case 'additional_tools':
      return readTools(item['tools'], `${path}.tools`, table, left);
    case 'tool_search_output':
      readTools(item['tools'], `${path}.tools`, table, left);
      return talk.add('user', [toResult({ ...item, output: namesIn(item['tools']) }, path)]);
    case 'compaction':
    case 'context_compaction':
    case 'compaction_summary':
      return talk.add('assistant', [readCompaction(item, path)]);
    case 'item_reference':
      throw new Unservable(
        `${path} refers to an item by its id, but this proxy stores no items. Send the whole item.`,
        path,
      );
    case 'compaction_trigger':
      throw new Unservable(
        `${path} asks for a compaction by OpenAI's servers. Let the client summarize the conversation itself.`,
        path,
      );
    case 'function_call_output':
      return talk.add('user', hasId(item) ? [toResult(item, path)] : toLooseResult(item, path, table));
    case '':
      throw new Unservable(`${path}.type must be a string.`, `${path}.type`);
    default:
      return readOther(item, type, path, reader);
  }
}

const roles: Readonly<Record<string, 'system' | 'user' | 'assistant'>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
};

function roleOf({ role }: JsonObject, path: string): 'system' | 'user' | 'assistant' {
  const known = typeof role === 'string' && Object.hasOwn(roles, role) ? roles[role] : undefined;
  if (known) return known;
  throw new Unservable(
    `${path}.role is ${quoted(role)}; expected user, assistant, system or developer.`,
    `${path}.role`,
  );
}

/** The parts of the summary, or of the whole reasoning where there is no summary. */
function thoughtsIn(item: JsonObject, path: string): string[] {
  for (const field of ['summary', 'content'] as const) {
    const texts = readContent(item[field], `${path}.${field}`).map((block) => toText(block['text']));
    if (texts.length > 0) return texts;
  }
  return [];
}

function toCall(item: JsonObject, path: string, table: ToolTable, input: unknown): ContentBlock {
  const name = toText(item['name']);
  if (name === '') throw new Unservable(`${path}.name must be a string that is not empty.`, `${path}.name`);
  return {
    type: 'tool_use',
    id: callId(item, path),
    name: table.flatName(toText(item['namespace']), name),
    input,
  };
}

function hasId(item: JsonObject): boolean {
  return toText(item['call_id']) !== '' || toText(item['id']) !== '';
}

function callId(item: JsonObject, path: string): string {
  const id = toText(item['call_id']) || toText(item['id']);
  if (id !== '') return id;
  throw new Unservable(`${path}.call_id must be a string that is not empty.`, `${path}.call_id`);
}

/**
 * The arguments. What is no JSON object becomes the input of one; the text of an object that says more than the object (numbers
 * of more digits than JavaScript keeps) stays a text.
 */
function argumentsIn({ arguments: given }: JsonObject): unknown {
  if (isObject(given)) return given;
  const text = toText(given);
  if (['', 'null'].includes(text.trim())) return {};
  const parsed = parseJson(text);
  if (!isObject(parsed)) return { [inputField]: text };
  return /\d{16}/.test(text) ? text : parsed;
}

/** A message of another agent, of which OpenAI's servers may have encrypted parts. Only they can read those. */
function readAgentMessage({ content }: JsonObject, path: string, left: string[]): ContentBlock[] {
  const isSealed = (part: Json): boolean => toObject(part)['type'] === 'encrypted_content';
  if (!Array.isArray(content) || !content.some(isSealed)) return readContent(content, `${path}.content`);
  left.push(`${path}.content (encrypted_content)`);
  const readable = content.filter((part) => !isSealed(part));
  return [{ type: 'text', text: sealedMessage }, ...readContent(readable, `${path}.content`)];
}

const sealedMessage = '[a message of another agent is not shown: it is encrypted for its provider]';

function toResult(item: JsonObject, path: string): ContentBlock {
  return { type: 'tool_result', tool_use_id: callId(item, path), content: resultIn(item, path) };
}

/** The result of a function that names the function but no call, as those of functions that run by themselves may. */
function toLooseResult(item: JsonObject, path: string, table: ToolTable): ContentBlock[] {
  const name = toText(item['name']);
  const of = name === '' ? 'a function' : table.flatName(toText(item['namespace']), name);
  return [{ type: 'text', text: `[result of ${of}]` }, ...resultIn(item, path)];
}

function resultIn({ output }: JsonObject, path: string): ContentBlock[] {
  return isContent(output)
    ? readContent(output, `${path}.output`)
    : [{ type: 'text', text: JSON.stringify(output) }];
}

/** False for a result in a form of its own, such as that of `shell_call_output`: a list of what each command printed. */
function isContent(output: Json | undefined): boolean {
  return Array.isArray(output)
    ? output.every((part) => toText(toObject(part)['type']) !== '')
    : !isObject(output);
}

/** A search that an upstream ran, in the blocks that Anthropic's format has for it. */
function toSearch(item: JsonObject, path: string): ContentBlock[] {
  const id = callId(item, path);
  const { query, queries, sources } = toObject(item['action']);
  const text = toText(query) || toArray(queries).map(toText).join('; ');
  const pages = toArray(sources).flatMap((source) => toText(toObject(source)['url']) || []);
  return [
    { type: 'server_tool_use', id, name: 'web_search', input: { query: text } },
    {
      type: 'web_search_tool_result',
      tool_use_id: id,
      content: pages.map((url) => ({
        type: 'web_search_result',
        url,
        title: url,
        encrypted_content: '',
        page_age: null,
      })),
    },
  ];
}

function namesIn(tools: Json | undefined): string {
  const names = toArray(tools).map((tool) => toText(toObject(tool)['name']));
  return `Now available: ${names.filter((name) => name !== '').join(', ') || 'no tool'}.`;
}

function readCompaction(item: JsonObject, path: string): ContentBlock {
  const block = openItem(item, toText(item['encrypted_content']));
  if (block) return block;
  throw new Unservable(
    `${path} is a conversation that OpenAI's servers have encrypted, and no other upstream can read it. Start a new conversation.`,
    path,
  );
}

/**
 * Other tools that clients run have a pair of items, `x_call` and `x_call_output`, joined by a `call_id`. Items of tools that
 * OpenAI's servers run have none, and are left out.
 */
function readOther(item: JsonObject, type: string, path: string, { talk, left }: ItemReader): void {
  const { type: _, id: _id, call_id: id, status: _status, output: _output, ...fields } = item;
  const [, name, output] = /^(.+?)(?:_call)?(_output)?$/.exec(type) ?? [];
  if (output !== undefined && item['output'] !== undefined && hasId(item))
    return talk.add('user', [toResult(item, path)]);
  if (toText(id) === '' || !type.endsWith('_call') || name === undefined)
    return void left.push(`${path} (${type.slice(0, 40)})`);
  const input = inputOf(name, fields);
  talk.add('assistant', [{ type: 'tool_use', id: toText(id), name, input }]);
}

/** What the model wrote, of which `call-items.ts` made the item. */
function inputOf(name: string, fields: JsonObject): JsonObject {
  if (name === 'tool_search') return toObject(fields['arguments']);
  if (name !== 'local_shell') return fields;
  const { type: _type, ...action } = toObject(fields['action']);
  return action;
}
