/**
 * Finds the output item that an event belongs to. Servers number items from 0, give all the same number, send numbers as
 * strings, or send none. They send one id per item, a new id with every event, or none. An item may start without an
 * `added` event, end twice, and appear again in the finished response.
 */
import { toNumber, toObject, toText, type Json, type JsonObject } from '../../json.ts';
import type { OutputItem } from './output-item.ts';

/** How an event identifies the item it belongs to. */
export interface Reference {
  type: string;
  index: number | undefined;
  /** `id` and `call_id`: some events put one of them in place of the other. */
  ids: readonly string[];
}

export interface Entry {
  /** Counted from 0 in the order in which the items began. */
  position: number;
  type: string;
  index: number | undefined;
  ids: Set<string>;
  /** The item of its `added` event, if there was one. */
  added: JsonObject | undefined;
  /** True once the finished item has arrived. */
  done: boolean;
  output: OutputItem;
}

export interface ItemLookup {
  /** The item of an event that carries a text; a new item if none matches. */
  forText(reference: Reference): Entry;
  /** The item of an `added` event, or of a `done` event if `done` is true; a new item if none matches. */
  forItem(item: JsonObject, reference: Reference, done: boolean): Entry;
  /** The items of a finished response, in their order. */
  forResponse(output: readonly Json[]): { entry: Entry; item: JsonObject }[];
  all(): readonly Entry[];
}

export function itemLookup(create: (type: string, key: string) => OutputItem): ItemLookup {
  const entries: Entry[] = [];
  // A response may hold thousands of items, so they are indexed by id, by type, and by type and index.
  const byId = new Map<string, Set<Entry>>();
  const latest = new Map<string, Entry>();

  function add({ type, index, ids }: Reference): Entry {
    const position = entries.length;
    const entry = {
      position,
      type,
      index,
      ids: new Set<string>(),
      added: undefined,
      done: false,
      output: create(type, `item ${position}`),
    };
    entries.push(entry);
    latest.set(type, entry).set(keyOf(type, index), entry);
    addIds(entry, ids);
    return entry;
  }

  function addIds(entry: Entry, ids: readonly string[]): void {
    for (const id of ids) {
      entry.ids.add(id);
      byId.set(id, (byId.get(id) ?? new Set()).add(entry));
    }
  }

  /** The items that have one of these ids, in their order. */
  function withIds(ids: readonly string[]): Entry[] {
    const found = new Set(ids.flatMap((id) => [...(byId.get(id) ?? [])]));
    return [...found].sort((a, b) => a.position - b.position);
  }

  /** The latest item with the id and type. Two items with the same id but different indices are distinct. */
  function findById({ type, index, ids }: Reference): Entry | undefined {
    return withIds(ids).findLast(
      (entry) =>
        entry.type === type && (index === undefined || entry.index === undefined || index === entry.index),
    );
  }

  /** The latest item of the type, at the index if the event has one. */
  function findByIndex({ type, index }: Reference): Entry | undefined {
    return latest.get(index === undefined ? type : keyOf(type, index));
  }

  /** True if the ids differ although `entry` had no `added` event: such an item keeps the id of its first event. */
  function hasOtherId(entry: Entry, { ids }: Reference): boolean {
    return !entry.added && ids.length > 0 && entry.ids.size > 0;
  }

  function forText(reference: Reference): Entry {
    const known = findById(reference);
    if (known) return known;
    const entry = findByIndex(reference);
    const isNew = !entry || hasOtherId(entry, reference) || (entry.done && reference.index === undefined);
    return isNew ? add(reference) : entry;
  }

  function forItem(item: JsonObject, reference: Reference, done: boolean): Entry {
    const entry = findById(reference) ?? matchByIndex(item, reference, done) ?? add(reference);
    addIds(entry, reference.ids);
    if (!done) entry.added ??= item;
    entry.done ||= done;
    return entry;
  }

  function matchByIndex(item: JsonObject, reference: Reference, done: boolean): Entry | undefined {
    const entry = findByIndex(reference);
    if (!entry || hasOtherId(entry, reference)) return undefined;
    if (done) return entry.done && !entry.output.matches(item) ? undefined : entry;
    return entry.added || entry.done ? undefined : entry;
  }

  function forResponse(output: readonly Json[]): { entry: Entry; item: JsonObject }[] {
    const unmatched = new Set(entries);
    return output.map((value, index) => {
      const item = toObject(value);
      const reference = referenceOf(item, index);
      const matches = (entry: Entry): boolean => entry.type === reference.type && entry.output.matches(item);
      const sameId = withIds(reference.ids).find(
        (entry) => unmatched.has(entry) && entry.type === reference.type,
      );
      const entry = sameId ?? bestMatch(unmatched, index, matches, reference.type) ?? add(reference);
      unmatched.delete(entry);
      entry.done = true;
      return { entry, item };
    });
  }

  return { forText, forItem, forResponse, all: () => entries };
}

/** The entry with this index and matching content, else any with matching content, else the one with index and type. */
function bestMatch(
  unmatched: ReadonlySet<Entry>,
  index: number,
  matches: (entry: Entry) => boolean,
  type: string,
): Entry | undefined {
  const candidates = [...unmatched];
  return (
    candidates.find((entry) => entry.index === index && matches(entry)) ??
    candidates.find(matches) ??
    candidates.find((entry) => entry.index === index && entry.type === type)
  );
}

function keyOf(type: string, index: number | undefined): string {
  return `${type} at ${index}`;
}

/** The reference of an item itself. An item without a `type` gets one from its fields. */
export function referenceOf(item: JsonObject, index: number | undefined): Reference {
  const ids = [toText(item['id']), toText(item['call_id'])].filter((id) => id !== '');
  return { type: toText(item['type']) || typeByFields(item), index, ids };
}

function typeByFields(item: JsonObject): string {
  if (item['arguments'] !== undefined || item['call_id'] !== undefined) return 'function_call';
  if (item['summary'] !== undefined) return 'reasoning';
  return item['content'] === undefined ? '' : 'message';
}

/** The reference of an event that carries a text of an item. */
export function referenceIn(event: JsonObject, type: string): Reference {
  const ids = [toText(event['item_id']), toText(event['call_id'])].filter((id) => id !== '');
  return { type, index: toNumber(event['output_index']), ids };
}
