/** How the printer writes one output item, whatever its type. */
import type { Delta } from '../../../anthropic/events.ts';
import type { JsonObject } from '../../../json.ts';
import type { Item } from './response.ts';

/** Writes one event: its type without `response.`, and its fields. The sequence number is added. */
export interface Write {
  (type: string, fields: JsonObject): void;
  /**
   * Writes an event with a piece of text as `delta`. Most events are such pieces, and a string prints several times as fast as
   * the object around it. `fields` is what `printFields` returned for the other fields.
   */
  piece(type: string, fields: string, delta: string): void;
}

/** The JSON of an object's fields, without its braces. */
export function printFields(fields: JsonObject): string {
  return JSON.stringify(fields).slice(1, -1);
}

/**
 * One item, from the start of its block to its end. A printer of items writes everything but `output_item.added` and
 * `output_item.done`, and describes their content.
 */
export interface ItemPrinter {
  /** The item of `output_item.added`. */
  readonly added: Item;
  delta(delta: Delta): void;
  /** After the last delta: true if the item is whole however the answer goes on, so that it need not wait. */
  isComplete(): boolean;
  /**
   * Writes the rest and returns the whole item; undefined if the item is not whole, which clients must not take for one:
   * they run every call that is done.
   */
  end(cut: boolean): Item | undefined;
}

export interface ItemPlace {
  readonly write: Write;
  /** `output_index`. */
  readonly index: number;
  /** The ids of this answer's items end with it. */
  readonly suffix: string;
}
