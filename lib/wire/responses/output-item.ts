/** What an item of the answer does with what is said of it, whatever its type; and what is common to the texts in it. */
import type { Origin } from '../../anthropic/provenance.ts';
import type { Writer } from '../../anthropic/writer.ts';
import { isObject, toArray, toText, type Json, type JsonObject } from '../../json.ts';
import type { Prose } from './prose.ts';
import type { Searches } from './searches.ts';

/** Which of an item's texts an event speaks of. */
export type Voice = 'text' | 'summary' | 'content' | 'arguments';

export interface Output {
  piece(voice: Voice, at: number | undefined, text: string): void;
  whole(voice: Voice, at: number | undefined, text: string): void;
  /** The item as it is announced: its names count, its texts are not yet to be trusted. */
  announced(item: JsonObject): void;
  /** The item as a whole. */
  complete(item: JsonObject): void;
  /** True when `item` may be this one as a whole. */
  fits(item: JsonObject): boolean;
  /** True while nothing was said, so that what was announced is better than nothing. */
  silent(): boolean;
}

export interface Surroundings {
  answer: Writer;
  prose: Prose;
  searches: Searches;
  origin: Origin;
  /** The client's name for a tool (L6). */
  toClient: (name: string) => string;
  /** Tells the log, once, that something was left out. */
  drop: (what: string) => void;
}

/** The texts of a content: a string, or parts of text and refusal, which is text to the client. */
export function textsIn(content: Json | undefined): string[] {
  if (typeof content === 'string') return [content];
  return toArray(content).map((part) =>
    isObject(part) ? toText(part['text']) || toText(part['refusal']) : toText(part),
  );
}

/** A piece is a string; a server that sends it as a part is taken at its word. */
export function textOf(value: Json | undefined): string {
  return textsIn(isObject(value) ? [value] : value).join('');
}
