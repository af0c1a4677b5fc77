/**
 * How model families write a tool call in their own output. A server that misses the mark passes it on as text; each dialect
 * reads such a text strictly, so that nothing half-written becomes a call that runs (P5).
 *
 * Sources: the chat templates and encoders that the vendors publish with their models.
 */
import { isObject, parseJson, toArray, toText } from '../../../json.ts';
import { rawAt } from '../raw.ts';
import type { LeakedCalls } from '../../quirks.ts';
import { reader, type Reader } from './reader.ts';

/** A call that was written as text. */
export interface LeakedCall {
  /** The upstream's id, or "". */
  id: string;
  name: string;
  /** A JSON object. */
  args: string;
}

/** Whether a field of a tool's input is a text; undefined if the schema does not say. */
export type IsText = (tool: string, field: string) => boolean | undefined;

export interface Dialect {
  readonly openings: readonly string[];
  /** The end of a text that begins with `opening`. */
  closing(opening: string): string;
  /** The calls between the opening and the closing; undefined if it is not exactly a list of calls. */
  parse(inner: string, opening: string, isText: IsText): LeakedCall[] | undefined;
  /** Only with these beginnings is the text a call: other families write the opening in prose. Unless given, all are. */
  readonly beginsWith?: (tools: readonly string[]) => readonly string[];
}

/**
 * DeepSeek V3.2 and V4 (`encoding_dsv32.py`, `encoding_dsv4.py`), also with ASCII bars (cline/cline#13348):
 * `<｜DSML｜tool_calls><｜DSML｜invoke name="Bash"><｜DSML｜parameter name="command" string="true">ls</｜DSML｜parameter>…`
 */
const dsml: Dialect = {
  openings: ['｜DSML｜', '|DSML|'].flatMap((mark) =>
    ['tool_calls', 'function_calls', 'toolcall'].map((name) => `<${mark}${name}>`),
  ),
  closing: (opening) => `</${opening.slice(1)}`,
  parse: (inner, opening, isText) =>
    parseInvokes(inner, opening.slice(1, opening.lastIndexOf(opening[1] ?? '') + 1), isText),
};

/** MiniMax M2 (earendil-works/pi#368, MiniMax-AI/MiniMax-M2.5#10). */
const minimax: Dialect = {
  openings: ['<minimax:tool_call>'],
  closing: () => '</minimax:tool_call>',
  parse: (inner, _, isText) => parseInvokes(inner, '', isText),
};

/** Kimi K2 (its tool_call_guidance.md). The id is `functions.Read:0`. */
const kimi: Dialect = {
  openings: ['<|tool_calls_section_begin|>'],
  closing: () => '<|tool_calls_section_end|>',
  parse(inner) {
    const text = reader(inner);
    const found: LeakedCall[] = [];
    while (!text.atEnd()) {
      if (!text.skip('<|tool_call_begin|>')) return undefined;
      const id = text.until('<|tool_call_argument_begin|>')?.trim();
      const args = text.until('<|tool_call_end|>')?.trim();
      const name = id?.replace(/^functions\./, '').replace(/:\d{1,9}$/, '');
      if (!id || !name || args === undefined || !isObject(parseJson(args))) return undefined;
      found.push({ id, name, args });
    }
    return found;
  },
};

/**
 * GLM 4.5 and later (waybarrios/vllm-mlx#797): `<tool_call>Bash\n<arg_key>command</arg_key><arg_value>ls</arg_value>`. Qwen:
 * JSON with `name` and `arguments`; Qwen3-Coder (QwenLM/qwen-code#10692): `<function=Bash><parameter=command>ls</parameter>`.
 */
const toolCall: Dialect = {
  openings: ['<tool_call>'],
  closing: () => '</tool_call>',
  beginsWith: (tools) => ['{', '<function=', ...tools],
  parse(inner, _, isText) {
    const body = inner.trim();
    const call = body.startsWith('{')
      ? parseJsonCall(body)
      : body.startsWith('<function=')
        ? parseFunction(reader(body), isText)
        : parseArguments(reader(body), isText);
    return call && [call];
  },
};

const dialects: Readonly<Record<Exclude<LeakedCalls, 'none'>, Dialect>> = {
  dsml,
  kimi,
  minimax,
  tool_call: toolCall,
};

