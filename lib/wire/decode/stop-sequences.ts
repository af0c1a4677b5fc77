/**
 * Applies the client's stop sequences where the request cannot carry them. The text ends before the first one that occurs. As
 * in Anthropic's API, thinking and arguments are not searched.
 */
export interface StopSequences {
  /** Takes text and returns the part that cannot belong to a stop sequence. */
  push(text: string): string;
  /** Returns the text that was held back, when no more text follows. */
  end(): string;
  /** The sequence that ended the text, if one did. */
  found(): string | undefined;
}

export function stopSequences(given: readonly unknown[] = []): StopSequences {
  const sequences = given.filter((one): one is string => typeof one === 'string' && one !== '');
  const longest = Math.max(0, ...sequences.map(({ length }) => length));
  let held = '';
  let found: string | undefined;

  function push(text: string): string {
    if (longest === 0) return text;
    if (found !== undefined) return '';
    held += text;
    const first = findFirst(held);
    if (first) {
      found = first.sequence;
      return release(first.at);
    }
    return release(held.length - partialLength(held));
  }

  /** The sequence that occurs first; of two at the same position, the longer one. */
  function findFirst(text: string): { sequence: string; at: number } | undefined {
    return sequences
      .map((sequence) => ({ sequence, at: text.indexOf(sequence) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at || b.sequence.length - a.sequence.length)[0];
  }

  /** How many characters at the end of the text may be the start of a sequence. */
  function partialLength(text: string): number {
    for (let length = Math.min(longest - 1, text.length); length > 0; length--) {
      const tail = text.slice(-length);
      if (sequences.some((sequence) => sequence.startsWith(tail))) return length;
    }
    return 0;
  }

  function release(length: number): string {
    const text = held.slice(0, length);
    held = found === undefined ? held.slice(length) : '';
    return text;
  }

  return { push, end: () => release(held.length), found: () => found };
}
