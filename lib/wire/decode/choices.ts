/** Selects one of several choices as the answer: the first with content (L9). The finish of any other is ignored. */
import type { FinishTracker } from './finish.ts';

export interface ChoiceSelector {
  /** True when choice `index` is the answer or can still become it. */
  isAnswer: (index: number, hasContent: () => boolean) => boolean;
  /** Records that choice `index` has finished. */
  markEnded: (index: number) => void;
}

/** `onDropped` is called for each chunk with content of a choice that is not the answer. */
export function choiceSelector(finish: FinishTracker, onDropped: () => void): ChoiceSelector {
  let selected: number | undefined;
  let lastEnded: number | undefined;
  return {
    isAnswer(index, hasContent) {
      if (selected === undefined && hasContent()) {
        selected = index;
        // The finish recorded so far belongs to another choice.
        if (lastEnded !== index) finish.clear();
      }
      if (index === (selected ?? index)) return true;
      if (hasContent()) onDropped();
      return false;
    },
    markEnded(index) {
      lastEnded = index;
    },
  };
}
