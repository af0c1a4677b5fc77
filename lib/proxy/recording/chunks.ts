/**
 * Memory of recordings, in chunks that are used again and again. Buffers that are allocated for each request and released
 * with the recording, minutes later, cost far more: the collector has to visit the whole heap for each few dozen megabytes
 * of them.
 */
import { Buffer } from 'node:buffer';

/** Bytes of a chunk. */
export const chunkSize = 4096;
/** Chunks that are allocated together. */
const slab = 16;

export interface Chunks {
  /** A chunk with any content. */
  take: () => Buffer;
  /** Takes back chunks that are no longer read. */
  give: (chunks: readonly Buffer[]) => void;
}

export function chunks(): Chunks {
  const free: Buffer[] = [];
  return {
    take() {
      const chunk = free.pop();
      if (chunk !== undefined) return chunk;
      const fresh = Buffer.allocUnsafeSlow(slab * chunkSize);
      for (let at = chunkSize; at < fresh.length; at += chunkSize)
        free.push(fresh.subarray(at, at + chunkSize));
      return fresh.subarray(0, chunkSize);
    },
    give(given) {
      for (const chunk of given) free.push(chunk);
    },
  };
}
