/** Selects which of a request's tools are sent to models other than Claude. */
import {
  isServerTool,
  type ClientTool,
  type ContentBlock,
  type MessagesRequest,
  type ServerTool,
} from './request.ts';

/** Claude Code's placeholder for tools that are not loaded yet (measured). It cannot be called. */
const placeholderTool = 'DeferredToolPlaceholder';

/**
 * The tools that the client runs and that the model may call now, without unnamed tools and duplicates. Deferred tools (tool
 * search) are included if a result in the conversation has loaded them or the model has already called them.
 */
export function callableTools(request: MessagesRequest): ClientTool[] {
  const named = new Set<string>();
  const loaded = loadedTools(request);
  return (request.tools ?? []).filter((tool): tool is ClientTool => {
    if (isServerTool(tool) || typeof tool.name !== 'string' || tool.name.trim() === '') return false;
    if (tool.name === placeholderTool || named.has(tool.name)) return false;
    if (tool['defer_loading'] === true && !loaded.has(tool.name)) return false;
    named.add(tool.name);
    return true;
  });
}

/** The tools that Anthropic's servers run, such as web search. They are not sent to other providers. */
export function serverTools(request: MessagesRequest): ServerTool[] {
  return (request.tools ?? []).filter(isServerTool);
}

/** True for any version of Anthropic's web search. Some upstreams have an equivalent. */
export function isWebSearch({ type }: ServerTool): boolean {
  return type.startsWith('web_search');
}

/** The names of tools that a `tool_reference` has loaded or that the model has called. */
function loadedTools({ messages }: MessagesRequest): Set<string> {
  const names = new Set<string>();
  const collect = (blocks: unknown): void => {
    if (!Array.isArray(blocks)) return;
    for (const block of blocks as ContentBlock[]) {
      if (block.type === 'tool_reference') names.add(String(block['tool_name']));
      if (block.type === 'tool_use') names.add(String(block['name']));
      if (block.type === 'tool_result') collect(block['content']);
    }
  };
  for (const { content } of messages) collect(content);
  return names;
}
