/** Selects which of a request's tools are sent to models other than Claude. */
import {
  isServerTool,
  type ClientTool,
  type ContentBlock,
  type MessagesRequest,
  type ServerTool,
  type Tool,
} from './request.ts';

/** Claude Code's placeholder for tools that are not loaded yet (measured). It cannot be called. */
const placeholderTool = 'DeferredToolPlaceholder';

/**
 * The tools that the client runs and that the model may call now, without unnamed tools and duplicates. Deferred tools (tool
 * search) are included if a result in the conversation has loaded them or the model has already called them. They come
 * last: see `inLoadOrder`.
 */
export function callableTools(request: MessagesRequest): ClientTool[] {
  const named = new Set<string>();
  const loaded = loadedTools(request);
  const callable = (request.tools ?? []).filter((tool): tool is ClientTool => {
    if (isServerTool(tool) || typeof tool.name !== 'string' || tool.name.trim() === '') return false;
    if (tool.name === placeholderTool || named.has(tool.name)) return false;
    if (isDeferred(tool) && !loaded.has(tool.name)) return false;
    named.add(tool.name);
    return true;
  });
  return inOrder(callable, loaded);
}

/**
 * The tools with those that a tool search has loaded at the end, in the order in which it loaded them: the client lists them
 * among the others, and the tools of a longer conversation must start with those of the shorter one (P12).
 */
export function inLoadOrder<T extends Tool>(tools: readonly T[], request: MessagesRequest): T[] {
  return inOrder(tools, loadedTools(request));
}

function inOrder<T extends Tool>(tools: readonly T[], loaded: ReadonlySet<string>): T[] {
  const place = new Map([...loaded].map((name, at) => [name, at]));
  const late = tools.filter((tool) => isDeferred(tool) && place.has(tool.name));
  late.sort((one, other) => (place.get(one.name) ?? 0) - (place.get(other.name) ?? 0));
  return [...tools.filter((tool) => !late.includes(tool)), ...late];
}

function isDeferred(tool: Tool): boolean {
  return tool['defer_loading'] === true;
}

/** The tools that Anthropic's servers run, such as web search. They are not sent to other providers. */
export function serverTools(request: MessagesRequest): ServerTool[] {
  return (request.tools ?? []).filter(isServerTool);
}

/** True for any version of Anthropic's web search. Some upstreams have an equivalent. */
export function isWebSearch({ type }: ServerTool): boolean {
  return type.startsWith('web_search');
}

/**
 * The names of tools that a `tool_reference` has loaded, in that order, then of those that the model has only called: a
 * client answers a call of a tool that is not loaded with an error, and the tool may be loaded later.
 */
function loadedTools({ messages }: MessagesRequest): Set<string> {
  const loaded = new Set<string>();
  const called = new Set<string>();
  const collect = (blocks: unknown): void => {
    if (!Array.isArray(blocks)) return;
    for (const block of blocks as ContentBlock[]) {
      if (block.type === 'tool_reference') loaded.add(String(block['tool_name']));
      if (block.type === 'tool_use') called.add(String(block['name']));
      if (block.type === 'tool_result') collect(block['content']);
    }
  };
  for (const { content } of messages) collect(content);
  return new Set([...loaded, ...called]);
}
