/**
 * The client's stop words, kept here because Responses has no field for them: text ends before the first word that
 * occurs, as it would upstream. Anthropic means them for text alone, so thinking and arguments pass by.
 */
export interface Stops {
  /** Takes text and gives the part of it that can belong to no stop word. */
  push(text: string): string;
  /** What was held back, when no more of this text comes. */
  end(): string;
  /** The word that ended the text, once one did. */
  met(): string | undefined;
}

export function stopWords(given: readonly unknown[] = []): Stops {
  const words = given.filter((word): word is string => typeof word === 'string' && word !== '');
  const longest = Math.max(0, ...words.map((word) => word.length));
  let held = '';
  let met: string | undefined;

  function push(text: string): string {
    if (longest === 0) return text;
    if (met !== undefined) return '';
    held += text;
    const found = first(held);
    if (found) {
      met = found.word;
      return release(found.at);
    }
    return release(held.length - beginning(held));
  }

  /** The word that occurs first, and of two that begin alike the longer. */
  function first(text: string): { word: string; at: number } | undefined {
    return words
      .map((word) => ({ word, at: text.indexOf(word) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at || b.word.length - a.word.length)[0];
  }

  /** How many characters at the end of the text may be the beginning of a word. */
  function beginning(text: string): number {
    for (let length = Math.min(longest - 1, text.length); length > 0; length--) {
      const tail = text.slice(-length);
      if (words.some((word) => word.startsWith(tail))) return length;
    }
    return 0;
  }

  function release(length: number): string {
    const text = held.slice(0, length);
    held = met === undefined ? held.slice(length) : '';
    return text;
  }

  return { push, end: () => release(held.length), met: () => met };
}
