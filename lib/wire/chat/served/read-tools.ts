/** Reads tools and the tool choice, with the older `functions` and `function_call`. */
import type { ClientTool, Tool, ToolChoice } from '../../../anthropic/request.ts';
import { isObject, toObject, toText, type Json, type JsonObject } from '../../../json.ts';
import { Unservable } from '../../served.ts';
import { markerIn } from './read-content.ts';
import { flagAt, isAbsent, listAt, nameAt, objectAt, textAt, wrong } from './shape.ts';

export interface ReadTools {
  tools: Tool[];
  choice?: ToolChoice;
  /** The names of tools whose input is a text instead of JSON (`custom`). */
  custom: ReadonlySet<string>;
  /** Whether the client uses `functions`, so that it expects calls in `function_call`. */
  legacy: boolean;
}

/** The field of the one argument of a function that stands for a `custom` tool. */
export const customInput = 'input';

export function readTools(body: JsonObject): ReadTools {
  const declared: ClientTool[] = [];
  const custom = new Set<string>();
  for (const [tool, at] of entriesAt(body['tools'], 'tools')) {
    const type = isAbsent(tool['type']) ? 'function' : nameAt(tool['type'], `${at}.type`);
    if (type === 'function') {
      const called = objectAt(tool['function'], `${at}.function`);
      declared.push({ ...toFunction(called, `${at}.function`), ...markerIn(called), ...markerIn(tool) });
    } else if (type === 'custom') {
      const made = toCustom(objectAt(tool['custom'], `${at}.custom`), `${at}.custom`);
      custom.add(made.name);
      declared.push(made);
    } else
      throw new Unservable(
        `${at}: occ knows no tools of type ${JSON.stringify(type.slice(0, 60))}. It takes function and custom`,
        `${at}.type`,
      );
  }
  const functions = entriesAt(body['functions'], 'functions').map(([tool, at]) => toFunction(tool, at));
  const { choice, allowed } = readChoice(body, functions.length > 0 && declared.length === 0);
  const all = [...declared, ...functions];
  const tools: Tool[] = allowed ? all.filter(({ name }) => allowed.has(name)) : all;
  if (!isAbsent(body['web_search_options'])) tools.push({ type: 'web_search_20250305', name: 'web_search' });
  return {
    tools,
    ...(choice && tools.length > 0 && { choice }),
    custom,
    legacy: functions.length > 0 && declared.length === 0,
  };
}

function entriesAt(value: Json | undefined, param: string): [JsonObject, string][] {
  if (isAbsent(value)) return [];
  return listAt(value, param).map((entry, at) => [objectAt(entry, `${param}[${at}]`), `${param}[${at}]`]);
}

function toFunction(given: JsonObject, param: string): ClientTool {
  const { description, parameters } = given;
  return {
    name: nameAt(given['name'], `${param}.name`),
    ...(!isAbsent(description) && { description: textAt(description, `${param}.description`) }),
    input_schema: isAbsent(parameters)
      ? { type: 'object', properties: {} }
      : objectAt(parameters, `${param}.parameters`),
  };
}

/** A function with one string, for upstreams without free-form tools. The grammar is described to the model. */
function toCustom(given: JsonObject, param: string): ClientTool {
  const { description } = given;
  const format = toObject(given['format']);
  const grammar = isObject(format['grammar']) ? format['grammar'] : format;
  const definition = toText(grammar['definition']);
  const about = isAbsent(description) ? '' : textAt(description, `${param}.description`);
  const rule =
    definition === ''
      ? 'The input, as plain text.'
      : `The input, as plain text that matches this ${toText(grammar['syntax']) || 'lark'} grammar:\n${definition}`;
  return {
    name: nameAt(given['name'], `${param}.name`),
    ...(about !== '' && { description: about }),
    input_schema: {
      type: 'object',
      properties: { [customInput]: { type: 'string', description: rule } },
      required: [customInput],
      additionalProperties: false,
    },
  };
}

interface Choice {
  choice?: ToolChoice;
  /** The names that the choice is limited to. */
  allowed?: ReadonlySet<string>;
}

function readChoice(body: JsonObject, legacy: boolean): Choice {
  const field = legacy ? 'function_call' : 'tool_choice';
  const read = toChoice(body[field], field);
  // The older form has one call in an answer.
  if (flagAt(body['parallel_tool_calls'], 'parallel_tool_calls') !== false && !legacy) return read;
  const { choice = { type: 'auto' } } = read;
  if (choice.type === 'none') return read;
  return { ...read, choice: { ...choice, disable_parallel_tool_use: true } };
}

const modes: Readonly<Record<string, ToolChoice>> = {
  auto: { type: 'auto' },
  none: { type: 'none' },
  required: { type: 'any' },
  any: { type: 'any' },
};

function toChoice(given: Json | undefined, param: string): Choice {
  if (isAbsent(given)) return {};
  if (typeof given === 'string')
    return { choice: modeOf(given) ?? wrong(param, 'auto, none, required or a tool', 'another word') };
  const choice = objectAt(given, param);
  if (choice['type'] === 'allowed_tools') return toAllowed(choice, `${param}.allowed_tools`);
  return { choice: { type: 'tool', name: namedIn(choice, param) } };
}

function modeOf(name: string): ToolChoice | undefined {
  return Object.hasOwn(modes, name) ? modes[name] : undefined;
}

function toAllowed(choice: JsonObject, param: string): Choice {
  const given = isAbsent(choice['allowed_tools']) ? choice : objectAt(choice['allowed_tools'], param);
  const mode = isAbsent(given['mode']) ? 'auto' : textAt(given['mode'], `${param}.mode`);
  if (mode !== 'auto' && mode !== 'required')
    return wrong(`${param}.mode`, 'auto or required', 'another word');
  const names = entriesAt(given['tools'], `${param}.tools`).map(([tool, at]) => namedIn(tool, at));
  return { choice: { type: mode === 'required' ? 'any' : 'auto' }, allowed: new Set(names) };
}

/** The name in `{ type: 'function', function: { name } }`, in the `custom` form of it, and in `{ name }`. */
function namedIn(choice: JsonObject, param: string): string {
  for (const kind of ['function', 'custom']) {
    const inner = choice[kind];
    if (isObject(inner)) return nameAt(inner['name'], `${param}.${kind}.name`);
  }
  return nameAt(choice['name'], `${param}.name`);
}
