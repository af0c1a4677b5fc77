/** The text blocks of a raw stream, freed of a leaked `</think>` where the model is known for it. */
import { strayThinkEnd } from '../decode/think-tags.ts';

export interface BlockTexts {
  open(index: number): void;
  /** The part of `text` that may pass now. */
  push(index: number, text: string): string;
  /** What was held back and turned out to be honest. */
  close(index: number): string;
  /** The same for every block that was never stopped. */
  closeAll(): [index: number, held: string][];
}

export function blockTexts(leaks: boolean): BlockTexts {
  const filters = new Map<number, ReturnType<typeof strayThinkEnd>>();
  function close(index: number): string {
    const held = filters.get(index)?.end() ?? '';
    filters.delete(index);
    return held;
  }

  return {
    open(index) {
      if (leaks) filters.set(index, strayThinkEnd());
    },
    push: (index, text) => filters.get(index)?.push(text) ?? text,
    close,
    closeAll: () => [...filters.keys()].map((index) => [index, close(index)]),
  };
}
