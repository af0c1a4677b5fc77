/** The names of tools in a request for a server that allows at most 64 characters of `[A-Za-z0-9_-]`. */
import type { ContentBlock, MessagesRequest } from '../../anthropic/request.ts';
import { withRenamedOrder } from '../../anthropic/tools.ts';
import { toText } from '../../json.ts';
import { toUpstreamName } from '../tool-names.ts';

/** The request with each name of a tool as `toUpstreamName` writes it; the decoder restores the client's. */
export function withShortNames(request: MessagesRequest): MessagesRequest {
  const { messages, tools, tool_choice: choice } = request;
  return {
    ...withRenamedOrder(request, toUpstreamName),
    messages: messages.map((message) => Object.assign({}, message, { content: renamed(message.content) })),
    ...(tools && {
      tools: tools.map((tool) => Object.assign({}, tool, { name: toUpstreamName(tool.name) })),
    }),
    ...(choice?.type === 'tool' && { tool_choice: { ...choice, name: toUpstreamName(choice.name) } }),
  };
}

function renamed<C>(content: C): C {
  if (!Array.isArray(content)) return content;
  return (content as ContentBlock[]).map(renamedBlock) as C;
}

function renamedBlock(block: ContentBlock): ContentBlock {
  switch (block.type) {
    case 'tool_use':
      return { ...block, name: toUpstreamName(toText(block['name'])) };
    case 'tool_reference':
      return { ...block, tool_name: toUpstreamName(toText(block['tool_name'])) };
    case 'tool_result':
      return { ...block, content: renamed(block['content']) };
    default:
      return block;
  }
}
