/** Finds the row of a scanned line by the bytes of the line, without making texts of them. Pure. */
import { sameBytes, type LineScanner, type Place } from './line-scanner.ts';
import type { Row } from './rows.ts';

interface Known {
  keys: Place;
  model: Place;
  row: Row;
}

export interface KnownRows {
  /** The row of the latest line, if it is remembered: of rows with the same hash only the last one is. */
  find(): Row | undefined;
  /** Remembers the row of the latest line, and returns it. */
  add(row: Row): Row;
}

export function knownRows(bytes: Uint8Array, { keys, model }: LineScanner): KnownRows {
  const known = new Map<number, Known>();
  const hash = (): number => hashOf(bytes, model, hashOf(bytes, keys, 0));
  return {
    find() {
      const one = known.get(hash());
      const same = one && sameBytes(bytes, one.keys, keys) && sameBytes(bytes, one.model, model);
      return same ? one.row : undefined;
    },
    add(row) {
      known.set(hash(), { keys: { ...keys }, model: { ...model }, row });
      return row;
    },
  };
}

/** A hash of 32 bits, computed as Java's `String.hashCode` is. */
function hashOf(bytes: Uint8Array, { from, to }: Place, before: number): number {
  let hash = before;
  for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0;
  return hash;
}
