/**
 * The stop sequences of a request. A decoder also waits at the beginnings of stop sequences, so that these stay beginnings, and
 * nothing else becomes one.
 */

type Changed = (text: string, avoided: ReadonlySet<string>) => string;

export interface StopSequences {
  /** The request has none. */
  none: boolean;
  replacement(stop: string): string | undefined;
  /** The replacement of the longest beginning of a stop sequence at the position; "" if there is none. */
  begin(text: string, at: number): string;
  /** The text with its stop sequences replaced, and what is around them by `changed`. */
  around(text: string, changed: Changed): string;
}

const nothing: ReadonlySet<string> = new Set();

export function stopSequences(stops: readonly string[], changed: Changed): StopSequences {
  const map = new Map(stops.filter((stop) => stop !== '').map((stop) => [stop, changed(stop, nothing)]));
  const starts = new Set([...map.values()].map((stop) => stop[0] ?? ''));

  function begin(text: string, at: number): string {
    let longest = '';
    for (const [stop, by] of map) {
      let length = 0;
      while (length < stop.length && text[at + length] === stop[length]) length++;
      if (length > longest.length) longest = by.slice(0, length);
    }
    return longest;
  }

  function around(text: string, change: Changed): string {
    const result: string[] = [];
    let from = 0;
    for (let at = 0; at < text.length && map.size > 0;) {
      const begun = begin(text, at);
      if (begun === '') {
        at++;
        continue;
      }
      result.push(change(text.slice(from, at), starts), begun);
      at += begun.length;
      from = at;
    }
    return result.join('') + change(text.slice(from), starts);
  }

  return { none: map.size === 0, replacement: (stop) => map.get(stop), begin, around };
}