export function dialectOf(name: Exclude<LeakedCalls, 'none'>): Dialect {
  return dialects[name];
}

/** `<invoke name="…"><parameter name="…">…</parameter></invoke>…`, each tag with `mark` before its name. */
function parseInvokes(inner: string, mark: string, isText: IsText): LeakedCall[] | undefined {
  const text = reader(inner);
  const found: LeakedCall[] = [];
  while (!text.atEnd()) {
    if (!text.skip(`<${mark}invoke name="`)) return undefined;
    const name = text.until('"');
    if (!name || text.until('>') === undefined) return undefined;
    const fields: [string, string][] = [];
    while (!text.skip(`</${mark}invoke>`)) {
      if (!text.skip(`<${mark}parameter name="`)) return undefined;
      const field = text.until('"');
      const attributes = text.until('>');
      const value = text.until(`</${mark}parameter>`);
      if (field === undefined || attributes === undefined || value === undefined) return undefined;
      const stated = /string="(true|false)"/.exec(attributes)?.[1];
      const json = jsonValue(value, stated === undefined ? isText(name, field) : stated === 'true');
      if (json === undefined) return undefined;
      fields.push([field, json]);
    }
    found.push({ id: '', name, args: objectOf(fields) });
  }
  return found.length > 0 ? found : undefined;
}

function parseJsonCall(body: string): LeakedCall | undefined {
  const json = parseJson(body);
  if (!isObject(json) || toText(json['name']) === '' || !isObject(json['arguments'])) return undefined;
  return { id: '', name: toText(json['name']), args: rawAt(body, ['arguments']) ?? '' };
}

function parseFunction(text: Reader, isText: IsText): LeakedCall | undefined {
  text.skip('<function=');
  const name = text.until('>')?.trim();
  if (!name) return undefined;
  const fields: [string, string][] = [];
  while (!text.skip('</function>')) {
    if (!text.skip('<parameter=')) return undefined;
    const field = text.until('>')?.trim();
    // The template writes each value on lines of its own.
    const value = text.until('</parameter>')?.replace(/^\n/, '').replace(/\n$/, '');
    const json = field && value !== undefined ? jsonValue(value, isText(name, field)) : undefined;
    if (!field || json === undefined) return undefined;
    fields.push([field, json]);
  }
  return text.atEnd() ? { id: '', name, args: objectOf(fields) } : undefined;
}

function parseArguments(text: Reader, isText: IsText): LeakedCall | undefined {
  const name = text.untilOrEnd('<').trim();
  if (!/^[\w.:/-]{1,200}$/.test(name)) return undefined;
  const fields: [string, string][] = [];
  while (!text.atEnd()) {
    const field = text.skip('<arg_key>') ? text.until('</arg_key>')?.trim() : undefined;
    const value = text.skip('<arg_value>') ? text.until('</arg_value>') : undefined;
    const json = field && value !== undefined ? jsonValue(value, isText(name, field)) : undefined;
    if (!field || json === undefined) return undefined;
    fields.push([field, json]);
  }
  return { id: '', name, args: objectOf(fields) };
}

/** The value as JSON: a text where the schema wants one, else the JSON that it is, or a text if it is none. */
function jsonValue(value: string, isText: boolean | undefined): string | undefined {
  if (isText === true) return JSON.stringify(value);
  if (parseJson(value) !== undefined) return value.trim();
  return isText === false ? undefined : JSON.stringify(value);
}

function objectOf(fields: readonly [name: string, json: string][]): string {
  return `{${fields.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`;
}

/** Reads from the tools' schemas which fields are texts. */
export function textFields(tools: unknown): IsText {
  const byTool = new Map<string, ReadonlyMap<string, boolean>>();
  for (const tool of toArray(tools)) {
    if (!isObject(tool) || !isObject(tool['input_schema'])) continue;
    const { properties } = tool['input_schema'];
    if (!isObject(properties)) continue;
    const fields = Object.entries(properties).flatMap(([name, schema]): [string, boolean][] => {
      const type = isObject(schema) ? schema['type'] : undefined;
      return typeof type === 'string' ? [[name, type === 'string']] : [];
    });
    byTool.set(toText(tool['name']).toLowerCase(), new Map(fields));
  }
  return (tool, field) => byTool.get(tool.toLowerCase())?.get(field);
}
