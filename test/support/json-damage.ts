/**
 * Random damage to the structure of JSON: a field set to null, removed, renamed, of another type, empty, huge, deeply nested,
 * or with another field's value. Works on text, because very deep nesting cannot be printed with `JSON.stringify`.
 */
import fc from 'fast-check';
import { anyShare } from './arbitraries.ts';

/** Damages JSON text in one place. Text that is not JSON is returned unchanged. */
export type JsonDamage = (json: string) => string;

type Place = { of: Record<string, unknown>; key: string };

/** Field names of all formats, so that a renamed field is read as another one. */
const names = (
  'x __proto__ type index id name error usage text content arguments ' +
  'delta message choices tool_calls function reasoning_content finish_reason ' +
  'content_block partial_json thinking signature stop_reason input ' +
  'item response output output_index encrypted_content summary status ' +
  'candidates parts functionCall args thoughtSignature finishReason partialArgs'
).split(' ');

const deep = '@deep@';

interface Choice {
  kind: string;
  at: number;
  other: number;
  name: string;
  depth: number;
}

const changes: Record<string, (value: unknown, choice: Choice, places: readonly Place[]) => unknown> = {
  null: () => null,
  text: (value) => (typeof value === 'string' ? `${value} ` : JSON.stringify(value)),
  number: (value, { other }) => (value === '' ? -1 : Number(value) || Math.round(other * 9) - 4),
  fraction: () => 1.5e300,
  yes: () => true,
  list: (value) => [value],
  twice: (value) =>
    Array.isArray(value) ? [...(value as unknown[]), ...(value as unknown[])] : [value, value],
  object: (value, { name }) => ({ [name]: value }),
  'no text': () => '',
  'no list': () => [],
  'no object': () => ({}),
  huge: () => 'x'.repeat(70_000),
  deep: () => deep,
  another: (_, { other }, places) => valueAt(places, other),
};

const choice: fc.Arbitrary<Choice> = fc.record({
  kind: fc.constantFrom('remove', 'remove', 'rename', 'rename', ...Object.keys(changes)),
  at: anyShare,
  other: anyShare,
  name: fc.constantFrom(...names),
  depth: fc.constantFrom(3, 200, 20_000),
});

export const jsonDamage: fc.Arbitrary<JsonDamage> = choice.map((drawn) => (json) => {
  try {
    return damaged(json, drawn);
  } catch {
    return json; // not JSON, or too deeply nested by earlier damage
  }
});

function damaged(json: string, drawn: Choice): string {
  const value: unknown = JSON.parse(json);
  const places = placesIn(value);
  const place = places[Math.floor(drawn.at * places.length)];
  if (place === undefined) return json;
  damage(place, drawn, places);
  const { depth } = drawn;
  return JSON.stringify(value).replaceAll(`"${deep}"`, () => `${'['.repeat(depth)}1${']'.repeat(depth)}`);
}

function damage({ of, key }: Place, drawn: Choice, places: readonly Place[]): void {
  const value = of[key];
  const change = changes[drawn.kind];
  if (change) return put(of, key, structuredClone(change(value, drawn, places)));
  if (Array.isArray(of)) of.splice(Number(key), 1);
  else delete of[key];
  if (drawn.kind === 'rename') put(of, Array.isArray(of) ? '0' : drawn.name, value);
}

/** Sets an own field, also `__proto__`. */
function put(of: object, key: string, value: unknown): void {
  Object.defineProperty(of, key, { value, enumerable: true, configurable: true, writable: true });
}

function valueAt(places: readonly Place[], share: number): unknown {
  const place = places[Math.floor(share * places.length)];
  return place?.of[place.key];
}

/** All fields and entries, outer ones first. */
function placesIn(value: unknown): Place[] {
  const found: Place[] = [];
  const waiting: unknown[] = [value];
  for (let n = 0; n < waiting.length; n++) {
    const next = waiting[n];
    if (typeof next !== 'object' || next === null) continue;
    for (const key of Object.keys(next)) {
      const of = next as Record<string, unknown>;
      found.push({ of, key });
      waiting.push(of[key]);
    }
  }
  return found;
}
