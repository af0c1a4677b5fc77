/**
 * Undoes the content encodings of a response (RFC 9110, 8.4): several in the order in which they were applied, and gzip that
 * no header declares. A declared encoding that the bytes do not have is passed over, because gateways that decompress an
 * answer forget the header (qualixar/superlocalmemory#79), or name an encoding twice (yhirose/cpp-httplib#993).
 *
 * The output is streamed, never collected, and waits for its reader, so a small body that decompresses to an endless one
 * takes no memory; the readers bound what they keep.
 */
import { pipeline, Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';

/** A response in an encoding that cannot be undone. */
export class EncodingError extends Error {
  override readonly name = 'EncodingError';
}

interface Encoding {
  /** Bytes that `fits` needs. */
  head: number;
  /** Whether a body that starts with these bytes may have the encoding. */
  fits: (head: Uint8Array) => boolean;
  /** Undefined where this version of Node cannot undo the encoding. */
  decoder: ((head: Uint8Array) => Transform) | undefined;
}

/** Since Node 22.15; the types may be older. */
const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Transform };

const gzip = magic([0x1f, 0x8b], () => zlib.createGunzip());
/** Brotli and deflate have no mark of their own, but can be distinguished from a text. */
const unmarked = { head: 16, fits: (head: Uint8Array) => !isText(head) };

const encodings: ReadonlyMap<string, Encoding> = new Map<string, Encoding>([
  ['gzip', gzip],
  ['x-gzip', gzip],
  ['br', { ...unmarked, decoder: () => zlib.createBrotliDecompress() }],
  // RFC 9110 means the zlib format; some servers send the bare one.
  [
    'deflate',
    {
      ...unmarked,
      decoder: (head) => (hasZlibHeader(head) ? zlib.createInflate() : zlib.createInflateRaw()),
    },
  ],
  ['zstd', magic([0x28, 0xb5, 0x2f, 0xfd], createZstdDecompress && (() => createZstdDecompress()))],
]);
const unknown: Encoding = { ...unmarked, decoder: undefined };

/** The most encodings of one response. */
const maxEncodings = 5;

/**
 * The decompressed body: `body` itself where it has no encoding. `declared` is the header, whose values of several lines are
 * joined by commas. The result fails with the errors of `body` and of the decoders. Rejects with an EncodingError for an
 * encoding that is unknown or that this version of Node does not have.
 */
export async function decompressed(body: Readable, declared = ''): Promise<Readable> {
  const names = declared
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  if (names.length > maxEncodings) throw new EncodingError(`sent an answer in ${names.length} encodings`);
  let bytes = body;
  // The last one was applied last.
  for (const name of names.length === 0 ? ['gzip'] : names.reverse()) bytes = await undo(bytes, name);
  return bytes;
}

async function undo(bytes: Readable, name: string): Promise<Readable> {
  const { head: needed, fits, decoder } = encodings.get(name) ?? unknown;
  const { head, whole } = await readHead(bytes, needed);
  if (!fits(head)) return whole;
  // An error reaches the reader of the decoder, and a reader that leaves ends the source.
  if (decoder) return pipeline(whole, decoder(head), () => {});
  const why = encodings.has(name) ? `, which Node ${process.versions.node} cannot undo (22.15 can)` : '';
  throw new EncodingError(`sent an answer in the encoding ${JSON.stringify(name.slice(0, 40))}${why}`);
}

/** The first `length` bytes with what came with them, fewer if the body ends before; and the body, which still has them. */
async function readHead(body: Readable, length: number): Promise<{ head: Uint8Array; whole: Readable }> {
  let head: Uint8Array = new Uint8Array();
  for await (const piece of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    head = head.length === 0 ? piece : Buffer.concat([head, piece]);
    if (head.length < length) continue;
    body.unshift(head);
    return { head, whole: body };
  }
  return { head, whole: Readable.from(head.length === 0 ? [] : [head]) };
}

function magic(start: readonly number[], decoder: Encoding['decoder']): Encoding {
  return { head: start.length, fits: (head) => start.every((byte, at) => head[at] === byte), decoder };
}

/** UTF-8 without control characters. Of 16 random bytes that is true once in some million times. */
function isText(head: Uint8Array): boolean {
  try {
    return !/[^\P{Cc}\t\n\r]/u.test(new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true }));
  } catch {
    return false;
  }
}

/** The header of RFC 1950: the method 8, and a check over both bytes. */
function hasZlibHeader([first = 0, second = 0]: Uint8Array): boolean {
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
}
