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

/** The key of the order of the tools. It is a symbol, so that a client cannot send one. */
const toolOrder = Symbol('order of the tools');

type OrderedRequest = MessagesRequest & { [toolOrder]?: ReadonlyMap<string, number> };

/**
 * The request with the names of the tools that the conversation has sent before, in that order. Those come first, and count
 * as loaded: a compaction removes the results that have loaded them from the conversation.
 */
export function withToolOrder(request: MessagesRequest, names: readonly string[]): MessagesRequest {
  const ordered: OrderedRequest = { ...request, [toolOrder]: new Map(names.map((name, at) => [name, at])) };
  return ordered;
}

/** The request with its order for tools that are sent under other names. */
export function withRenamedOrder(request: OrderedRequest, rename: (name: string) => string): MessagesRequest {
  const { [toolOrder]: order } = request;
  return order === undefined ? request : withToolOrder(request, [...order.keys()].map(rename));
}

/**
 * The tools that the client runs and that the model may call now, without unnamed tools and duplicates. Deferred tools (tool
 * search) are included if a result in the conversation has loaded them or the model has already called them. They come
 * last: see `inLoadOrder`.
 */
export function callableTools(request: MessagesRequest): ClientTool[] {
  const named = new Set<string>();
  const places = placesOf(request);
  const callable = (request.tools ?? []).filter((tool): tool is ClientTool => {
    if (isServerTool(tool) || typeof tool.name !== 'string' || tool.name.trim() === '') return false;
    if (tool.name === placeholderTool || named.has(tool.name)) return false;
    if (isDeferred(tool) && !places.loaded.has(tool.name) && !places.sent.has(tool.name)) return false;
    named.add(tool.name);
    return true;
  });
  return inOrder(callable, places);
}

/**
 * The tools in the order in which the conversation has sent them, then others as listed, then those that a tool search has
 * loaded, in the order in which it loaded them: the client lists them among the others, and the tools of a longer
 * conversation must start with those of the shorter one (P12). Returns the same array if it has that order.
 */
export function inLoadOrder<T extends Tool>(tools: readonly T[], request: MessagesRequest): readonly T[] {
  const ordered = inOrder(tools, placesOf(request));
  return ordered.every((tool, at) => tool === tools[at]) ? tools : ordered;
}

/** The same, for a server that loads deferred tools by itself: only what was sent before has a place. */
export function inSentOrder<T extends Tool>(tools: readonly T[], request: MessagesRequest): readonly T[] {
  const { sent } = placesOf(request);
  const ordered = sent.size === 0 ? tools : inOrder(tools, { sent, loaded: new Set() });
  return ordered.every((tool, at) => tool === tools[at]) ? tools : ordered;
}

/** What decides on the place of a tool. */
interface Places {
  /** The place at which the conversation has sent it. */
  sent: ReadonlyMap<string, number>;
  loaded: ReadonlySet<string>;
}

function placesOf(request: OrderedRequest): Places {
  return { sent: request[toolOrder] ?? new Map(), loaded: loadedTools(request) };
}

function inOrder<T extends Tool>(tools: readonly T[], { sent, loaded }: Places): T[] {
  const late = new Map([...loaded].map((name, at) => [name, at]));
  const isKept = (tool: T): boolean => sent.has(tool.name);
  const isLate = (tool: T): boolean => !isKept(tool) && isDeferred(tool) && late.has(tool.name);
  const by = (places: ReadonlyMap<string, number>) => (one: T, other: T) =>
    (places.get(one.name) ?? 0) - (places.get(other.name) ?? 0);
  return [
    ...tools.filter(isKept).sort(by(sent)),
    ...tools.filter((tool) => !isKept(tool) && !isLate(tool)),
    ...tools.filter(isLate).sort(by(late)),
  ];
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
