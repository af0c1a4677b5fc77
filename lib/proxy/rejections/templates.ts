/**
 * Templates of sentences. Pieces between `…` must follow each other in a text, each at most `maxGap` characters after the
 * one before. Matching takes linear time: a piece is searched once for each of a bounded number of beginnings.
 */

/** Characters that `…` stands for. */
const maxGap = 160;

/** Places at which the first piece is tried. */
const maxBeginnings = 8;

/** A template in the form that `find` takes. Its text must be normalized. */
export function template(text: string): readonly string[] {
  return text.split('…').map((piece) => piece.trim());
}

/** The position of the template in a normalized text; -1 if it is not there. */
export function find(pieces: readonly string[], text: string): number {
  const [first = '', ...rest] = pieces;
  let at = text.indexOf(first);
  for (let tries = 0; at !== -1 && tries < maxBeginnings; tries++) {
    if (follows(rest, text, at + first.length)) return at;
    at = text.indexOf(first, at + 1);
  }
  return -1;
}

function follows(pieces: readonly string[], text: string, from: number): boolean {
  let end = from;
  for (const piece of pieces) {
    const at = text.slice(end, end + maxGap + piece.length).indexOf(piece);
    if (at === -1) return false;
    end += at + piece.length;
  }
  return true;
}
