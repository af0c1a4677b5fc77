/** Tools and the choice among them, as Responses has them. */
import type { ClientTool, MessagesRequest, ServerTool, ToolChoice } from '../../anthropic/request.ts';
import { toUpstreamName } from '../tool-names.ts';
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
  return tools.map(({ name, description, input_schema: schema }) => ({
    type: 'function',
    name: toUpstreamName(name),
    ...(typeof description === 'string' && { description }),
    parameters: toolSchema(schema, quirks.schema),
    strict: false,
  }));
}

/** The client's web search, which Anthropic's servers would run: undefined when none is asked for. */
export function askedSearch(request: MessagesRequest): ServerTool | undefined {
  return serverTools(request).find(isWebSearch);
}

/** The upstream's own web search in its place, where it has one. */
export function searchTool(request: MessagesRequest, { quirks }: Route): WebSearchTool | undefined {
  const asked = quirks.webSearch ? askedSearch(request) : undefined;
  if (!asked) return undefined;
  const domains = toArray(asked['allowed_domains']).filter((domain) => typeof domain === 'string');
  return { type: 'web_search', ...(domains.length > 0 && { filters: { allowed_domains: domains } }) };
}

/** The fields about the choice of tools; none without tools, for servers refuse a choice among nothing. */
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
  const takesIt = quirks.forcedToolChoice || !thinks;
  return {
    tool_choice: forced && !takesIt ? 'auto' : toToolChoice(choice, tools),
    ...(single && quirks.parallelToolCalls && { parallel_tool_calls: false }),
  };
}

function toToolChoice(choice: ToolChoice, tools: readonly ClientTool[]): ResponsesToolChoice {
  switch (choice.type) {
    case 'any':
      return 'required';
    case 'tool':
      // A choice of a tool that is not sent, or that the upstream runs, leaves the model free.
      if (!tools.some(({ name }) => name === choice.name)) return 'auto';
      return { type: 'function', name: toUpstreamName(choice.name) };
    case 'none':
      return 'none';
    default:
      return 'auto';
  }
}
