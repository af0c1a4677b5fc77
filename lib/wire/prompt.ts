/**
 * What a prompt cache sees of a request: its parts in the order in which the vendor puts them before the model. Only an equal
 * beginning is shared, so the order decides what a change costs.
 */
import { toArray, toObject, toText, type Json } from '../json.ts';

export type PromptPart =
  | { kind: 'tool'; name: string; value: unknown; schema: unknown }
  | { kind: 'system'; texts: readonly string[] }
  /** Settings that come before what follows them, such as the schema of the answer. */
  | { kind: 'settings'; value: unknown }
  | { kind: 'message'; value: unknown };

/** The texts of a content: a string, or blocks of which those with a text count. */
export function textsIn(content: Json | undefined): string[] {
  if (typeof content === 'string') return [content];
  return toArray(content).map((block) => toText(toObject(block)['text']));
}

/** No part if there is no system prompt. */
export function systemPart(content: Json | undefined): PromptPart[] {
  const texts = textsIn(content);
  return texts.length > 0 ? [{ kind: 'system', texts }] : [];
}

/** No part if the setting is absent. */
export function settingsPart(value: unknown): PromptPart[] {
  return value === undefined ? [] : [{ kind: 'settings', value }];
}

export function messageParts(messages: readonly Json[]): PromptPart[] {
  return messages.map((value) => ({ kind: 'message', value }));
}
