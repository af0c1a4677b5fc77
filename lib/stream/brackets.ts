/** Finds the end of a JSON object or array while its text arrives, by counting brackets. It does not validate the JSON. */

export interface Brackets {
  /** Reads the next text and returns the index in it of the bracket that closes the outermost one, or -1. */
  feed(text: string): number;
  /** `before` the first bracket, `inside` the outermost pair, or `closed`. */
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
