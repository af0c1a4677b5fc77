/**
 * A stable id for each conversation and agent. OpenCode requires one on Go, keeps a conversation on one server by it
 * (which keeps the prompt cache warm), and picks that server by its last characters, so the tail must be as good as random.
 */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { toBlocks, type MessagesRequest } from '../anthropic/request.ts';
import { isObject, parseJson, toText } from '../stream/json.ts';

/** `ses_` and 32 hexadecimal digits: the same for every request of one conversation of one agent. */
export function sessionId(headers: IncomingHttpHeaders, request: MessagesRequest): string {
  const agent = toText(headers['x-claude-code-agent-id']);
  return `ses_${createHash('sha256')
    .update(`${conversationOf(headers, request)}\n${agent}`)
    .digest('hex')
    .slice(0, 32)}`;
}

/** The client's own session id, from its header or its metadata; else what the conversation began with. */
function conversationOf(headers: IncomingHttpHeaders, { metadata, messages }: MessagesRequest): string {
  const named = toText(headers['x-claude-code-session-id']);
  if (named !== '') return named;
  const user = metadata?.user_id ?? '';
  const parsed = parseJson(user);
  const inner = isObject(parsed) ? toText(parsed['session_id']) : '';
  if (inner !== '') return inner;
  const first = messages.find(({ role }) => role === 'user');
  return `${user}\n${JSON.stringify(toBlocks(first?.content))}`;
}
