/** What can be repaired after a refusal, in words for users. Only what stands here is repaired. */
import type { About } from './diagnosis.ts';

interface Repair {
  /** What the refusal is about. */
  refused: string;
  /** How the next request differs. */
  next: string;
  /** What it is remembered for. */
  scope: 'model' | 'conversation';
}

export const repairs = {
  field: {
    refused: 'a field, by any spelling of its name or path',
    next: 'without it, with an accepted value, or under the name that is asked for',
    scope: 'model',
  },
  header: { refused: 'a header', next: 'without it, or without some of its values', scope: 'model' },
  request: {
    refused: 'the request, in words that name no field',
    next: 'with the change that these words are known to ask for',
    scope: 'model',
  },
  tool_schema: {
    refused: "a tool's schema",
    next: 'without the keyword; then simpler, with the rest in the description',
    scope: 'model',
  },
  turn_order: {
    refused: 'the order of turns, system messages in between',
    next: 'with a short assistant message between them, a reminder, or a last user message',
    scope: 'model',
  },
  media: { refused: 'images, documents', next: 'with a note in their place', scope: 'model' },
  answer_limit: {
    refused: 'the length of the answer',
    next: 'with the longest length that is named',
    scope: 'model',
  },
  answer_room: {
    refused: 'the length of the answer together with the prompt',
    next: 'with what the prompt leaves of the window',
    scope: 'conversation',
  },
  seal: {
    refused: 'a signature or encrypted reasoning',
    next: 'without the signatures of earlier turns',
    scope: 'conversation',
  },
  thinking_history: {
    refused: 'a turn without its thinking',
    next: 'with it, or with thinking disabled',
    scope: 'conversation',
  },
  format: { refused: 'the wire format', next: "in the provider's next format", scope: 'model' },
} as const satisfies Partial<Record<About, Repair>>;

/** Whether a changed request can answer a refusal that is about this. */
export function isRepairable(about: About): boolean {
  return Object.hasOwn(repairs, about);
}
