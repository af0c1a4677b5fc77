/**
 * Collects the texts of one output item. Each text arrives in deltas and then again in full, up to four times (end of
 * the text, content part, item, response). Every character is passed on once (L9), also one that only a full text holds.
 */
export interface ItemTexts {
  /** Takes a delta of the text with index `at`; without an index it belongs to the latest text. */
  append(at: number | undefined, text: string): void;
  /** Takes the full text with index `at`; without an index it belongs to the latest text. */
  complete(at: number | undefined, text: string): void;
  /** Takes all texts of the item in full. */
  completeAll(texts: readonly string[]): void;
  /** True if `texts` begin with everything received so far, so that they may belong to this item. */
  matches(texts: readonly string[]): boolean;
  /** All texts received so far, joined. */
  text(): string;
}

/** `write` receives each new piece of text; `drop` is called when a text contradicts what was already written. */
export function itemTexts(
  write: (text: string, at: number) => void,
  drop: (what: string) => void,
): ItemTexts {
  const texts = new Map<number, string>();
  const completed = new Set<number>();
  let last = 0;

  function add(at: number, text: string): void {
    if (text === '') return;
    last = at;
    texts.set(at, (texts.get(at) ?? '') + text);
    write(text, at);
  }

  function append(at: number | undefined, text: string): void {
    const index = at ?? (completed.has(last) ? last + 1 : last);
    if (text !== '' && completed.has(index)) drop('a piece of a text that had come whole');
    else add(index, text);
  }

  function complete(at: number | undefined, text: string): void {
    if (text === '') return;
    const index = at ?? last;
    addRest(index, text);
    completed.add(index);
  }

  function addRest(at: number, text: string): void {
    const known = texts.get(at) ?? '';
    if (text.startsWith(known)) add(at, text.slice(known.length));
    else drop('a whole text that is not its pieces');
  }

  function joined(): string {
    return [...texts.values()].join('');
  }

  /** Compares text by text, which requires that the indices of the deltas were correct. */
  function matchesByIndex(full: readonly string[]): boolean {
    return [...texts].every(([at, text]) => full[at]?.startsWith(text));
  }

  function completeAll(full: readonly string[]): void {
    const fullText = full.join('');
    if (fullText === '') return;
    if (fullText === joined()) return markCompleted(full.length);
    if (matchesByIndex(full)) for (const [at, text] of full.entries()) addRest(at, text);
    else if (fullText.startsWith(joined())) add(last, fullText.slice(joined().length));
    else drop('a whole text that is not its pieces');
    markCompleted(full.length);
  }

  /** A delta that arrives after this is late: its text is already part of the full text. */
  function markCompleted(count: number): void {
    for (const at of [...texts.keys(), ...Array.from({ length: count }).keys()]) completed.add(at);
  }

  return {
    append,
    complete,
    completeAll,
    matches: (full) => matchesByIndex(full) || full.join('').startsWith(joined()),
    text: joined,
  };
}
