/**
 * What a prompt cache sees of a request: its parts in the order in which the vendor puts them before the model. Only an equal
 * beginning is shared, so the order decides what a change costs.
 */
import { isObject, toArray, toObject, toText, type Json } from '../json.ts';

export type PromptPart =
  | { kind: 'tool'; name: string; value: unknown; schema: unknown }
  /** `marked`: its last block is marked as the end of what is to be cached. Other parts have the mark in their value. */
  | { kind: 'system'; texts: readonly string[]; marked?: boolean }
  /** Settings that come before what follows them, such as the schema of the answer. */
  | { kind: 'settings'; value: unknown }
  /** A message without its key `except`, or a block of one. `number` is that of the message, from 1. */
  | { kind: 'message'; number: number; value: unknown; except?: string };

/** The texts of a content: a string, or blocks of which those with a text count. */
export function textsIn(content: Json | undefined): string[] {
  if (typeof content === 'string') return [content];
  return toArray(content).map((block) => toText(toObject(block)['text']));
}

/** No part if there is no system prompt. */
export function systemPart(content: Json | undefined): PromptPart[] {
  const texts = textsIn(content);
  const last = Array.isArray(content) ? toObject(content.at(-1)) : {};
  const marked = isObject(last['cache_control']);
  return texts.length > 0 ? [{ kind: 'system', texts, ...(marked && { marked }) }] : [];
}

/** No part if the setting is absent. */
export function settingsPart(value: unknown): PromptPart[] {
  return value === undefined ? [] : [{ kind: 'settings', value }];
}

/**
 * The messages, each of whose blocks is a part if it has several in `field`: a client may add blocks to a message. A content
 * that is a string is the same as one block of text.
 */
export function messageParts(messages: readonly Json[], field: string): PromptPart[] {
  const parts: PromptPart[] = [];
  for (const [at, message] of messages.entries()) {
    const number = at + 1;
    const content = toObject(message)[field];
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : toArray(content);
    parts.push({ kind: 'message', number, value: message, except: field });
    for (const value of blocks) parts.push({ kind: 'message', number, value });
  }
  return parts;
}
