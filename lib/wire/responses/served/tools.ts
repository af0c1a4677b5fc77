/** Reads the tools and the tool choice. */
import type { Tool, ToolChoice } from '../../../anthropic/request.ts';
import { isObject, toArray, toText, type Json, type JsonObject } from '../../../json.ts';
import { Unservable } from '../../served.ts';
import { quoted } from './parts.ts';
import { type ToolTable } from './tool-table.ts';

/** Adds the tools of a list to `table`. `left` gets those that no upstream can run. */
export function readTools(given: Json | undefined, path: string, table: ToolTable, left: string[]): void {
  if (given === undefined || given === null) return;
  if (!Array.isArray(given)) throw new Unservable(`${path} must be a list of tools.`, path);
  for (const [at, tool] of given.entries()) readTool(tool, `${path}[${at}]`, '', table, left);
}

function readTool(tool: Json, path: string, namespace: string, table: ToolTable, left: string[]): void {
  if (!isObject(tool)) throw new Unservable(`${path} must be an object with a type.`, path);
  const type = toText(tool['type']);
  const inside = namespace !== '' && { namespace };
  switch (type) {
    case 'function':
    case 'custom': {
      if (tool['strict'] === true) left.push(`${path}.strict`);
      checkSchema(tool, path);
      return table.add({ kind: type, name: nameOf(tool, path), ...inside }, tool);
    }
    case 'namespace': {
      if (namespace !== '') throw new Unservable(`${path} is a namespace inside a namespace.`, path);
      if (!Array.isArray(tool['tools']))
        throw new Unservable(`${path}.tools must be a list of tools.`, `${path}.tools`);
      const name = nameOf(tool, path);
      for (const [at, inner] of tool['tools'].entries())
        readTool(inner, `${path}.tools[${at}]`, name, table, left);
      return;
    }
    case 'local_shell':
      return table.add({ kind: type, name: type }, { description: shell, parameters: shellSchema });
    case 'web_search':
    case 'web_search_2025_08_26':
    case 'web_search_preview':
    case 'web_search_preview_2025_03_11':
      if (isCachedSearch(tool)) return void left.push(`${path} (${type} without web access)`);
      return table.addServerTool(toSearch(tool));
    case 'tool_search':
      if (tool['execution'] !== 'client') return void left.push(`${path} (${type})`);
      return table.add({ kind: type, name: type }, tool);
    case '':
      throw new Unservable(`${path}.type must be a string.`, `${path}.type`);
    default:
      left.push(`${path} (${type.slice(0, 40)})`);
  }
}

function nameOf(tool: JsonObject, path: string): string {
  const { name } = tool;
  if (typeof name === 'string' && name.trim() !== '') return name;
  throw new Unservable(`${path}.name must be a string that is not empty.`, `${path}.name`);
}

function checkSchema({ parameters }: JsonObject, path: string): void {
  if (parameters !== undefined && parameters !== null && !isObject(parameters))
    throw new Unservable(`${path}.parameters must be a JSON Schema.`, `${path}.parameters`);
}

/** A search in OpenAI's index, without access to the web, is something that no other upstream has. */
export function isCachedSearch(tool: JsonObject): boolean {
  return toText(tool['type']).startsWith('web_search') && tool['external_web_access'] === false;
}

function toSearch({ filters, user_location: location }: JsonObject): Tool {
  const domains = isObject(filters) ? toArray(filters['allowed_domains']) : [];
  const blocked = isObject(filters) ? toArray(filters['blocked_domains']) : [];
  return {
    type: 'web_search_20250305',
    name: 'web_search',
    ...(domains.length > 0 && { allowed_domains: domains }),
    ...(blocked.length > 0 && { blocked_domains: blocked }),
    ...(isObject(location) && { user_location: location }),
  };
}

/** Codex runs this tool itself; its parameters are part of OpenAI's models. */
const shell = 'Runs a command in a shell of the user and returns its output.';
const shellSchema = {
  type: 'object',
  properties: {
    command: { type: 'array', items: { type: 'string' }, description: 'The command and its arguments.' },
    working_directory: { type: 'string' },
    timeout_ms: { type: 'number' },
  },
  required: ['command'],
};

export interface Choice {
  tools: Tool[];
  choice: ToolChoice | undefined;
}

/** The choice, and the tools that it leaves. `parallel` is the request's `parallel_tool_calls`. */
export function readChoice(given: Json | undefined, parallel: Json | undefined, table: ToolTable): Choice {
  const single = parallel === false && { disable_parallel_tool_use: true };
  const { tools } = table;
  if (given === undefined || given === null)
    return { tools, choice: single && tools.length > 0 ? { type: 'auto', ...single } : undefined };
  const wanted = typeof given === 'string' ? { type: given } : given;
  if (!isObject(wanted)) throw choiceError(given);
  switch (wanted['type']) {
    case 'auto':
      return { tools, choice: tools.length === 0 ? undefined : { type: 'auto', ...single } };
    case 'none':
      return { tools, choice: tools.length === 0 ? undefined : { type: 'none' } };
    case 'required':
      if (tools.length === 0)
        throw new Unservable('tool_choice is "required", but no tool can be called.', 'tool_choice');
      return { tools, choice: { type: 'any', ...single } };
    case 'allowed_tools':
      return readAllowed(wanted, single, table);
    default:
      return { tools, choice: { type: 'tool', name: chosen(wanted, 'tool_choice', table), ...single } };
  }
}

type Single = false | { disable_parallel_tool_use: boolean };

function readAllowed(wanted: JsonObject, single: Single, table: ToolTable): Choice {
  const path = 'tool_choice.tools';
  if (!Array.isArray(wanted['tools'])) throw new Unservable(`${path} must be a list of tools.`, path);
  const names = new Set(
    wanted['tools'].map((tool, at) => {
      if (!isObject(tool)) throw new Unservable(`${path}[${at}] must be an object.`, `${path}[${at}]`);
      return chosen(tool, `${path}[${at}]`, table);
    }),
  );
  const tools = table.tools.filter(({ name }) => names.has(name));
  if (tools.length === 0) throw new Unservable(`${path} names no tool.`, path);
  const type = wanted['mode'] === 'required' ? 'any' : 'auto';
  return { tools, choice: { type, ...single } };
}

/** The name, in Anthropic's format, of the tool that a choice names. */
function chosen(wanted: JsonObject, path: string, table: ToolTable): string {
  const type = toText(wanted['type']);
  const name = toText(wanted['name']) || (type.startsWith('web_search') ? 'web_search' : type);
  const flat = table.flatName(toText(wanted['namespace']), name);
  if (type !== '' && table.tools.some((tool) => tool.name === flat)) return flat;
  throw new Unservable(
    `${path} names ${quoted(wanted['name'] ?? wanted['type'])}, which is no tool of this request that an upstream can call.`,
    path,
  );
}

function choiceError(given: Json): Unservable {
  return new Unservable(
    `tool_choice is ${quoted(given)}; expected auto, none, required, or an object that names a tool.`,
    'tool_choice',
  );
}
