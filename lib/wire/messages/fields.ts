/** The fields of the body beside the conversation, for upstreams other than Claude's own. */
import type { ClientTool, MessagesRequest, TextBlock, Tool } from '../../anthropic/request.ts';
import { missingToolsNote, schemaInstruction, systemBlocks } from '../encode/system.ts';
import { joinTexts } from '../encode/text.ts';
import { isUsableSchema, toolSchema } from '../encode/tool-schema.ts';
import { callableTools, serverTools } from '../../anthropic/tools.ts';
import type { Route } from '../codec.ts';
import type { Quirks } from '../quirks.ts';
import { pick } from './blocks.ts';

/** What only Anthropic's servers know. Other unknown fields are kept (contract 5.0). */
export const claudeOnly: readonly string[] = [
  'context_management',
  'safeguards',
  'container',
  'mcp_servers',
  'speed',
  'thread',
  'duplex',
];

/** All that a strict validator (MiniMax) knows. */
export const coreBody: readonly string[] = [
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

/**
 * The system prompt without Anthropic's billing block, and with words for what is not sent: tools that nobody here can
 * run, and `schema` when the answer has to fit one.
 */
export function toSystem(request: MessagesRequest, route: Route, schema: unknown): MessagesRequest['system'] {
  const said = [
    ...missingToolsNote(serverTools(request)),
    ...(schema === undefined ? [] : [schemaInstruction(schema)]),
  ];
  const { system } = request;
  if (!Array.isArray(system)) return joinTexts([system ?? '', ...said]) || undefined;
  const kept = systemBlocks(request).map((block) =>
    route.quirks.strictBody ? pick(block, ['type', 'text', 'cache_control']) : block,
  );
  const blocks: TextBlock[] = [...kept, ...said.map((text): TextBlock => ({ type: 'text', text }))];
  return blocks.length > 0 ? blocks : undefined;
}

/** The tools the model may call, with schemas it can take; undefined when there are none. */
export function toTools(request: MessagesRequest, { quirks, tools }: Route): Tool[] | undefined {
  const sent = (tools ? callableTools(request) : []).map((tool) => toTool(tool, quirks));
  return sent.length > 0 ? sent : undefined;
}

function toTool(tool: ClientTool, quirks: Quirks): Tool {
  const { type: _type, defer_loading: _deferred, eager_input_streaming: _eager, ...plain } = tool;
  const fits = quirks.schema === 'full' && isUsableSchema(tool.input_schema);
  const whole = fits ? plain : { ...plain, input_schema: toolSchema(tool.input_schema, quirks.schema) };
  return quirks.strictBody ? pick(whole, ['name', 'description', 'input_schema', 'cache_control']) : whole;
}

/** The client's choice, or `auto` where a forced one is refused or names a tool that is not sent. */
export function toChoice(
  request: MessagesRequest,
  tools: readonly Tool[] | undefined,
  route: Route,
  thinks: boolean,
): MessagesRequest['tool_choice'] {
  const { tool_choice: choice } = request;
  if (!choice || !tools) return undefined;
  const forced = choice.type === 'any' || choice.type === 'tool';
  const refused = forced && thinks && !route.quirks.forcedToolChoice;
  const missing = choice.type === 'tool' && !tools.some(({ name }) => name === choice.name);
  if (!refused && !missing) return choice;
  const { disable_parallel_tool_use: single } = choice;
  return { type: 'auto', ...(single !== undefined && { disable_parallel_tool_use: single }) };
}
