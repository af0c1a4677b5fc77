/**
 * Restores `reasoning` items from the thinking blocks that the client returns (P10). The client gets one block per
 * summary part, because the parts of a summary have no separator. The last block of an item is signed with the item's
 * `encrypted_content`, the blocks before it with `continued`.
 */
import { originOf, readSignature, type Origin } from '../../anthropic/provenance.ts';
import type { ThinkingBlock } from '../../anthropic/request.ts';
import { isBlank } from '../encode/text.ts';
import { toText } from '../../json.ts';
import type { ReasoningItem } from './types.ts';

/** The signature payload of a part whose item continues in the next thinking block. It is not valid base64. */
export const continued = '+';

export interface Replay {
  /** Returns the item that ends with `block`, or undefined if the item continues or has another origin. */
  add(block: ThinkingBlock): ReasoningItem | undefined;
}

/** Joins the thinking blocks of one assistant turn into items; thinking of any other origin is left out. */
export function replay(origin: Origin): Replay {
  const ownOrigin = originOf(origin);
  let parts: string[] = [];
  return {
    add({ thinking, signature }) {
      const made = readSignature(signature);
      if (made?.origin !== ownOrigin || made.payload === '') {
        parts = [];
        return undefined;
      }
      if (!isBlank(toText(thinking))) parts.push(thinking);
      if (made.payload === continued) return undefined;
      const summary = parts.map((text) => ({ type: 'summary_text' as const, text }));
      parts = [];
      return { type: 'reasoning', summary, encrypted_content: made.payload };
    },
  };
}
