/**
 * A stable id for each conversation and agent. OpenCode Go requires one and uses it to keep a conversation on one server,
 * whose prompt cache then stays warm. It picks the server by the last characters, so these must be evenly distributed.
 */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { toBlocks, type MessagesRequest } from '../anthropic/request.ts';
import { isObject, parseJson, toText } from '../json.ts';

/** `ses_` and 32 hexadecimal digits: the same for every request of one conversation of one agent. */
export function sessionId(headers: IncomingHttpHeaders, request: MessagesRequest): string {
  const agent = toText(headers['x-claude-code-agent-id']);
  return `ses_${createHash('sha256')
    .update(`${conversationOf(headers, request)}\n${agent}`)
    .digest('hex')
    .slice(0, 32)}`;
}

/** The same id if the client names the conversation; undefined if it could only be guessed. */
export function namedSession(headers: IncomingHttpHeaders, request: MessagesRequest): string | undefined {
  return nameIn(headers, request) === '' ? undefined : sessionId(headers, request);
}

/** The names that the client itself gives to the session and to the sub-agent in it; "" for each that it does not name. */
export function clientSession(
  headers: IncomingHttpHeaders,
  request: MessagesRequest,
): { session: string; agent: string } {
  return { session: nameIn(headers, request), agent: toText(headers['x-claude-code-agent-id']) };
}

/** The client's own session id, otherwise the start of the conversation. */
function conversationOf(headers: IncomingHttpHeaders, request: MessagesRequest): string {
  const named = nameIn(headers, request);
  if (named !== '') return named;
  const first = request.messages.find(({ role }) => role === 'user');
  return `${request.metadata?.user_id ?? ''}\n${JSON.stringify(toBlocks(first?.content))}`;
}

/** The session id from the client's header or metadata; "" if there is none. */
function nameIn(headers: IncomingHttpHeaders, { metadata }: MessagesRequest): string {
  const named = toText(headers['x-claude-code-session-id']);
  if (named !== '') return named;
  const parsed = parseJson(metadata?.user_id ?? '');
  return isObject(parsed) ? toText(parsed['session_id']) : '';
}
