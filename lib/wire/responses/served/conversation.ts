/**
 * Collects the blocks of a conversation as messages. Items of this format have no turns: reasoning, text and calls of one
 * answer are separate items, and so are the results of its calls.
 */
import { append } from '../../../append.ts';
import type { ContentBlock, RequestMessage, TextBlock } from '../../../anthropic/request.ts';

export interface Conversation {
  /** Text of the system before the first message. */
  readonly system: TextBlock[];
  readonly messages: RequestMessage[];
  add(role: RequestMessage['role'], blocks: readonly ContentBlock[]): void;
}

export function conversation(): Conversation {
  const system: TextBlock[] = [];
  const messages: RequestMessage[] = [];
  let last: { role: RequestMessage['role']; content: ContentBlock[] } | undefined;

  function add(role: RequestMessage['role'], blocks: readonly ContentBlock[]): void {
    if (blocks.length === 0) return;
    if (role === 'system' && last === undefined && blocks.every(({ type }) => type === 'text'))
      return append(system, blocks as TextBlock[]);
    if (last?.role === role) return append(last.content, blocks);
    last = { role, content: [...blocks] };
    messages.push(last);
  }

  return { system, messages, add };
}
