/**
 * Which item does an event speak of? Servers number items from 0, all alike, as strings, or not at all; they name them
 * by an id, by another in every event, or not; items begin without being announced, end twice, and appear once more in
 * the finished response.
 */
import { toNumber, toObject, toText, type Json, type JsonObject } from '../../json.ts';
import type { Output } from './output-item.ts';

/** What an event says of the item it belongs to. */
export interface Reference {
  type: string;
  index: number | undefined;
  /** `id` and `call_id`, for some events name an item by the other. */
  ids: readonly string[];
}

export interface Entry {
  /** Counted from 0 in the order in which the items began. */
  position: number;
  type: string;
  index: number | undefined;
  ids: Set<string>;
  /** It was announced by an event of its own. */
  announcement: JsonObject | undefined;
  /** It came whole. */
  over: boolean;
  output: Output;
}

export interface Items {
  /** The item of an event about a part of one; a new one where none is known. */
  ofPiece(reference: Reference): Entry;
  /** The item that is announced (`over` false), or that came whole. */
  ofItem(item: JsonObject, reference: Reference, over: boolean): Entry;
  /** The items of a finished response, in their order. */
  ofResponse(output: readonly Json[]): { entry: Entry; item: JsonObject }[];
  all(): readonly Entry[];
}

export function itemTable(make: (type: string, key: string) => Output): Items {
  const entries: Entry[] = [];
  /** The items that go by an id, and the latest of a type and of a type at an index: an answer may hold thousands. */
  const byId = new Map<string, Set<Entry>>();
  const latest = new Map<string, Entry>();

  function add({ type, index, ids }: Reference): Entry {
    const output = make(type, `item ${entries.length}`);
    const position = entries.length;
    const entry = {
      position,
      type,
      index,
      ids: new Set<string>(),
      announcement: undefined,
      over: false,
      output,
    };
    entries.push(entry);
    latest.set(type, entry).set(placeOf(type, index), entry);
    identify(entry, ids);
    return entry;
  }

  function identify(entry: Entry, ids: readonly string[]): void {
    for (const id of ids) {
      entry.ids.add(id);
      byId.set(id, (byId.get(id) ?? new Set()).add(entry));
    }
  }

  /** The items that go by one of these ids, in their order. */
  function called(ids: readonly string[]): Entry[] {
    const found = new Set(ids.flatMap((id) => [...(byId.get(id) ?? [])]));
    return [...found].sort((a, b) => a.position - b.position);
  }

  /** Two items of one id, where they are numbered apart, are two. */
  function named({ type, index, ids }: Reference): Entry | undefined {
    return called(ids).findLast(
      (entry) =>
        entry.type === type && (index === undefined || entry.index === undefined || index === entry.index),
    );
  }

  /** The latest item of the type at the index, or the latest at all where the event has none. */
  function placed({ type, index }: Reference): Entry | undefined {
    return latest.get(index === undefined ? type : placeOf(type, index));
  }

  /** An item that was never announced goes by the one id it was called by. */
  function isAnother(entry: Entry, { ids }: Reference): boolean {
    return !entry.announcement && ids.length > 0 && entry.ids.size > 0;
  }

  function ofPiece(reference: Reference): Entry {
    const known = named(reference);
    if (known) return known;
    const there = placed(reference);
    const another = !there || isAnother(there, reference) || (there.over && reference.index === undefined);
    return another ? add(reference) : there;
  }

  function ofItem(item: JsonObject, reference: Reference, over: boolean): Entry {
    const there = named(reference) ?? atItsPlace(item, reference, over);
    const entry = there ?? add(reference);
    identify(entry, reference.ids);
    if (!over) entry.announcement ??= item;
    entry.over ||= over;
    return entry;
  }

  function atItsPlace(item: JsonObject, reference: Reference, over: boolean): Entry | undefined {
    const there = placed(reference);
    if (!there || isAnother(there, reference)) return undefined;
    if (over) return there.over && !there.output.fits(item) ? undefined : there;
    return there.announcement || there.over ? undefined : there;
  }

  function ofResponse(output: readonly Json[]): { entry: Entry; item: JsonObject }[] {
    const left = new Set(entries);
    return output.map((value, index) => {
      const item = toObject(value);
      const reference = referenceOf(item, index);
      const fitting = (entry: Entry): boolean => entry.type === reference.type && entry.output.fits(item);
      const byName = called(reference.ids).find((one) => left.has(one) && one.type === reference.type);
      const entry = byName ?? inPlace(left, index, fitting, reference.type) ?? add(reference);
      left.delete(entry);
      entry.over = true;
      return { entry, item };
    });
  }

  return { ofPiece, ofItem, ofResponse, all: () => entries };
}

/** The item that fits at this index, else any that fits, else the one that should stand there. */
function inPlace(
  left: ReadonlySet<Entry>,
  index: number,
  fitting: (entry: Entry) => boolean,
  type: string,
): Entry | undefined {
  const candidates = [...left];
  return (
    candidates.find((one) => one.index === index && fitting(one)) ??
    candidates.find(fitting) ??
    candidates.find((one) => one.index === index && one.type === type)
  );
}

function placeOf(type: string, index: number | undefined): string {
  return `${type} at ${index}`;
}

/** How an item refers to itself; one that does not say what it is shows it by its fields. */
export function referenceOf(item: JsonObject, index: number | undefined): Reference {
  const ids = [toText(item['id']), toText(item['call_id'])].filter((id) => id !== '');
  return { type: toText(item['type']) || typeByFields(item), index, ids };
}

function typeByFields(item: JsonObject): string {
  if (item['arguments'] !== undefined || item['call_id'] !== undefined) return 'function_call';
  if (item['summary'] !== undefined) return 'reasoning';
  return item['content'] === undefined ? '' : 'message';
}

/** How an event about a part refers to the item it belongs to. */
export function referenceIn(event: JsonObject, type: string): Reference {
  const ids = [toText(event['item_id']), toText(event['call_id'])].filter((id) => id !== '');
  return { type, index: toNumber(event['output_index']), ids };
}
