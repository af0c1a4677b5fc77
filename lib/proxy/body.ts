/** Reads a response body as text, up to a limit. */
import { Buffer } from 'node:buffer';

const most = 256 * 1024;

/** Stops reading, and ends the response, beyond `limit`. */
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
