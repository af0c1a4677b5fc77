/**
 * A stable id for each conversation and agent. OpenCode Go requires one and uses it to keep a conversation on one server,
 * whose prompt cache then stays warm. It picks the server by the last characters, so these must be evenly distributed.
 */
import { createHash } from 'node:crypto';
import { toBlocks, type MessagesRequest } from '../anthropic/request.ts';
import { isObject, parseJson, toText } from '../json.ts';
import type { ClientHints } from './policy/client-hints.ts';

export interface Session {
  /** `ses_` and 32 hexadecimal digits: the same for every request of one conversation of one agent. */
  id: string;
  /** The names that the client itself gives to the session and to the sub-agent in it; "" for each that it does not name. */
  name: string;
  agent: string;
}

/** `named` is the conversation's name in formats that have a field for it. */
export function sessionOf(
  { session, agent }: Pick<ClientHints, 'session' | 'agent'>,
  request: MessagesRequest,
  named = '',
): Session {
  const name = session || nameIn(request) || named;
  const conversation =
    session || nameIn(request) || (named === '' ? startOf(request) : `${named}\n${agentOf(request.system)}`);
  const hash = createHash('sha256').update(`${conversation}\n${agent}`).digest('hex');
  return { id: `ses_${hash.slice(0, 32)}`, name, agent };
}

/** Characters of each text in the first message. Its length tells those apart that start in the same way. */
const longestText = 4096;

/** Characters of the system prompt. What changes from turn to turn comes later. */
const longestSystem = 256;

/** The start of the system prompt, which differs between an agent and its sub-agents where nothing else names them. */
function agentOf(system: MessagesRequest['system']): string {
  return toText(toBlocks(system)[0]?.['text']).slice(0, longestSystem);
}

/** The start of a conversation that the client does not name. */
function startOf({ messages, system, metadata }: MessagesRequest): string {
  const first = messages.find(({ role }) => role === 'user');
  const shortened = (key: string, value: unknown): unknown => {
    // Clients move their cache breakpoints to the newest message.
    if (key === 'cache_control') return undefined;
    return typeof value === 'string' && value.length > longestText
      ? `${value.slice(0, longestText)} ${value.length}`
      : value;
  };
  return [metadata?.user_id ?? '', agentOf(system), JSON.stringify(toBlocks(first?.content), shortened)].join(
    '\n',
  );
}

/** The session id in the client's metadata; "" if there is none. */
function nameIn({ metadata }: MessagesRequest): string {
  const user = toText(metadata?.user_id);
  const parsed = user === '' ? undefined : parseJson(user);
  return isObject(parsed) ? toText(parsed['session_id']) : '';
}
