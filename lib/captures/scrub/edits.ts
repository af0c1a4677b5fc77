/** Changes of a text at given places. */

/** Replaces the characters from `from` to before `to`. */
export interface Edit {
  from: number;
  to: number;
  text: string;
}

/** The text with the edits, which must not overlap. */
export function edited(text: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.from - b.from)) {
    parts.push(text.slice(at, edit.from), edit.text);
    at = edit.to;
  }
  return parts.join('') + text.slice(at);
}
