/**
 * The tools of a request, and their names. Anthropic's format has functions only, in one list: a tool of a namespace gets
 * the name `namespace__tool`, and a tool that takes free text becomes a function with one string. The table maps the calls
 * back.
 */
import type { ClientTool, Tool } from '../../../anthropic/request.ts';
import { toText, type JsonObject } from '../../../json.ts';

export interface ToolEntry {
  readonly kind: 'function' | 'custom' | 'local_shell' | 'tool_search';
  readonly name: string;
  readonly namespace?: string;
}

/** The only argument of the function that stands for a tool with free text. */
export const inputField = 'input';

export interface ToolTable {
  readonly tools: Tool[];
  add(entry: ToolEntry, declared: JsonObject): void;
  /** Adds a tool that the upstream's servers run. */
  addServerTool(tool: Tool): void;
  /** The name in Anthropic's format, declared or not. */
  flatName(namespace: string, name: string): string;
  /** The declared tool for a name in Anthropic's format. */
  find(flat: string): ToolEntry | undefined;
}

export function toolTable(): ToolTable {
  const tools: Tool[] = [];
  const entries = new Map<string, ToolEntry>();
  const names = new Map<string, string>();
  const taken = new Set<string>();

  /** Two tools may become one name; the later one gets a number. It depends only on the order of the declarations. */
  function freeName(wanted: string): string {
    let name = wanted;
    for (let number = 2; taken.has(name); number++) name = `${wanted}_${number}`;
    taken.add(name);
    return name;
  }

  return {
    tools,
    add(entry, declared) {
      const key = keyOf(entry.namespace ?? '', entry.name);
      if (names.has(key)) return;
      const flat = freeName(joined(entry.namespace ?? '', entry.name));
      names.set(key, flat);
      entries.set(flat, entry);
      tools.push({ ...toTool(entry, declared), name: flat });
    },
    addServerTool(tool) {
      if (taken.has(tool.name)) return;
      taken.add(tool.name);
      tools.push(tool);
    },
    flatName: (namespace, name) => names.get(keyOf(namespace, name)) ?? joined(namespace, name),
    find: (flat) => entries.get(flat),
  };
}

function keyOf(namespace: string, name: string): string {
  return JSON.stringify([namespace, name]);
}

function joined(namespace: string, name: string): string {
  if (namespace === '') return name;
  return namespace.endsWith('__') ? namespace + name : `${namespace}__${name}`;
}

function toTool({ kind, name }: ToolEntry, declared: JsonObject): ClientTool {
  const description = toText(declared['description']);
  const described = description !== '' && { description };
  if (kind !== 'custom') return { name, ...described, input_schema: declared['parameters'] ?? emptySchema };
  return {
    name,
    description: [description, `The input is one string${grammarOf(declared)}`].filter(Boolean).join('\n\n'),
    input_schema: {
      type: 'object',
      properties: { [inputField]: { type: 'string', description: 'The whole input, as plain text.' } },
      required: [inputField],
      additionalProperties: false,
    },
  };
}

const emptySchema = { type: 'object', properties: {} };

/** No other format can hold a model to a grammar, so the description of the tool has it. */
function grammarOf(declared: JsonObject): string {
  const { format } = declared as { format?: JsonObject | null };
  const definition = toText(format?.['definition']);
  if (format?.['type'] !== 'grammar' || definition === '') return '.';
  return `, which must match this ${toText(format['syntax']) || 'lark'} grammar:\n${definition}`;
}
