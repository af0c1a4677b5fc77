/** Checks JSON in UTF-8 without decoding it. Called for every byte of an answer, hence the plain loops. */

export interface StringScan {
  /**
   * The position of the quotation mark that ends the JSON string whose content begins at `from`; -1 if the bytes end before,
   * or are no valid JSON string in valid UTF-8.
   */
  end(bytes: Uint8Array, from: number): number;
  /** UTF-16 code units of all strings whose end was found: the `length` of the parsed strings. */
  length(): number;
}

export function stringScan(): StringScan {
  let length = 0;

  function end(bytes: Uint8Array, from: number): number {
    /** Bytes that are no code unit of their own. */
    let extra = 0;
    let at = from;
    while (at < bytes.length) {
      const byte = bytes[at] as number;
      if (byte === quote) {
        length += at - from - extra;
        return at;
      }
      if (byte === backslash) {
        const bytesOfIt = escapeAt(bytes, at + 1);
        if (bytesOfIt === 0) return -1;
        at += 1 + bytesOfIt;
        extra += bytesOfIt;
      } else if (byte >= 0x80) {
        const bytesOfIt = characterAt(bytes, at);
        if (bytesOfIt === 0) return -1;
        at += bytesOfIt;
        // Four bytes are a surrogate pair.
        extra += bytesOfIt === 4 ? 2 : bytesOfIt - 1;
      } else if (byte < 0x20) return -1;
      else at++;
    }
    return -1;
  }

  return { end, length: () => length };
}

const quote = 0x22;
const backslash = 0x5c;

/** The bytes of the escape sequence after its backslash; 0 if it is invalid or incomplete. */
function escapeAt(bytes: Uint8Array, at: number): number {
  switch (bytes[at]) {
    case 0x22: // "
    case 0x5c: // \
    case 0x2f: // /
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return 1;
    case 0x75: // u
      return isHex(bytes[at + 1]) && isHex(bytes[at + 2]) && isHex(bytes[at + 3]) && isHex(bytes[at + 4])
        ? 5
        : 0;
    default:
      return 0;
  }
}

function isHex(byte = 0): boolean {
  const lower = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x66);
}

/** The bytes of the character of more than one byte; 0 if it is invalid or incomplete (table 3-7 of the Unicode standard). */
function characterAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  const second = bytes[at + 1] ?? 0;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  if (lead < 0xe0) return isContinuation(second) ? 2 : 0;
  if (!isContinuation(bytes[at + 2])) return 0;
  if (lead < 0xf0) {
    const least = lead === 0xe0 ? 0xa0 : 0x80;
    const most = lead === 0xed ? 0x9f : 0xbf;
    return second >= least && second <= most ? 3 : 0;
  }
  const least = lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xf4 ? 0x8f : 0xbf;
  return second >= least && second <= most && isContinuation(bytes[at + 3]) ? 4 : 0;
}

function isContinuation(byte = 0): boolean {
  return byte >= 0x80 && byte <= 0xbf;
}

/**
 * Bytes that are looked for at given places. Four are compared at a time, which takes half as long for the head of an event.
 */
export interface Expected {
  readonly length: number;
  /** Whether they are at `at`. `view` is of the same bytes. */
  isAt(bytes: Uint8Array, view: DataView, at: number): boolean;
}

/** Prepares a comparison of bytes with `text`, in UTF-8. */
export function expected(text: string): Expected {
  const wanted = new TextEncoder().encode(text);
  const { length } = wanted;
  const wholeWords = length >> 2;
  const wantedView = viewOf(wanted);
  const words = Int32Array.from({ length: wholeWords }, (_, i) => wantedView.getInt32(i * 4));
  return {
    length,
    isAt(bytes, view, at) {
      if (at + length > bytes.length) return false;
      for (let i = 0; i < wholeWords; i++) if (view.getInt32(at + i * 4) !== words[i]) return false;
      for (let i = wholeWords * 4; i < length; i++) if (bytes[at + i] !== wanted[i]) return false;
      return true;
    },
  };
}

/** A view of the same bytes, for `Expected.isAt`. */
export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
