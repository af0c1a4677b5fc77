/** The interface that decoders of output items share, whatever the item's type, and helpers that read an item's content. */
import type { Origin } from '../../anthropic/provenance.ts';
import type { Writer } from '../../anthropic/writer.ts';
import { isObject, toArray, toText, type Json, type JsonObject } from '../../json.ts';
import type { ProseWriter } from './prose.ts';
import type { Searches } from './searches.ts';

/** Which of an item's texts an event carries. */
export type TextKind = 'text' | 'summary' | 'content' | 'arguments';

export interface OutputItem {
  /** Takes a delta of the text with index `at`. */
  append(kind: TextKind, at: number | undefined, text: string): void;
  /** Takes the full text with index `at`. */
  complete(kind: TextKind, at: number | undefined, text: string): void;
  /** Takes the item as `response.output_item.added` carries it. Its names are final, its texts may not be. */
  added(item: JsonObject): void;
  /** Takes the finished item. */
  done(item: JsonObject): void;
  /** True if the finished `item` may be this one. */
  matches(item: JsonObject): boolean;
  /** True while the item has no text, so that the texts of its `added` event may be used instead. */
  isEmpty(): boolean;
}

export interface ItemContext {
  answer: Writer;
  prose: ProseWriter;
  searches: Searches;
  origin: Origin;
  /** Returns the client's name for a tool (L6). */
  toClient: (name: string) => string;
  /** Returns the client's id for a call (P9). */
  toClientId: (id: string) => string;
  /** Logs, once for each `what`, that something was left out. */
  drop: (what: string) => void;
  /** For a client that gets the upstream's own items: called once for each item without a counterpart in Anthropic's API. */
  other?: (type: string) => void;
}

/** The texts of a content: a string, or parts of type text and refusal. The client gets refusals as text. */
export function textsIn(content: Json | undefined): string[] {
  if (typeof content === 'string') return [content];
  return toArray(content).map((part) =>
    isObject(part) ? toText(part['text']) || toText(part['refusal']) : toText(part),
  );
}

/** The text of a delta: a string, or the content part that some servers send instead. */
export function textOf(value: Json | undefined): string {
  return textsIn(isObject(value) ? [value] : value).join('');
}
