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
  /** The latest with each id and type, and with each id, type and index. */
  const latestById = new Map<string, Entry>();

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
      for (const key of [idKey(entry.type, id), idKey(entry.type, id, entry.index ?? 'none')])
        latestById.set(key, later(latestById.get(key), entry));
    }
  }

  /** The latest item with the id and type. Two items with the same id but different indices are distinct. */
  function findById({ type, index, ids }: Reference): Entry | undefined {
    let found: Entry | undefined;
    for (const id of ids) {
      const keys =
        index === undefined ? [idKey(type, id)] : [idKey(type, id, index), idKey(type, id, 'none')];
      for (const key of keys) {
        const entry = latestById.get(key);
        if (entry) found = later(found, entry);
      }
    }
    return found;
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
    const byIndex = new Map<string, Entry>();
    for (const entry of entries.toReversed()) byIndex.set(keyOf(entry.type, entry.index), entry);
    return output.map((value, index) => {
      const item = toObject(value);
      const reference = referenceOf(item, index);
      const { type } = reference;
      const matches = (entry: Entry): boolean => entry.type === type && entry.output.matches(item);
      const atIndex = byIndex.get(keyOf(type, index));
      const same = atIndex && unmatched.has(atIndex) ? atIndex : undefined;
      const entry = firstWithId(reference) ?? bestMatch(unmatched, same, matches) ?? add(reference);
      unmatched.delete(entry);
      // So that the next search does not pass it again.
      for (const id of entry.ids) byId.get(id)?.delete(entry);
      entry.done = true;
      return { entry, item };
    });
  }

  /** The first item with one of the ids and the type that the finished response has not named yet. */
  function firstWithId({ type, ids }: Reference): Entry | undefined {
    let first: Entry | undefined;
    for (const id of ids)
      for (const entry of byId.get(id) ?? []) {
        if (entry.type !== type) continue;
        if (first === undefined || entry.position < first.position) first = entry;
        break;
      }
    return first;
  }

  return { forText, forItem, forResponse, all: () => entries };
}

/** Items whose content is compared. A response has some dozens, and no order that one could rely on. */
const mostCompared = 500;

/** The entry at the same index if its content matches, else any with matching content, else the one at the same index. */
function bestMatch(
  unmatched: ReadonlySet<Entry>,
  atIndex: Entry | undefined,
  matches: (entry: Entry) => boolean,
): Entry | undefined {
  if (atIndex && matches(atIndex)) return atIndex;
  let compared = 0;
  for (const entry of unmatched) {
    if (matches(entry)) return entry;
    if (++compared === mostCompared) break;
  }
  return atIndex;
}

function later(one: Entry | undefined, other: Entry): Entry {
  return one && one.position > other.position ? one : other;
}

function idKey(type: string, id: string, index: number | string = 'any'): string {
  return `${index} ${type} ${id}`;
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
