/**
 * The print of a prompt: hashes of its parts, by which a later prompt is compared with it. It holds no text but the names of
 * the tools, and its size is bounded.
 */
import { isObject } from '../../json.ts';
import { PlacedHash, TextHash } from '../../text-hash.ts';
import type { PromptPart } from '../../wire/prompt.ts';

export interface PrintedPart {
  kind: PromptPart['kind'];
  hash: number;
  /** In characters. */
  length: number;
  /** Of a tool. */
  name?: string;
  schema?: number;
  /** Of a message, or of the one that this is a block of. */
  number?: number;
  /** The client has marked it as the end of what is to be cached. */
  marked?: true;
}

export interface PromptPrint {
  parts: readonly PrintedPart[];
  /** The length of all parts, in characters. */
  length: number;
  /** Hashes of the beginnings of the system text, every `placeLength` characters. */
  system: readonly number[];
  /** The same of the last part, which a client may add to. */
  last: readonly number[];
}

/** Characters between two places in a text: how exactly a change in it is found. */
export const placeLength = 64;
/** Places in a text; what follows them is only known as a whole. */
const mostPlaces = 1000;
/** Parts of a prompt. Those beyond are taken as one, so that a prompt of any length has a bounded print. */
const mostParts = 3000;
/** Characters of a tool's name. */
const longestName = 64;

/** Reads every character once, which takes about as long as printing the body as JSON. */
export function printPrompt(prompt: readonly PromptPart[]): PromptPrint {
  const kept = prompt.slice(0, mostParts);
  const rest = prompt.slice(mostParts);
  const parts = kept.map(printPart);
  if (rest.length > 0) parts.push({ ...printValue('message', rest), number: numberOf(rest.at(-1)) });
  const last = prompt.at(-1);
  const system = kept.find((part) => part.kind === 'system');
  return {
    parts,
    length: parts.reduce((sum, { length }) => sum + length, 0),
    system: system ? placesIn(system) : [],
    last: last?.kind === 'message' && rest.length === 0 ? placesIn(last) : [],
  };
}

function printPart(part: PromptPart): PrintedPart {
  switch (part.kind) {
    case 'tool': {
      const { name, value, schema } = part;
      const whole = printValue('tool', value);
      return { ...whole, name: name.slice(0, longestName), schema: printValue('tool', schema).hash };
    }
    case 'system': {
      const hash = new TextHash();
      addTexts(hash, part.texts);
      return {
        kind: 'system',
        hash: hash.value(),
        length: hash.length(),
        ...(part.marked && { marked: true }),
      };
    }
    case 'settings':
      return printValue(part.kind, part.value);
    case 'message':
      return { ...printValue(part.kind, part.value, part.except), number: part.number };
  }
}

function numberOf(part: PromptPart | undefined): number {
  return part?.kind === 'message' ? part.number : 0;
}

function printValue(kind: PromptPart['kind'], value: unknown, except?: string): PrintedPart {
  const hash = new TextHash();
  addValue(hash, value, except);
  const marked = isObject(value) && isObject(value['cache_control']);
  return { kind, hash: hash.value(), length: hash.length(), ...(marked && { marked }) };
}

function placesIn(part: Extract<PromptPart, { kind: 'system' | 'message' }>): number[] {
  const places: number[] = [];
  const next = (): number => (places.length < mostPlaces ? (places.length + 1) * placeLength : Infinity);
  const hash = new PlacedHash(next, (value) => places.push(value));
  if (part.kind === 'system') addTexts(hash, part.texts);
  else addValue(hash, part.value, part.except);
  return places;
}

function addTexts(hash: TextHash, texts: readonly string[]): void {
  for (const text of texts) hash.add(text);
}

/**
 * Adds a JSON value much as it is printed. The keys count in their order. Marks for the cache are not part of the prompt;
 * `except` is another key that is not added.
 */
function addValue(hash: TextHash, value: unknown, except?: string): void {
  if (typeof value === 'string') {
    hash.add('"');
    hash.add(value);
  } else if (Array.isArray(value)) {
    hash.add('[');
    for (const inner of value) addValue(hash, inner);
    hash.add(']');
  } else if (isObject(value)) {
    hash.add('{');
    // The values come from JSON, so that nothing is inherited. `Object.entries` would copy every object.
    for (const key in value) {
      if (key === 'cache_control' || key === except || value[key] === undefined) continue;
      hash.add(key);
      addValue(hash, value[key]);
    }
    hash.add('}');
  } else hash.add(` ${String(value)}`);
}
