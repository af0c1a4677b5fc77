/**
 * Sets the breakpoints of Anthropic's prompt cache for clients whose format has no place for them. Anthropic and servers like
 * it cache nothing without a breakpoint (platform.claude.com, prompt caching: at most four; a request reads the cache of the
 * longest earlier prefix that ended at most 20 blocks before a breakpoint).
 */
import {
  toBlocks,
  type CacheControl,
  type ContentBlock,
  type MessagesRequest,
  type RequestMessage,
  type TextBlock,
  type Tool,
} from './request.ts';
import { toObject } from '../json.ts';

const marker: CacheControl = { type: 'ephemeral' };

/** User messages whose ends are breakpoints: this request's end, and the end of the one before, which was written then. */
const markedMessages = 2;

/** Of a request; Anthropic's API refuses one with more. Clients of other formats may have marked theirs for other servers. */
const mostBreakpoints = 4;

/**
 * The request with a breakpoint after the tools, the system prompt and the last messages; the same if it has any, but not more
 * than the API accepts.
 */
export function withBreakpoints(given: MessagesRequest): MessagesRequest {
  const own = countOf(given);
  if (own > 0 && own <= mostBreakpoints) return given;
  const request = own > 0 ? withoutBreakpoints(given) : given;
  const { tools, system, messages } = request;
  const ends = new Set(messages.filter(({ role }) => role === 'user').slice(-markedMessages));
  const lastTool = tools?.at(-1);
  return {
    ...request,
    ...(tools && lastTool && { tools: [...tools.slice(0, -1), { ...lastTool, cache_control: marker }] }),
    ...(system !== undefined && { system: marked(toBlocks(system)) as TextBlock[] }),
    messages: messages.map((message) => (ends.has(message) ? withMark(message) : message)),
  };
}

/**
 * The request with a breakpoint at its end in place of its own `cache_control`, with which Anthropic's API sets one there by
 * itself (platform.claude.com: automatic caching); the same without it. Other servers know the marks of blocks only.
 */
export function withBreakpointAtEnd(request: MessagesRequest): MessagesRequest {
  const { cache_control: given, ...rest } = request;
  if (given === undefined) return request;
  const { type, ttl } = toObject(given);
  const last = request.messages.at(-1);
  if (type !== 'ephemeral' || !last) return rest;
  const mark: CacheControl = { type, ...(typeof ttl === 'string' && { ttl }) };
  return { ...rest, messages: [...request.messages.slice(0, -1), withMark(last, mark)] };
}

function withMark(message: RequestMessage, mark = marker): RequestMessage {
  return { ...message, content: marked(toBlocks(message.content), mark) };
}

/** The last block that may be one is marked; thinking may not. */
function marked(blocks: readonly ContentBlock[], mark = marker): ContentBlock[] {
  const last = blocks.findLastIndex(({ type }) => type !== 'thinking' && type !== 'redacted_thinking');
  const block = blocks[last];
  return block ? blocks.with(last, { ...block, cache_control: mark }) : [...blocks];
}

function countOf({ tools, system, messages }: MessagesRequest): number {
  const blocks = [toBlocks(system), ...messages.map(({ content }: RequestMessage) => toBlocks(content))];
  return [...(tools ?? []), ...blocks.flat()].filter((one) => Boolean(one['cache_control'])).length;
}

function withoutBreakpoints({ tools, system, messages, ...rest }: MessagesRequest): MessagesRequest {
  return {
    ...rest,
    ...(tools && { tools: tools.map(unmarked) }),
    ...(system !== undefined && { system: toBlocks(system).map(unmarked) as TextBlock[] }),
    messages: messages.map((message) => {
      const { content } = message;
      return Array.isArray(content)
        ? Object.assign({}, message, { content: content.map(unmarked) })
        : message;
    }),
  };
}

function unmarked<T extends ContentBlock | Tool>(one: T): T {
  const { cache_control: _, ...rest } = one;
  return rest as T;
}
