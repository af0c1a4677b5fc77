/**
 * Hashes of growing texts, which tell where two texts begin to differ although neither is kept. They are not for secrets: who
 * has the hash of a short text can find the text.
 */

/**
 * FNV-1a with 32 bits, twice with different seeds and primes. It copies nothing, and takes about as long as printing the text
 * as JSON. Where the pieces of the text end does not matter.
 */
export class TextHash {
  #high = 0x811c9dc5;
  #low = 0x9e3779b9;
  #length = 0;

  /** Appends the text from the index `from` to `to`, by default all of it. */
  add(text: string, from = 0, to = text.length): void {
    let high = this.#high;
    let low = this.#low;
    for (let at = from; at < to; at++) {
      const code = text.charCodeAt(at);
      high = Math.imul(high ^ code, 0x01000193);
      low = Math.imul(low ^ code, 0x85ebca6b);
    }
    this.#high = high;
    this.#low = low;
    this.#length += to - from;
  }

  /** 53 bits of everything so far. */
  value(): number {
    return (this.#high >>> 0) * 0x200000 + (this.#low >>> 11);
  }

  /** Characters so far. */
  length(): number {
    return this.#length;
  }
}

/** A hash that calls `atPlace` whenever the text has grown to the length that `next` names. */
export class PlacedHash extends TextHash {
  readonly #next: () => number;
  readonly #atPlace: (hash: number, length: number) => void;

  constructor(next: () => number, atPlace: (hash: number, length: number) => void) {
    super();
    this.#next = next;
    this.#atPlace = atPlace;
  }

  override add(text: string, from = 0, to = text.length): void {
    let start = from;
    for (let end = this.#next(); this.length() + to - start >= end; end = this.#next()) {
      const part = start + end - this.length();
      super.add(text, start, part);
      start = part;
      this.#atPlace(this.value(), end);
    }
    super.add(text, start, to);
  }
}
