/** Reads a text from left to right; white space between what is expected does not matter. */
export interface Reader {
  /** Skips white space and `expected`; returns false, and skips only the white space, if something else follows. */
  skip(expected: string): boolean;
  /** The text up to `end`, which is skipped; undefined if it does not follow. */
  until(end: string): string | undefined;
  /** The text up to `end`, which is not skipped, or up to the end of all. */
  untilOrEnd(end: string): string;
  /** True if only white space is left. */
  atEnd(): boolean;
}

export function reader(text: string): Reader {
  let at = 0;

  function skipSpace(): void {
    while (at < text.length && /\s/.test(text[at] ?? '')) at++;
  }

  function skip(expected: string): boolean {
    skipSpace();
    if (!text.startsWith(expected, at)) return false;
    at += expected.length;
    return true;
  }

  function until(end: string): string | undefined {
    const found = text.indexOf(end, at);
    if (found < 0) return undefined;
    const read = text.slice(at, found);
    at = found + end.length;
    return read;
  }

  function untilOrEnd(end: string): string {
    const found = text.indexOf(end, at);
    const read = text.slice(at, found < 0 ? text.length : found);
    at += read.length;
    return read;
  }

  return {
    skip,
    until,
    untilOrEnd,
    atEnd() {
      skipSpace();
      return at >= text.length;
    },
  };
}
