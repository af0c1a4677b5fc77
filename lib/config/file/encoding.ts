/**
 * The encoding of a configuration: UTF-8, and UTF-16 with a byte order mark, in which Notepad and the redirections of
 * Windows PowerShell 5 write. A changed file keeps its encoding and its mark. Pure.
 */

export interface Decoded {
  /** Without a byte order mark. */
  text: string;
  /** A text in the same encoding, with the mark if the bytes had one. */
  encode: (text: string) => Buffer;
}

const mark = '\uFEFF';

/**
 * Undefined if the bytes are in none of the encodings. Of invalid UTF-8, each wrong sequence becomes U+FFFD unless `strict`.
 */
export function decodeConfig(bytes: Buffer, strict = false): Decoded | undefined {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return decodeUtf16(bytes, (same) => same);
  if (first === 0xfe && second === 0xff) return decodeUtf16(bytes, swapped);
  // Text in UTF-16 or UTF-32 without a mark; no configuration begins with the character NUL.
  if (bytes.subarray(0, 4).includes(0)) return undefined;
  const whole = bytes.toString('utf8');
  if (strict && !Buffer.from(whole, 'utf8').equals(bytes)) return undefined;
  const marked = whole.startsWith(mark);
  return {
    text: marked ? whole.slice(mark.length) : whole,
    encode: (text) => Buffer.from((marked ? mark : '') + text, 'utf8'),
  };
}

function decodeUtf16(bytes: Buffer, order: (bytes: Buffer) => Buffer): Decoded | undefined {
  // Of UTF-32, the mark is that of UTF-16 and the character NUL.
  if (bytes.length % 2 !== 0 || (bytes[2] === 0 && bytes[3] === 0)) return undefined;
  const text = order(bytes).toString('utf16le').slice(mark.length);
  return { text, encode: (changed) => order(Buffer.from(mark + changed, 'utf16le')) };
}

function swapped(bytes: Buffer): Buffer {
  return Buffer.from(bytes).swap16();
}
