/** A body as text, no more of it than anybody needs. */
import { Buffer } from 'node:buffer';

const most = 256 * 1024;

/** Ends the answer when it is longer. */
export async function readBounded(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > most) break;
  }
  return Buffer.concat(pieces).toString('utf8');
}
