/** Reads what is given on standard input. */
import type { Readable } from 'node:stream';

/** The whole input as text; undefined if it has more than `maxBytes`. */
export async function readInput(stdin: Readable, maxBytes: number): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stdin as AsyncIterable<Buffer | string>) {
    const chunk = Buffer.from(piece);
    bytes += chunk.length;
    if (bytes > maxBytes) return undefined;
    pieces.push(chunk);
  }
  return Buffer.concat(pieces).toString('utf8');
}
