/** Encodes tools and the tool choice. */
import type { ClientTool, MessagesRequest, ServerTool, ToolChoice } from '../../anthropic/request.ts';
import { toUpstreamName } from '../tool-names.ts';
import { shortDescription } from '../encode/tool-descriptions.ts';
import { toolSchema } from '../encode/tool-schema.ts';
import { isWebSearch, serverTools } from '../../anthropic/tools.ts';
import { toArray } from '../../json.ts';
import type { Route } from '../codec.ts';
import type {
  FunctionTool,
  ResponsesRequest,
  ResponsesTool,
  ResponsesToolChoice,
  WebSearchTool,
} from './types.ts';

export function toTools(tools: readonly ClientTool[], { quirks }: Route): FunctionTool[] {
  return tools.map((tool) => {
    const description = shortDescription(tool, quirks.toolDescriptionMax);
    return {
      type: 'function',
      name: toUpstreamName(tool.name),
      ...(description !== undefined && { description }),
      parameters: toolSchema(tool.input_schema, quirks.schema),
      strict: false,
    };
  });
}

/** The web search tool in the client's request, which Anthropic's servers would run. */
export function requestedSearch(request: MessagesRequest): ServerTool | undefined {
  return serverTools(request).find(isWebSearch);
}

/** The upstream's own web search, if the client requested one and the upstream has it. */
export function searchTool(request: MessagesRequest, { quirks }: Route): WebSearchTool | undefined {
  const requested = quirks.webSearch ? requestedSearch(request) : undefined;
  if (!requested) return undefined;
  const domains = toArray(requested['allowed_domains']).filter((domain) => typeof domain === 'string');
  return { type: 'web_search', ...(domains.length > 0 && { filters: { allowed_domains: domains } }) };
}

/** The tool choice fields; empty without tools, because servers reject a choice then. */
export function toChoice(
  choice: ToolChoice | undefined,
  tools: readonly ClientTool[],
  sent: readonly ResponsesTool[],
  { quirks }: Route,
  thinks: boolean,
): Pick<ResponsesRequest, 'tool_choice' | 'parallel_tool_calls'> {
  if (!choice || sent.length === 0) return {};
  const single = choice.type !== 'none' && choice.disable_parallel_tool_use === true;
  const forced = choice.type === 'any' || choice.type === 'tool';
  const accepted = quirks.forcedToolChoice || !thinks;
  return {
    tool_choice: forced && !accepted ? 'auto' : toToolChoice(choice, tools),
    ...(single && quirks.parallelToolCalls && { parallel_tool_calls: false }),
  };
}

function toToolChoice(choice: ToolChoice, tools: readonly ClientTool[]): ResponsesToolChoice {
  switch (choice.type) {
    case 'any':
      return 'required';
    case 'tool':
      // The chosen tool is not sent, or the upstream runs it.
      if (!tools.some(({ name }) => name === choice.name)) return 'auto';
      return { type: 'function', name: toUpstreamName(choice.name) };
    case 'none':
      return 'none';
    default:
      return 'auto';
  }
}
