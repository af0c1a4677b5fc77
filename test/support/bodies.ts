/** The body of a response, from pieces. */
import { Readable } from 'node:stream';
import { readStream, type Body } from '../../lib/proxy/body.ts';

export function bodyOf(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Body {
  return { read: (take) => readStream(Readable.from(pieces), take) };
}
