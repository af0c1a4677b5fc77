/** Chance that can be had again: the same draws for the same words (FNV-1a to seed it, mulberry32 to go on). */

export interface Chance {
  /** In [0, 1). */
  next(): number;
  /** A whole number in [from, to]. */
  between(from: number, to: number): number;
  /** True as often as `share` says, 0 to 1. */
  happens(share: number): boolean;
  /** One of them, as often as its weight says. */
  weighted<T>(choices: readonly (readonly [weight: number, choice: T])[]): T;
}

export function chanceOf(...words: readonly (string | number)[]): Chance {
  let state = 0x811c9dc5;
  for (const char of words.join('\n')) state = Math.imul(state ^ char.charCodeAt(0), 0x01000193);

  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  return {
    next,
    between: (from, to) => from + Math.floor(next() * (to - from + 1)),
    happens: (share) => next() < share,
    weighted(choices) {
      let left = next() * choices.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, choice] of choices) if ((left -= weight) < 0) return choice;
      const last = choices.at(-1);
      if (!last) throw new Error('nothing to choose from');
      return last[1];
    },
  };
}
