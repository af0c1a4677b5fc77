/** Arbitraries shared by all formats: difficult texts, arguments, frames, cut points. */
import fc from 'fast-check';
import { runsOf } from './sampling.ts';
import { declaredTools } from './turns.ts';

/** How often each property is tried. fast-check prints the seed of a failure. */
export const runs = runsOf(2000);

/** Texts that have caused bugs: line ends, tags, lone surrogates, frames inside text. */
export const nastyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  fc.constantFrom(
    '',
    ' ',
    '\n',
    '\r\n\r\n',
    'data: [DONE]',
    '</think>',
    '<think>',
    '\u2028',
    '\u0000',
    '\ud83d',
    '\ude42',
    '🙂',
    '{',
    '"',
    '\\',
  ),
);

export const toolName: fc.Arbitrary<string> = fc.constantFrom(...declaredTools.slice(0, 4), 'Teleport');

/** The arguments of one call: an object, in several spellings of JSON. */
export const toolInput: fc.Arbitrary<string> = fc
  .tuple(
    fc.dictionary(fc.constantFrom('file_path', 'n', 'é"\\', '__proto__'), fc.jsonValue({ maxDepth: 1 }), {
      maxKeys: 3,
    }),
    fc.constantFrom<(object: object) => string>(
      (object) => JSON.stringify(object),
      (object) => JSON.stringify(object, undefined, 1),
      (object) =>
        JSON.stringify(object).replace(
          /[^ -~]/g,
          (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
        ),
    ),
  )
  .map(([object, spell]) => spell(object));

/** The text in one to four pieces, some of which may be empty. */
export function piecesOf(text: string): fc.Arbitrary<string[]> {
  return fc.array(fc.nat(text.length), { maxLength: 3 }).map((points) => {
    const at = [0, ...points.sort((a, b) => a - b), text.length];
    return at.slice(1).map((to, i) => text.slice(at[i], to));
  });
}

/** Merges lists, keeping the order within each; `order` selects the next list, repeatedly. */
export function interleave<T>(lists: readonly (readonly T[])[], order: readonly number[]): T[] {
  const queues = lists.map((list) => [...list]);
  const merged: T[] = [];
  for (let turn = 0; queues.some((queue) => queue.length > 0); turn++) {
    const waiting = queues.filter((queue) => queue.length > 0);
    const next = waiting[(order[turn % Math.max(order.length, 1)] ?? 0) % waiting.length]?.shift();
    if (next !== undefined) merged.push(next);
  }
  return merged;
}

/** A relative position from 0 to 1, evenly distributed. Most values of a plain `fc.double` are close to 0. */
export const anyShare: fc.Arbitrary<number> = fc.noBias(fc.nat(999_999)).map((n) => n / 1_000_000);

/** Relative cut points for a stream of any length. */
export const cutPoints: fc.Arbitrary<number[]> = fc.array(anyShare, {
  maxLength: 12,
});

export function atShares(bytes: Uint8Array, shares: readonly number[]): number[] {
  return shares.map((share) => Math.round(share * bytes.length));
}

export function dataLine(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** A frame with an `event:` and a `data:` line. */
export function eventOf(type: string, fields: Record<string, unknown> = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}
