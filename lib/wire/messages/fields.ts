/** Converts the fields of the request body other than `messages`, for models other than Claude. */
import {
  isServerTool,
  type ClientTool,
  type MessagesRequest,
  type TextBlock,
  type Tool,
} from '../../anthropic/request.ts';
import { isObject, toText } from '../../json.ts';
import { isBilling, missingToolsNote, schemaInstruction, systemBlocks } from '../encode/system.ts';
import { joinTexts } from '../encode/text.ts';
import { isUsableSchema, toolSchema, validSchema } from '../encode/tool-schema.ts';
import { callableTools, inLoadOrder, inSentOrder, serverTools } from '../../anthropic/tools.ts';
import type { Route } from '../codec.ts';
import type { Quirks } from '../quirks.ts';
import { pick } from './blocks.ts';

/** Fields that only Anthropic's servers accept. Other unknown fields are kept. */
export const claudeOnlyFields: readonly string[] = [
  'context_management',
  'safeguards',
  'container',
  'mcp_servers',
  'speed',
  'thread',
  'duplex',
  'output_format',
  'compaction',
  'diagnostics',
  'fallbacks',
  'fallback_credit_token',
  'billing_policy',
  'inference_geo',
  'user_profile_id',
  'workspace_id',
];

/** All fields that a strict validator (MiniMax) accepts. */
export const coreBodyFields: readonly string[] = [
  'model',
  'messages',
  'system',
  'tools',
  'tool_choice',
  'metadata',
  'max_tokens',
  'thinking',
  'output_config',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'stream',
];

/** The system prompt without Anthropic's billing block, with notes on unavailable tools and the answer's `schema`. */
export function toSystem(request: MessagesRequest, route: Route, schema: unknown): MessagesRequest['system'] {
  const notes = [
    ...missingToolsNote(serverTools(request)),
    ...(schema === undefined ? [] : [schemaInstruction(schema)]),
  ];
  const { system } = request;
  if (!Array.isArray(system)) return joinTexts([system ?? '', ...notes]) || undefined;
  const kept = systemBlocks(request).map((block) =>
    route.quirks.strictBody ? pick(block, ['type', 'text', 'cache_control']) : block,
  );
  const blocks: TextBlock[] = [...kept, ...notes.map((text): TextBlock => ({ type: 'text', text }))];
  return blocks.length > 0 ? blocks : undefined;
}

/**
 * The client's body as it is, for a server that gets it unchanged, but for tools whose schema is invalid, and tools that come
 * later than those sent before. Only Claude gets what would end the prefix that a prompt cache shares (P12): the billing block,
 * which changes with every request, and a place in the middle of the tools for those that a search has loaded, since Claude
 * loads deferred tools by itself.
 */
export function asGiven(request: MessagesRequest, { quirks }: Route): MessagesRequest {
  const { system, tools } = request;
  const repaired = tools?.map(quirks.genuineSignatures ? withValidSchema : withUsableSchema);
  const valid = repaired?.every((tool, at) => tool === tools?.[at]) ? tools : repaired;
  if (quirks.genuineSignatures) {
    const ordered = valid && inSentOrder(valid, request);
    return !ordered || ordered === tools ? request : { ...request, tools: [...ordered] };
  }
  return {
    ...request,
    ...(Array.isArray(system) && { system: system.filter((block) => !isBilling(block)) }),
    ...(valid && { tools: [...inLoadOrder(valid.filter(isNamed), request)] }),
  };
}

function isNamed({ name }: Tool): boolean {
  return toText(name).trim() !== '';
}

/** A tool that the client runs, with an object as its schema, which every server requires. */
function withUsableSchema(tool: Tool): Tool {
  const { input_schema: schema } = tool;
  const isUsable = isServerTool(tool) || (isObject(schema) && schema['type'] === 'object');
  return isUsable ? withValidSchema(tool) : { ...tool, input_schema: toolSchema(schema) };
}

/** One schema that Anthropic's API rejects would fail every request. */
function withValidSchema<T extends Tool>(tool: T): T {
  const schema = tool['input_schema'];
  const valid = validSchema(schema);
  return valid === schema ? tool : { ...tool, input_schema: valid };
}

/** The tools that the model may call, with schemas that it accepts; undefined if there are none. */
export function toTools(request: MessagesRequest, { quirks, tools }: Route): Tool[] | undefined {
  const sent = (tools ? callableTools(request) : []).map((tool) => toTool(tool, quirks));
  return sent.length > 0 ? sent : undefined;
}

function toTool(tool: ClientTool, quirks: Quirks): Tool {
  const { type: _type, defer_loading: _deferred, eager_input_streaming: _eager, ...plain } = tool;
  const usable = quirks.schema === 'full' && isUsableSchema(tool.input_schema);
  const sent = usable
    ? withValidSchema(plain)
    : { ...plain, input_schema: toolSchema(tool.input_schema, quirks.schema) };
  return quirks.strictBody ? pick(sent, ['name', 'description', 'input_schema', 'cache_control']) : sent;
}

/** The client's choice, or `auto` if the model rejects a forced one or the chosen tool is not sent. */
export function toChoice(
  request: MessagesRequest,
  tools: readonly Tool[] | undefined,
  route: Route,
  thinks: boolean,
): MessagesRequest['tool_choice'] {
  const { tool_choice: choice } = request;
  if (!choice || !tools) return undefined;
  const forced = choice.type === 'any' || choice.type === 'tool';
  const rejected = forced && thinks && !route.quirks.forcedToolChoice;
  const missing = choice.type === 'tool' && !tools.some(({ name }) => name === choice.name);
  if (!rejected && !missing) return choice;
  const { disable_parallel_tool_use: single } = choice;
  return { type: 'auto', ...(single !== undefined && { disable_parallel_tool_use: single }) };
}
