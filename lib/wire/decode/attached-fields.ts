/**
 * Collects the fields that an upstream attached to a call or a message and that no client knows, such as Gemini's
 * `extra_content` behind an OpenAI-compatible endpoint or `reasoning_opaque` of GitHub Copilot. They return to the upstream
 * unchanged (P11).
 */
import { isObject, type Json, type JsonObject } from '../../json.ts';

/** Characters of JSON that are kept for one call or message. */
export const maxAttached = 65_536;

export interface AttachedFields {
  /** Takes the unknown fields of one piece of the object. A field may come in any piece, and again in later ones. */
  add(piece: JsonObject): void;
  /** True if a field is new or has changed since the last `take`. */
  isNew(): boolean;
  /** All fields so far. */
  take(): JsonObject;
}

/**
 * `known` are the fields that the decoder reads, or that are never sent back. `what` names the object in the log; `drop` is
 * called with the names of fields that are lost.
 */
export function attachedFields(
  known: ReadonlySet<string>,
  what: string,
  drop: (what: string) => void,
): AttachedFields {
  const fields = new Map<string, Json>();
  /** An upper bound for the length of each field's JSON. */
  const sizes = new Map<string, number>();
  const tooLong = new Set<string>();
  let changed = false;

  function add(piece: JsonObject): void {
    for (const name in piece) {
      if (known.has(name) || tooLong.has(name)) continue;
      const value = piece[name];
      if (value === undefined || isVoid(value)) continue;
      const before = fields.get(name);
      const merged =
        before === undefined
          ? value
          : merge(before, value, () => drop(`an earlier value of ${nameOf(name, what)}`));
      if (merged === before) continue;
      changed = true;
      fields.set(name, merged);
      if (!fits(name, value, merged)) discard(name);
    }
  }

  /** Measures the whole field only where the sum of its pieces exceeds the limit: a field may have thousands of them. */
  function fits(name: string, piece: Json, merged: Json): boolean {
    const size = (sizes.get(name) ?? 0) + lengthOf(piece);
    const measured = size > maxAttached ? lengthOf(merged) : size;
    sizes.set(name, measured);
    return measured <= maxAttached;
  }

  function discard(name: string): void {
    fields.delete(name);
    tooLong.add(name);
    drop(`${nameOf(name, what)}, which is too long`);
  }

  return {
    add,
    isNew: () => changed && fields.size > 0,
    take() {
      changed = false;
      while (fields.size > 0 && lengthOf(Object.fromEntries(fields)) > maxAttached)
        discard([...fields.keys()].at(-1) ?? '');
      return Object.fromEntries(fields);
    },
  };
}

function lengthOf(value: Json): number {
  return JSON.stringify(value).length;
}

/** Names a field for the log. */
export function nameOf(name: string, what: string): string {
  return isLoggable(name) ? `the field ${name} of ${what}` : `a field of ${what}`;
}

/** The names of all fields, for the log. */
export function namesIn(fields: JsonObject): string {
  return Object.keys(fields)
    .map((name) => (isLoggable(name) ? name : '?'))
    .join(', ')
    .slice(0, 200);
}

/** A name with other characters could be text of the conversation. */
function isLoggable(name: string): boolean {
  return /^[A-Za-z0-9_.-]{1,40}$/.test(name);
}

/** True for a value that says nothing: many servers send every field of their schema. */
export function isVoid(value: Json | undefined): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (Array.isArray(value)) return value.every(isVoid);
  return isObject(value) && Object.values(value).every(isVoid);
}

function isSame(one: Json, other: Json): boolean {
  return one === other || (typeof one === 'object' && JSON.stringify(one) === JSON.stringify(other));
}

/** Objects are merged field by field and lists are appended; a later value replaces any other, which is reported. */
function merge(before: Json, after: Json, onReplaced: () => void): Json {
  const isList = Array.isArray(before) && Array.isArray(after);
  if (isVoid(after) || (!isList && isSame(before, after))) return before;
  if (isVoid(before)) return after;
  if (isObject(before) && isObject(after)) {
    const merged = new Map(Object.entries(before));
    for (const [name, value] of Object.entries(after)) {
      if (value === undefined) continue;
      const known = merged.get(name);
      merged.set(name, known === undefined ? value : merge(known, value, onReplaced));
    }
    return Object.fromEntries(merged);
  }
  if (isList) {
    let list: readonly Json[] = before;
    for (const piece of after) list = joinPiece(list, piece);
    return list as Json[];
  }
  onReplaced();
  return after;
}

/** The fields of a streamed piece whose texts are parts of one text, as in `thinking_blocks` of LiteLLM. */
const growing: ReadonlySet<string> = new Set(['text', 'summary', 'thinking']);

/**
 * Appends a piece of a list. A piece with the type, index and id of the last element continues it, unless that one is
 * signed; an element that the list has already is a repetition. Returns the same list if nothing changes.
 */
function joinPiece(list: readonly Json[], piece: Json): readonly Json[] {
  const last = list.at(-1);
  const continues =
    isObject(last) &&
    isObject(piece) &&
    piece['type'] !== undefined &&
    last['type'] === piece['type'] &&
    last['index'] === piece['index'] &&
    (isVoid(piece['id']) || last['id'] === piece['id']) &&
    isVoid(last['signature']);
  if (!continues) return appended(list, piece);
  if (Object.keys(piece).every((name) => !growing.has(name)) && isSame(last, { ...last, ...piece }))
    return list;
  const joined = new Map(Object.entries(last));
  for (const [name, value] of Object.entries(piece)) {
    const known = joined.get(name);
    if (growing.has(name) && typeof value === 'string' && typeof known === 'string')
      joined.set(name, known + value);
    else if (!isVoid(value)) joined.set(name, value);
  }
  const grown = [...list.slice(0, -1), Object.fromEntries(joined)];
  earlierTexts.set(grown, textsBefore(list));
  return grown;
}

/** The JSON of all elements of a list but the last one, which may still grow. */
const earlierTexts = new WeakMap<readonly Json[], Set<string>>();

function textsBefore(list: readonly Json[]): Set<string> {
  return earlierTexts.get(list) ?? new Set(list.slice(0, -1).map((element) => JSON.stringify(element)));
}

/** The list with the piece; the same list if it has the piece already. */
function appended(list: readonly Json[], piece: Json): readonly Json[] {
  const texts = textsBefore(list);
  const last = list.at(-1);
  if (texts.has(JSON.stringify(piece)) || (last !== undefined && isSame(last, piece))) return list;
  if (last !== undefined) texts.add(JSON.stringify(last));
  const grown = [...list, piece];
  earlierTexts.set(grown, texts);
  return grown;
}
