/**
 * Converts the conversation for an upstream with the Messages format. Claude, and a model of which nothing is known, gets the
 * client's messages unchanged if calls and results pair. Other models get each call's result directly after it, in order,
 * and system messages as reminders in user messages.
 */
import { withCallFields } from '../encode/attachments.ts';
import { toHistory, type Step } from '../encode/history.ts';
import { toBlocks, type ContentBlock, type RequestMessage } from '../../anthropic/request.ts';
import type { Route } from '../codec.ts';
import { toUpstreamBlocks } from './blocks.ts';

export function toMessages(given: RequestMessage[], route: Route): RequestMessage[] {
  const messages = withCallFields(given, route);
  /** Blocks that were plain strings. They become strings again if they are still the only block of their message. */
  const strings = new Set<ContentBlock>();
  const inBlocks = messages.map((message): RequestMessage => {
    if (typeof message.content !== 'string') return message;
    const content = toBlocks(message.content);
    for (const block of content) strings.add(block);
    return { role: message.role, content };
  });
  const { betas, midSystem } = route.quirks;
  const reminders = !betas || midSystem === 'user';
  const { steps, repaired } = toHistory(inBlocks, { reminders });
  const isConverted = repaired || (reminders && messages.some(({ role }) => role === 'system'));
  if (betas && !isConverted) return inSameOrder(messages, route);
  return rebuilt(steps, route).map(({ role, content }) => {
    const [only] = content;
    const plain = content.length === 1 && only !== undefined && strings.has(only);
    return { role, content: plain ? String(only['text']) : content };
  });
}

/** Converts message by message, and omits messages that become empty. */
function inSameOrder(messages: RequestMessage[], route: Route): RequestMessage[] {
  return messages.flatMap((message) => {
    if (!Array.isArray(message.content)) return [message];
    const content = toUpstreamBlocks(message.content, route);
    if (content === message.content) return [message];
    return content.length > 0 ? [{ ...message, content }] : [];
  });
}

interface Rebuilt {
  role: RequestMessage['role'];
  content: ContentBlock[];
}

/** The results start the user message that follows their calls; the user's own content comes after them. */
function rebuilt(steps: readonly Step[], route: Route): Rebuilt[] {
  const messages: Rebuilt[] = [];
  let afterResults = false;
  for (const step of steps) {
    const content = toUpstreamBlocks(step.role === 'results' ? step.results : step.blocks, route);
    const last = messages.at(-1);
    if (step.role === 'user' && afterResults && last) last.content = [...last.content, ...content];
    else if (content.length > 0)
      messages.push({ role: step.role === 'results' ? 'user' : step.role, content });
    afterResults = step.role === 'results';
  }
  return messages;
}
