/**
 * The tapes of one recording. All pieces stand one after the other in the same chunks, each with its tape, its time and its
 * size before it, so that a piece costs a copy and no object.
 */
import { Buffer } from 'node:buffer';
import { chunkSize } from './chunks.ts';
import type { Tape, TapedPiece } from './tape.ts';

/** Bytes before each piece, never cut by the end of a chunk: its tape, its time and its size. */
const headSize = 16;
const placeOfTime = 4;
const placeOfSize = 12;
/** A character of a string takes at most so many bytes in UTF-8. */
const bytesPerCharacter = 3;

export interface Reel {
  /** A new tape. */
  tape: () => Tape;
}

/** `more` returns as many further chunks, or undefined if the recording may not have them. */
export function reel(more: (count: number) => readonly Buffer[] | undefined): Reel {
  const chunks: Buffer[] = [];
  /** The last of them, and how much of it is used. */
  let current: Buffer = Buffer.alloc(0);
  let used = chunkSize;
  let tapes = 0;
  let pieces = 0;

  function add(tape: number, ms: number, piece: Uint8Array | string): boolean {
    if (typeof piece === 'string') {
      if (used + headSize + piece.length * bytesPerCharacter > chunkSize)
        return addBytes(tape, ms, Buffer.from(piece));
      // The size is known when it is written.
      const size = current.write(piece, used + headSize);
      begin(tape, ms, size);
      used += size;
      return true;
    }
    return addBytes(tape, ms, piece);
  }

  function addBytes(tape: number, ms: number, bytes: Uint8Array): boolean {
    const fits = used + headSize <= chunkSize;
    const missing = fits ? used + headSize + bytes.length - chunkSize : headSize + bytes.length;
    let further: readonly Buffer[] = [];
    if (missing > 0) {
      const given = more(Math.ceil(missing / chunkSize));
      if (given === undefined) return false;
      further = given;
      for (const chunk of given) chunks.push(chunk);
    }
    let next = 0;
    const go = (): void => {
      current = further[next++] ?? current;
      used = 0;
    };
    if (!fits) go();
    begin(tape, ms, bytes.length);
    for (let from = 0; from < bytes.length;) {
      if (used === chunkSize) go();
      const to = Math.min(bytes.length, from + chunkSize - used);
      current.set(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to), used);
      used += to - from;
      from = to;
    }
    return true;
  }

  function begin(tape: number, ms: number, size: number): void {
    current.writeUInt32LE(tape, used);
    current.writeDoubleLE(ms, used + placeOfTime);
    current.writeUInt32LE(size, used + placeOfSize);
    used += headSize;
    pieces++;
  }

  function piecesOf(tape: number): TapedPiece[] {
    const found: TapedPiece[] = [];
    let [chunk, at] = [0, 0];
    for (let piece = 0; piece < pieces; piece++) {
      if (at + headSize > chunkSize) [chunk, at] = [chunk + 1, 0];
      const head = chunks[chunk];
      if (head === undefined) break;
      const isWanted = head.readUInt32LE(at) === tape;
      const ms = head.readDoubleLE(at + placeOfTime);
      let left = head.readUInt32LE(at + placeOfSize);
      at += headSize;
      const parts: Buffer[] = [];
      while (left > 0) {
        if (at === chunkSize) [chunk, at] = [chunk + 1, 0];
        const size = Math.min(left, chunkSize - at);
        const bytes = chunks[chunk]?.subarray(at, at + size);
        if (isWanted && bytes) parts.push(bytes);
        at += size;
        left -= size;
      }
      if (isWanted)
        found.push({ ms, bytes: parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts) });
    }
    return found;
  }

  return {
    tape() {
      const tape = tapes++;
      return { add: (ms, piece) => add(tape, ms, piece), pieces: () => piecesOf(tape) };
    },
  };
}
