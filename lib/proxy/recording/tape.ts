/** What passed in one direction, piece by piece, with the time of each. */
import type { Buffer } from 'node:buffer';

/** Bytes that passed together. */
export interface TapedPiece {
  /** Milliseconds since the arrival of the request. */
  ms: number;
  bytes: Buffer;
}

export interface Tape {
  /** Copies a piece. Returns false if there is no room for it; nothing of it is kept then. */
  add(ms: number, piece: Uint8Array | string): boolean;
  /** In order. */
  pieces(): TapedPiece[];
}
