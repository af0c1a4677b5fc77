/**
 * The conversation for an upstream that speaks Messages natively. Claude's own gets the client's messages as they are,
 * as long as calls and results pair; the others get them with each call answered at once, in order, and with system
 * words in mid-conversation as the user's reminder.
 */
import { toHistory, type Step } from '../encode/history.ts';
import { toBlocks, type ContentBlock, type RequestMessage } from '../../anthropic/request.ts';
import type { Route } from '../codec.ts';
import { shared } from './blocks.ts';

export function toMessages(messages: RequestMessage[], route: Route): RequestMessage[] {
  /** Blocks that were plain strings, and become so again where they still stand alone. */
  const strings = new Set<ContentBlock>();
  const inBlocks = messages.map((message): RequestMessage => {
    if (typeof message.content !== 'string') return message;
    const content = toBlocks(message.content);
    for (const block of content) strings.add(block);
    return { role: message.role, content };
  });
  const { steps, repaired } = toHistory(inBlocks, { reminders: !route.quirks.betas });
  if (route.quirks.betas && !repaired) return asSent(messages, route);
  return rebuilt(steps, route).map(({ role, content }) => {
    const [only] = content;
    const plain = content.length === 1 && only !== undefined && strings.has(only);
    return { role, content: plain ? String(only['text']) : content };
  });
}

/** Message by message; those that hold nothing any more are left out. */
function asSent(messages: RequestMessage[], route: Route): RequestMessage[] {
  return messages.flatMap((message) => {
    if (!Array.isArray(message.content)) return [message];
    const content = shared(message.content, route);
    if (content === message.content) return [message];
    return content.length > 0 ? [{ ...message, content }] : [];
  });
}

interface Rebuilt {
  role: RequestMessage['role'];
  content: ContentBlock[];
}

/** Results come first in the user message that follows their calls, and what the user says comes after them there. */
function rebuilt(steps: readonly Step[], route: Route): Rebuilt[] {
  const messages: Rebuilt[] = [];
  let afterResults = false;
  for (const step of steps) {
    const content = shared(step.role === 'results' ? step.results : step.blocks, route);
    const last = messages.at(-1);
    if (step.role === 'user' && afterResults && last) last.content = [...last.content, ...content];
    else if (content.length > 0)
      messages.push({ role: step.role === 'results' ? 'user' : step.role, content });
    afterResults = step.role === 'results';
  }
  return messages;
}
