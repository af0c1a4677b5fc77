/** Scrubs JSON text: only characters inside strings change, so that what is broken stays broken in the same way. */
import { edited, type Edit } from './edits.ts';
import { modeOf, type Mode, type Place } from './modes.ts';
import { tokensOf, unescaped, writtenLike, type JsonPath, type Tokens } from './json-tokens.ts';
import type { Scrubber } from './scrubber.ts';

/** A string in a document, which waits for its replacement. */
interface Waiting {
  document: number;
  from: number;
  to: number;
  raw: string;
  value: string;
  mode: Mode;
  /** What JSON in it is: another error, or the arguments of a call. */
  inner: Place;
  group: string | undefined;
}

/**
 * Scrubs the documents of one body. In a `stream` strings of the same place are pieces of one text, and are replaced
 * together. Every result is as long as its document.
 */
export function scrubDocuments(
  documents: readonly string[],
  place: Place,
  scrubber: Scrubber,
  stream: boolean,
): string[] {
  const waiting = documents.flatMap((text, document) => stringsOf(text, document, place, stream));
  const groups = new Map<string, Waiting[]>();
  const alone: Waiting[] = [];
  for (const one of waiting) {
    const group = one.group === undefined ? undefined : groups.get(one.group);
    if (group) group.push(one);
    else if (one.group !== undefined) groups.set(one.group, [one]);
    else alone.push(one);
  }
  const edits = documents.map((): Edit[] => []);
  const write = ({ document, from, to, raw }: Waiting, text: string): void =>
    void edits[document]?.push({ from, to, text: writtenLike(raw, text) });
  for (const group of groups.values()) {
    const [first] = group;
    if (!first) continue;
    if (isCumulative(group) || (first.mode === 'name' && !isNameInPieces(group, scrubber))) {
      alone.push(...group);
      continue;
    }
    const whole = group.map(({ value }) => value).join('');
    const scrubbed = scrubber.scrub(first.mode, whole, (text) => scrubJson(text, first.inner, scrubber));
    let at = 0;
    for (const one of group) {
      // Where no number tells the pieces of several texts apart, a text may begin at any piece.
      if (first.mode === 'text' && group.length <= mostPieces)
        scrubber.remember(whole.slice(at), scrubbed.slice(at));
      write(one, scrubbed.slice(at, at + one.value.length));
      at += one.value.length;
    }
  }
  for (const one of alone)
    write(
      one,
      scrubber.scrub(one.mode, one.value, (text) => scrubJson(text, one.inner, scrubber)),
    );
  return documents.map((text, at) => edited(text, edits[at] ?? []));
}

/** Pieces of a text after each of which another one may begin. */
const mostPieces = 256;

/** Scrubs JSON in a string. */
export function scrubJson(text: string, place: Place, scrubber: Scrubber): string {
  return scrubDocuments([text], place, scrubber, false)[0] ?? '';
}

function stringsOf(text: string, document: number, place: Place, stream: boolean): Waiting[] {
  const tokens = tokensOf(text);
  return tokens.strings.map(({ from, to, path, isKey }) => {
    const raw = text.slice(from, to);
    const mode = isKey ? 'key' : modeFor(path, raw, place, tokens);
    const joins = stream && !isKey && (joined.has(mode) || isSealPiece(path));
    return {
      document,
      from,
      to,
      raw,
      value: unescaped(raw),
      mode,
      inner: place === 'error' || path.at(-1) === 'raw' ? 'error' : 'arguments',
      group: joins ? groupOf(path, tokens) : undefined,
    };
  });
}

/** Within a call that is JSON in text, the name of the tool is beside its arguments. */
function modeFor(path: JsonPath, raw: string, place: Place, tokens: Tokens): Mode {
  if (place === 'arguments' && path.length === 1 && path[0] === 'name' && tokens.scalars.size > 0)
    return hasArguments(tokens) ? 'name' : 'text';
  return modeOf(path, raw, place, tokens);
}

function hasArguments({ strings }: Tokens): boolean {
  return strings.some(({ path, isKey }) => isKey && path.length === 1 && path[0] === 'arguments');
}

/** Modes of strings that may come in pieces. */
const joined: ReadonlySet<Mode> = new Set(['text', 'json', 'name']);

function isSealPiece(path: JsonPath): boolean {
  return path.at(-1) === 'signature' && path.includes('delta');
}

const indexes = ['index', 'output_index', 'content_index', 'summary_index', 'item_id', 'thought'];

/** Strings of the same group are pieces of one text: the path, and the numbers that count what is at the path. */
function groupOf(path: JsonPath, { scalars }: Tokens): string {
  const parts = [scalars.get('type') ?? '', path.join('.')];
  for (let depth = 0; depth < path.length; depth++) {
    for (const name of indexes) {
      const value = scalars.get([...path.slice(0, depth), name].join('\u0000'));
      if (value !== undefined) parts.push(`${name}=${value}`);
    }
  }
  return parts.join(' ');
}

/** Each piece repeats the ones before it. */
function isCumulative(group: readonly Waiting[]): boolean {
  const values = group.map(({ value }) => value).filter((value) => value !== '');
  if (values.length < 2) return false;
  const repeats = values[0]?.length === 1 && new Set(values).size === 1;
  return !repeats && values.every((value, at) => at === 0 || value.startsWith(values[at - 1] ?? ''));
}

/** A name may come in pieces, or each piece is the name of another call. */
function isNameInPieces(group: readonly Waiting[], scrubber: Scrubber): boolean {
  const whole = group.map(({ value }) => value).join('');
  return scrubber.isTool(whole) && !group.every(({ value }) => scrubber.isTool(value));
}
