/**
 * Hashes of growing texts, which tell where two texts begin to differ although neither is kept. They are not for secrets: who
 * has the hash of a short text can find the text.
 */

export interface TextHash {
  /** Appends the text from the index `from` to `to`, by default all of it. */
  add(text: string, from?: number, to?: number): void;
  /** 53 bits of everything so far. */
  value(): number;
  /** Characters so far. */
  length(): number;
}

/**
 * FNV-1a with 32 bits, twice with different seeds and primes. It copies nothing, and takes about as long as printing the text
 * as JSON. Where the pieces of the text end does not matter.
 */
export function textHash(): TextHash {
  let high = 0x811c9dc5;
  let low = 0x9e3779b9;
  let length = 0;
  return {
    add(text, from = 0, to = text.length) {
      // Locals, because V8 keeps captured variables in memory.
      let one = high;
      let other = low;
      for (let at = from; at < to; at++) {
        const code = text.charCodeAt(at);
        one = Math.imul(one ^ code, 0x01000193);
        other = Math.imul(other ^ code, 0x85ebca6b);
      }
      high = one;
      low = other;
      length += to - from;
    },
    value: () => (high >>> 0) * 0x200000 + (low >>> 11),
    length: () => length,
  };
}

/** A hash that calls `atPlace` whenever the text has grown to the length that `next` names. */
export function placedHash(next: () => number, atPlace: (hash: number, length: number) => void): TextHash {
  const hash = textHash();
  return {
    ...hash,
    add(text, from = 0, to = text.length) {
      let start = from;
      for (let end = next(); hash.length() + to - start >= end; end = next()) {
        const part = start + end - hash.length();
        hash.add(text, start, part);
        start = part;
        atPlace(hash.value(), end);
      }
      hash.add(text, start, to);
    },
  };
}
