/**
 * Restores items from the thinking blocks that the client returns: `reasoning` items (P10), and what was attached to items
 * (P11). The client gets one block per
 * summary part, because the parts of a summary have no separator. The last block of an item is signed with the item's
 * `encrypted_content`, the blocks before it with `continued`.
 */
import { originOf, readSignature, type Origin } from '../../anthropic/provenance.ts';
import type { ContentBlock, ThinkingBlock } from '../../anthropic/request.ts';
import { isBlank } from '../encode/text.ts';
import { isObject, toNumber, toText, type JsonObject } from '../../json.ts';
import type { InputItem, OpaqueItem, OutputMessage, OutputText, ReasoningItem } from './types.ts';

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

/**
 * The key of a text's `phase`, which a client of this format returns in the item. A symbol, so that no other upstream gets it.
 */
const messagePhase = Symbol('phase of a message');

/** The texts of a message that had this `phase`; the same blocks without one. */
export function withPhase(blocks: ContentBlock[], phase: unknown): ContentBlock[] {
  return typeof phase === 'string'
    ? blocks.map((block) => Object.assign(block, { [messagePhase]: phase }))
    : blocks;
}

export function phaseOf(block: ContentBlock): string | undefined {
  return (block as { [messagePhase]?: string })[messagePhase];
}

export interface Attachments {
  /** Takes an attachment in its place between the other blocks of the turn. */
  take(attached: JsonObject): void;
  /** Adds the text of a block, to the last message or as one of its own. */
  addText(part: OutputText): void;
}

/**
 * Restores what was attached to the `items` of one assistant turn, which grow meanwhile:
 * - `message`: fields of the next text, or with `back` of an earlier one, that many texts before the last;
 * - `reasoning`: fields of the last reasoning item;
 * - `item`: a whole item.
 */
export function attachments(items: InputItem[]): Attachments {
  /** The item of each text block so far. */
  const texts: OutputMessage[] = [];
  let next: JsonObject | undefined;
  /** The last message has fields of its own, so that no other text belongs to it. */
  let alone = false;
  /** Items that were looked at for reasoning, and the last one of those that is. */
  let seen = 0;
  let latest: InputItem | undefined;

  /** Looks only at the items that were added since the last call: a turn may have thousands. */
  function lastReasoning(): InputItem | undefined {
    for (; seen < items.length; seen++) if (items[seen]?.type === 'reasoning') latest = items[seen];
    return latest;
  }

  function addText(part: OutputText): void {
    const last = items.at(-1);
    if (last?.type === 'message' && last.role === 'assistant' && next === undefined && !alone) {
      last.content.push(part);
      texts.push(last);
      return;
    }
    const message: OutputMessage = { ...next, type: 'message', role: 'assistant', content: [part] };
    alone = next !== undefined;
    next = undefined;
    items.push(message);
    texts.push(message);
  }

  function take({ item, message, back, reasoning }: JsonObject): void {
    if (isObject(item)) items.push(item as unknown as OpaqueItem);
    if (isObject(reasoning)) {
      const last = lastReasoning();
      if (last) Object.assign(last, reasoning);
    }
    if (!isObject(message)) return;
    const at = toNumber(back);
    const earlier = at === undefined ? undefined : texts.at(-1 - at);
    if (at === undefined) next = message;
    else if (earlier) {
      Object.assign(earlier, message);
      alone = true;
    }
  }

  return { take, addText };
}
