/**
 * What the headers of the known clients tell about a request: the conversation, the sub-agent in it, and work beside it. Each
 * row was captured; `test/fixtures/client-requests` has the requests. Pure.
 */
import { isObject, parseJson, toText } from '../../json.ts';

export interface ClientHints {
  /** The client's name for the conversation; "" if it has none. */
  session: string;
  /** Its name for the sub-agent in the conversation; "" for the conversation itself. */
  agent: string;
  /** The kind of work, as Claude Code names it: `main`, `title`, `background`…; "" if nothing says it. */
  requestClass: string;
  /**
   * The thinking budget that the client's ordinary turns have, in tokens, if it is so large that it would mean more elsewhere.
   */
  ordinaryThinking: number;
}

/** The value of a header by its name in lower case; "" if it is absent. */
export type HeaderOf = (name: string) => string;

export function hintsFrom(header: HeaderOf): ClientHints {
  return {
    ...namesIn(header),
    requestClass: header('x-claude-code-request-class') || classIn(header),
    ordinaryThinking: isQwenCode(header) ? qwenThinking : 0,
  };
}

function namesIn(header: HeaderOf): Pick<ClientHints, 'session' | 'agent'> {
  const claude = header('x-claude-code-session-id');
  const claudeAgent = header('x-claude-code-agent-id');
  if (claude !== '' || claudeAgent !== '') return { session: claude, agent: claudeAgent };
  // Codex: a sub-agent is a thread in the session of its parent. A title has a session of its own, which is never continued.
  const codex = header('session-id');
  if (codex !== '' && threadSource(header) === titles) return { session: '', agent: '' };
  if (codex !== '') {
    const thread = header('thread-id');
    return { session: codex, agent: thread === codex ? '' : thread };
  }
  // opencode: a sub-agent is a session with a parent. pi sends the second name where its provider asks for it.
  const own = header('x-session-id') || header('x-session-affinity');
  const parent = header('x-parent-session-id');
  return parent === '' ? { session: own, agent: '' } : { session: parent, agent: own };
}

/** Work beside the conversation that a client names in a header. */
function classIn(header: HeaderOf): string {
  if (threadSource(header) === titles) return 'title';
  if (header('x-openai-subagent') === 'memory_consolidation') return 'background';
  return header('x-interaction-type') === 'conversation-background' ? 'background' : '';
}

/** What started the thread of Codex: `user`, `subagent`… */
function threadSource(header: HeaderOf): string {
  const turn = parseJson(header('x-codex-turn-metadata'));
  return isObject(turn) ? toText(turn['thread_source']) : '';
}

const titles = 'thread_title';

/** The budget of Qwen Code 0.24.4 unless the user sets an effort. The effort `high` doubles it. */
const qwenThinking = 32_000;

/** With another base URL than Anthropic's, Qwen Code has the User-Agent of Claude Code, which names no version below 1. */
const qwenCode = /^(?:QwenCode\/|claude-cli\/0\.)/;

function isQwenCode(header: HeaderOf): boolean {
  return qwenCode.test(header('user-agent'));
}
