/**
 * Reasoning items on their way through the client and back (P10). The client sees thinking blocks: one for each part of
 * a summary, for a summary's paragraphs carry nothing between them. The last block of an item is signed with its
 * `encrypted_content`, those before it say that the item goes on.
 */
import { originOf, readSignature, type Origin } from '../../anthropic/provenance.ts';
import type { ThinkingBlock } from '../../anthropic/request.ts';
import { isBlank } from '../encode/text.ts';
import { toText } from '../../json.ts';
import type { ReasoningItem } from './types.ts';

/** The payload that signs a part whose item goes on in the next thinking block. No base64 looks like it. */
export const goesOn = '+';

export interface Replay {
  /** The item that ends with `block`, if this upstream made it and can read it. */
  add(block: ThinkingBlock): ReasoningItem | undefined;
}

/** Puts the items of one assistant turn together again; thinking of any other origin is left out. */
export function replay(origin: Origin): Replay {
  const home = originOf(origin);
  let parts: string[] = [];
  return {
    add({ thinking, signature }) {
      const made = readSignature(signature);
      if (made?.origin !== home || made.payload === '') {
        parts = [];
        return undefined;
      }
      if (!isBlank(toText(thinking))) parts.push(thinking);
      if (made.payload === goesOn) return undefined;
      const summary = parts.map((text) => ({ type: 'summary_text' as const, text }));
      parts = [];
      return { type: 'reasoning', summary, encrypted_content: made.payload };
    },
  };
}
