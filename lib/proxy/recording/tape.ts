/**
 * What passed in one direction, piece by piece, with the time of each. The bytes are copied into few large buffers: to keep
 * the piece itself would cost more than the piece, since every event of a stream would outlive it.
 */
import { Buffer } from 'node:buffer';

/** Bytes that passed together. */
export interface TapedPiece {
  /** Milliseconds since the arrival of the request. */
  ms: number;
  bytes: Buffer;
}

export interface Tape {
  add(ms: number, piece: Uint8Array | string): void;
  /** In order. */
  pieces(): TapedPiece[];
}

/** Bytes of the first buffer, and of the largest; each is twice as large as the one before. */
const smallest = 1024;
const largest = 64 * 1024;
/** A character of a string takes at most so many bytes in UTF-8. */
const bytesPerCharacter = 3;

export function tape(): Tape {
  const times: number[] = [];
  const sizes: number[] = [];
  const buffers: Buffer[] = [];
  /** Which piece is the first of each buffer. */
  const firsts: number[] = [];
  let current = Buffer.alloc(0);
  let used = 0;
  let next = smallest;

  function makeRoom(bytes: number): void {
    if (used + bytes <= current.length) return;
    current = Buffer.allocUnsafeSlow(Math.max(bytes, next));
    next = Math.min(largest, next * 2);
    used = 0;
    buffers.push(current);
    firsts.push(times.length);
  }

  return {
    add(ms, piece) {
      const most = typeof piece === 'string' ? piece.length * bytesPerCharacter : piece.length;
      makeRoom(most);
      let size = piece.length;
      if (typeof piece === 'string') size = current.write(piece, used);
      else current.set(piece, used);
      used += size;
      times.push(ms);
      sizes.push(size);
    },
    pieces() {
      let buffer = -1;
      let at = 0;
      return times.map((ms, i) => {
        // A buffer begins with this piece; those between would be empty.
        while (firsts[buffer + 1] === i) {
          buffer++;
          at = 0;
        }
        const size = sizes[i] ?? 0;
        const bytes = buffers[buffer]?.subarray(at, at + size) ?? Buffer.alloc(0);
        at += size;
        return { ms, bytes };
      });
    },
  };
}
