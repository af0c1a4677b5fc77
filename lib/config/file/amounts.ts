/** Reads durations and sizes as people write them: `2m`, `1h30m`, `500ms`; `10MB`, `64KiB`. */
import type { Schema } from './schema-node.ts';

type Unit = NonNullable<Schema['unit']>;

const factors: Readonly<Record<Unit, ReadonlyMap<string, number>>> = {
  ms: new Map([
    ['ms', 1],
    ['s', 1000],
    ['m', 60_000],
    ['min', 60_000],
    ['h', 3_600_000],
    ['d', 86_400_000],
  ]),
  // Powers of 1024, as in the defaults. IEC 80000-13 calls them KiB, MiB and GiB.
  bytes: new Map(
    ['b', 'k', 'm', 'g'].flatMap((letter, power): [string, number][] =>
      letter === 'b' ? [['b', 1]] : ['', 'b', 'ib'].map((end) => [letter + end, 1024 ** power]),
    ),
  ),
};

/** For an error message. */
export const acceptedAmounts: Readonly<Record<Unit, string>> = {
  ms: 'milliseconds, or a duration such as 500ms, 90s, 2m or 1h30m',
  bytes: 'bytes, or a size such as 64KB, 10MB or 1GB',
};

/** The number of milliseconds or bytes; undefined if the text is neither a number nor such an amount. */
export function readAmount(text: string, unit: Unit): number | undefined {
  const plain = text.trim().toLowerCase();
  if (/^\d+$/.test(plain)) return Number(plain);
  const parts = [...plain.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)\s*/gy)];
  const read = parts.map(([part]) => part).join('');
  if (parts.length === 0 || read.length !== plain.length) return undefined;
  if (unit === 'bytes' && parts.length > 1) return undefined;
  let total = 0;
  let last = Infinity;
  for (const [, number, name = ''] of parts) {
    const factor = factors[unit].get(name);
    // Larger units come first, and each only once.
    if (factor === undefined || factor >= last) return undefined;
    last = factor;
    total += Number(number) * factor;
  }
  return Number.isSafeInteger(total) ? total : undefined;
}
