/**
 * The texts of one output item. Each comes in pieces, and then whole, up to four times over (the part's own end, the
 * part, the item, the response): a character counts once (L9), and what only a whole text says is not lost.
 */
export interface Parts {
  /** A piece of the part `at`; without a number it belongs to the latest part. */
  piece(at: number | undefined, text: string): void;
  /** All of the part `at`. */
  whole(at: number | undefined, text: string): void;
  /** All parts of the item. */
  all(texts: readonly string[]): void;
  /** True when these texts may be all of this item: they begin with what was said of it. */
  fits(texts: readonly string[]): boolean;
  /** Everything said so far. */
  said(): string;
}

/** `say` is told what is new; `drop` that something came which is not the rest of what had come. */
export function parts(say: (text: string, part: number) => void, drop: (what: string) => void): Parts {
  const texts = new Map<number, string>();
  const ended = new Set<number>();
  let last = 0;

  function add(at: number, text: string): void {
    if (text === '') return;
    last = at;
    texts.set(at, (texts.get(at) ?? '') + text);
    say(text, at);
  }

  function piece(at: number | undefined, text: string): void {
    const part = at ?? (ended.has(last) ? last + 1 : last);
    if (text !== '' && ended.has(part)) drop('a piece of a text that had come whole');
    else add(part, text);
  }

  function whole(at: number | undefined, text: string): void {
    if (text === '') return;
    const part = at ?? last;
    complete(part, text);
    ended.add(part);
  }

  function complete(at: number, text: string): void {
    const known = texts.get(at) ?? '';
    if (text.startsWith(known)) add(at, text.slice(known.length));
    else drop('a whole text that is not its pieces');
  }

  function said(): string {
    return [...texts.values()].join('');
  }

  /** Part by part, where the numbers of the pieces were honest. */
  function match(given: readonly string[]): boolean {
    return [...texts].every(([at, text]) => given[at]?.startsWith(text));
  }

  function all(given: readonly string[]): void {
    const joined = given.join('');
    if (joined === '') return;
    if (joined === said()) return end(given.length);
    if (match(given)) for (const [at, text] of given.entries()) complete(at, text);
    else if (joined.startsWith(said())) add(last, joined.slice(said().length));
    else drop('a whole text that is not its pieces');
    end(given.length);
  }

  /** What is over gets no more pieces: they came late, and are a part of what was said. */
  function end(count: number): void {
    for (const at of [...texts.keys(), ...Array.from({ length: count }).keys()]) ended.add(at);
  }

  return {
    piece,
    whole,
    all,
    fits: (given) => match(given) || given.join('').startsWith(said()),
    said,
  };
}
