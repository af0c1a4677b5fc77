/** The prompt cache figures of a proxy, for `occ status --json`. */
import { describeCauses } from '../proxy/policy/cache-causes.ts';
import type { CacheFigures, CacheReport, ConversationCache } from '../proxy/prompt-memory.ts';

/** Conversations in one answer. */
const mostConversations = 10;

export function toCacheReport({ conversations, ...figures }: CacheReport): Record<string, unknown> {
  return {
    ...toFigures(figures),
    conversations: conversations.slice(0, mostConversations).map(toConversation),
  };
}

function toFigures({ input, read, possible, breaks }: CacheFigures): Record<string, unknown> {
  return { input_tokens: input, read_tokens: read, possible_tokens: possible, breaks };
}

function toConversation({
  session,
  agent,
  model,
  requests,
  lastBreak,
  ...figures
}: ConversationCache): Record<string, unknown> {
  return {
    session: session ?? null,
    agent: agent ?? null,
    model,
    requests,
    ...toFigures(figures),
    last_break: lastBreak
      ? {
          at: new Date(lastBreak.at).toISOString(),
          request: lastBreak.request,
          causes: lastBreak.causes.map(({ kind }) => kind),
          words: describeCauses(lastBreak.causes),
        }
      : null,
  };
}
