/** Converts tools and the tool choice to Chat Completions. */
import type { ClientTool, ToolChoice } from '../../anthropic/request.ts';
import { toUpstreamName } from '../tool-names.ts';
import { shortDescription } from '../encode/tool-descriptions.ts';
import { toolSchema } from '../encode/tool-schema.ts';
import type { Route } from '../codec.ts';
import type { ChatRequest, ChatTool, ChatToolChoice } from './types.ts';

export function toTools(tools: readonly ClientTool[], { quirks }: Route): ChatTool[] {
  return tools.map((tool) => {
    const description = shortDescription(tool, quirks.toolDescriptionMax);
    return {
      type: 'function',
      function: {
        name: toUpstreamName(tool.name),
        ...(description !== undefined && { description }),
        parameters: toolSchema(tool.input_schema, quirks.schema),
      },
    };
  });
}

/** The fields for the tool choice; none without tools, because servers reject that. */
export function toChoice(
  choice: ToolChoice | undefined,
  tools: readonly ClientTool[],
  route: Route,
  thinks: boolean,
): Pick<ChatRequest, 'tool_choice' | 'parallel_tool_calls'> {
  if (!choice || tools.length === 0) return {};
  const single = choice.type !== 'none' && choice.disable_parallel_tool_use === true;
  const forced = choice.type === 'any' || choice.type === 'tool';
  const acceptsForced = route.quirks.forcedToolChoice || !thinks;
  return {
    tool_choice: forced && !acceptsForced ? 'auto' : toToolChoice(choice, tools),
    ...(single && route.quirks.parallelToolCalls && { parallel_tool_calls: false }),
  };
}

function toToolChoice(choice: ToolChoice, tools: readonly ClientTool[]): ChatToolChoice {
  switch (choice.type) {
    case 'any':
      return 'required';
    case 'tool':
      // The chosen tool may be a server tool, which is not sent.
      if (!tools.some(({ name }) => name === choice.name)) return 'auto';
      return { type: 'function', function: { name: toUpstreamName(choice.name) } };
    case 'none':
      return 'none';
    default:
      return 'auto';
  }
}
