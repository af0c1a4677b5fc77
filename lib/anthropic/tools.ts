/** Which of a request's tools a model that is not Claude can be given. */
import {
  isServerTool,
  type ClientTool,
  type ContentBlock,
  type MessagesRequest,
  type ServerTool,
} from './request.ts';

/** Claude Code's stand-in for the tools that are not loaded yet (measured, claude-code 2.6). Nobody can call it. */
const placeholderTool = 'DeferredToolPlaceholder';

/**
 * The tools the client itself runs and that the model may call now: named, each name once, and of the deferred ones
 * (tool search) those that a result of the conversation has loaded or that were called already.
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

/** The tools Anthropic's own servers would run (web search and its like), which are not sent to anybody else. */
export function serverTools(request: MessagesRequest): ServerTool[] {
  return (request.tools ?? []).filter(isServerTool);
}

/** Anthropic's own search of the web, in any of its versions; some upstreams have its like. */
export function isWebSearch({ type }: ServerTool): boolean {
  return type.startsWith('web_search');
}

/** Names that a `tool_reference` of a result brought in, or that the model has called. */
function loadedTools({ messages }: MessagesRequest): Set<string> {
  const names = new Set<string>();
  const look = (blocks: unknown): void => {
    if (!Array.isArray(blocks)) return;
    for (const block of blocks as ContentBlock[]) {
      if (block.type === 'tool_reference') names.add(String(block['tool_name']));
      if (block.type === 'tool_use') names.add(String(block['name']));
      if (block.type === 'tool_result') look(block['content']);
    }
  };
  for (const { content } of messages) look(content);
  return names;
}
