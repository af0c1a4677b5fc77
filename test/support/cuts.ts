/** Ways to cut a stream into reads. */
import { randomNumbers } from './sampling.ts';

/** The bytes in pieces of `size`. */
export function slices(bytes: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}

/** The bytes cut at `points`; some pieces may be empty. */
export function cutAt(bytes: Uint8Array, points: readonly number[]): Uint8Array[] {
  const at = [...points].map((point) => Math.min(point, bytes.length)).sort((a, b) => a - b);
  return [0, ...at].map((from, i) => bytes.subarray(from, at[i] ?? bytes.length));
}

/** The same random cuts for the same seed. */
export function randomCuts(bytes: Uint8Array, seed: number): Uint8Array[] {
  const next = randomNumbers(seed);
  return cutAt(
    bytes,
    Array.from({ length: 1 + next(40) }, () => next(bytes.length + 1)),
  );
}

/** Replaces the LF line ends of an event stream. */
export function withLineEnds(bytes: Uint8Array, end: '\r\n' | '\r'): Uint8Array {
  return new TextEncoder().encode(
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).replaceAll('\n', end),
  );
}
