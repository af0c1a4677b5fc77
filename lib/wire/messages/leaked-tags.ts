/** Removes a leaked `</think>` from the text blocks of a stream, for models that are known to send it. */
import { strayThinkEnd } from '../decode/think-tags.ts';

export interface BlockTexts {
  open(index: number): void;
  /** Returns the part of `text` that can be sent now. */
  push(index: number, text: string): string;
  /** Returns held text that turned out not to be a tag. */
  close(index: number): string;
  /** Closes every block that is still open. */
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
