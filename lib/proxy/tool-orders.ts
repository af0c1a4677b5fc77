/**
 * The order in which each conversation's tools were sent: tools that come later, such as those of an MCP server that connects
 * late, follow the others wherever the client lists them, since a prompt cache shares the prefix only (P12). Without it, after
 * a restart, the order is the client's, with the tools that a search has loaded at the end.
 */
import { callableTools, withToolOrder } from '../anthropic/tools.ts';
import type { MessagesRequest } from '../anthropic/request.ts';
import { expiring } from './policy/expiring.ts';

export interface ToolOrders {
  /** The request, whose tools the encoders send in the order of the conversation. */
  arrange(request: MessagesRequest, session: string, now: number): MessagesRequest;
}

const mostConversations = 1000;
/** Names of one conversation. A tool that is gone keeps its place, in case it returns. */
const mostNames = 1000;
/** Milliseconds after the last request of a conversation: a day. */
const conversationMs = 24 * 3_600_000;

export function toolOrders(): ToolOrders {
  const orders = expiring<readonly string[]>(mostConversations);
  return {
    arrange(request, session, now) {
      if (!Array.isArray(request.tools) || request.tools.length === 0) return request;
      const before = orders.get(session, now) ?? [];
      const arranged = before.length === 0 ? request : withToolOrder(request, before);
      const known = new Set(before);
      const later = callableTools(arranged).flatMap(({ name }) => (known.has(name) ? [] : [name]));
      const order = later.length === 0 ? before : [...before, ...later].slice(0, mostNames);
      orders.set(session, order, now + conversationMs);
      return arranged;
    },
  };
}
