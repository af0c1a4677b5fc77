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
const nothing = Buffer.alloc(0);

/** Gives as many further chunks, or undefined if the recording may not have them. */
export type MoreChunks = (count: number) => readonly Buffer[] | undefined;

/** A class, because one object with a few fields for each request costs less than a function for each method. */
export class Reel {
  private readonly more: MoreChunks;
  private readonly chunks: Buffer[] = [];
  /** The last of the chunks, and how much of it is used. */
  private current: Buffer = nothing;
  private used = chunkSize;
  private tapes = 0;
  private pieces = 0;

  constructor(more: MoreChunks) {
    this.more = more;
  }

  /** A new tape. */
  tape(): Tape {
    return new ReelTape(this, this.tapes++);
  }

  /** See `Tape.add`. */
  add(tape: number, ms: number, piece: Uint8Array | string): boolean {
    if (typeof piece !== 'string') return this.addBytes(tape, ms, piece);
    if (this.used + headSize + piece.length * bytesPerCharacter > chunkSize)
      return this.addBytes(tape, ms, Buffer.from(piece));
    // The size is known when it is written.
    const size = this.current.write(piece, this.used + headSize);
    this.begin(tape, ms, size);
    this.used += size;
    return true;
  }

  private addBytes(tape: number, ms: number, bytes: Uint8Array): boolean {
    const fits = this.used + headSize <= chunkSize;
    const missing = fits ? this.used + headSize + bytes.length - chunkSize : headSize + bytes.length;
    let next = this.chunks.length;
    if (missing > 0) {
      const further = this.more(Math.ceil(missing / chunkSize));
      if (further === undefined) return false;
      for (const chunk of further) this.chunks.push(chunk);
    }
    if (!fits) this.go(next++);
    this.begin(tape, ms, bytes.length);
    for (let from = 0; from < bytes.length;) {
      if (this.used === chunkSize) this.go(next++);
      const to = Math.min(bytes.length, from + chunkSize - this.used);
      this.current.set(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to), this.used);
      this.used += to - from;
      from = to;
    }
    return true;
  }

  private go(chunk: number): void {
    this.current = this.chunks[chunk] ?? nothing;
    this.used = 0;
  }

  private begin(tape: number, ms: number, size: number): void {
    const { current, used } = this;
    current.writeUInt32LE(tape, used);
    current.writeDoubleLE(ms, used + placeOfTime);
    current.writeUInt32LE(size, used + placeOfSize);
    this.used += headSize;
    this.pieces++;
  }

  /** See `Tape.pieces`. */
  piecesOf(tape: number): TapedPiece[] {
    const { chunks, pieces } = this;
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
}

class ReelTape implements Tape {
  private readonly reel: Reel;
  private readonly number: number;

  constructor(reel: Reel, number: number) {
    this.reel = reel;
    this.number = number;
  }

  add(ms: number, piece: Uint8Array | string): boolean {
    return this.reel.add(this.number, ms, piece);
  }

  pieces(): TapedPiece[] {
    return this.reel.piecesOf(this.number);
  }
}
