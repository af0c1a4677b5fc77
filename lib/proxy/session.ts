/**
 * A stable id for each conversation and agent. OpenCode Go requires one and uses it to keep a conversation on one server,
 * whose prompt cache then stays warm. It picks the server by the last characters, so these must be evenly distributed.
 */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { toBlocks, type MessagesRequest } from '../anthropic/request.ts';
import { isObject, parseJson, toText } from '../json.ts';

export interface Session {
  /** `ses_` and 32 hexadecimal digits: the same for every request of one conversation of one agent. */
  id: string;
  /** The names that the client itself gives to the session and to the sub-agent in it; "" for each that it does not name. */
  name: string;
  agent: string;
}

/** `named` is the conversation's name in formats that have a field for it. */
export function sessionOf(headers: IncomingHttpHeaders, request: MessagesRequest, named = ''): Session {
  const name = nameIn(headers, request) || named;
  const agent = toText(headers['x-claude-code-agent-id']);
  const conversation = name === '' ? startOf(request) : name;
  const hash = createHash('sha256').update(`${conversation}\n${agent}`).digest('hex');
  return { id: `ses_${hash.slice(0, 32)}`, name, agent };
}

/** Characters of each text in the first message. Its length tells those apart that start in the same way. */
const longestText = 4096;

/** The start of a conversation that the client does not name. */
function startOf({ messages, metadata }: MessagesRequest): string {
  const first = messages.find(({ role }) => role === 'user');
  const shortened = (_key: string, value: unknown): unknown =>
    typeof value === 'string' && value.length > longestText
      ? `${value.slice(0, longestText)} ${value.length}`
      : value;
  return `${metadata?.user_id ?? ''}\n${JSON.stringify(toBlocks(first?.content), shortened)}`;
}

/** The session id from the client's header or metadata; "" if there is none. */
function nameIn(headers: IncomingHttpHeaders, { metadata }: MessagesRequest): string {
  const named = toText(headers['x-claude-code-session-id']);
  if (named !== '') return named;
  const user = toText(metadata?.user_id);
  const parsed = user === '' ? undefined : parseJson(user);
  return isObject(parsed) ? toText(parsed['session_id']) : '';
}
