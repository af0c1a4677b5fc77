/** Where a JSON value in brackets ends, told while its text arrives. It only counts; whether the text is JSON is not asked. */

export interface Brackets {
  /** Reads on; gives the index in `text` of the bracket that closes the outermost one, or -1. Reading stops there. */
  feed(text: string): number;
  /** `before` any bracket, `inside` the outermost, or `closed`. */
  phase(): 'before' | 'inside' | 'closed';
}

export function brackets(): Brackets {
  let phase: 'before' | 'inside' | 'closed' = 'before';
  let depth = 0;
  let inString = false;
  let escaped = false;

  function feed(text: string): number {
    if (phase === 'closed') return -1;
    for (let i = 0; i < text.length; i++) {
      const char = text.charCodeAt(i);
      if (escaped) escaped = false;
      else if (inString) {
        if (char === backslash) escaped = true;
        else if (char === quote) inString = false;
      } else if (char === quote) inString = true;
      else if (char === openBrace || char === openBracket) {
        depth++;
        phase = 'inside';
      } else if ((char === closeBrace || char === closeBracket) && depth > 0 && --depth === 0) {
        phase = 'closed';
        return i;
      }
    }
    return -1;
  }

  return { feed, phase: () => phase };
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
