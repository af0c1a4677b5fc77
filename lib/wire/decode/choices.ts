/** Which of several choices is the answer? The first that carries anything (L9); the end of any other ends nothing. */
import type { FinishTracker } from './finish.ts';

export interface ChoiceSelector {
  /** True when choice `number` is the answer, or may still become it. */
  isAnswer: (number: number, carries: () => boolean) => boolean;
  /** Choice `number` has come to its end. */
  markEnded: (number: number) => void;
}

/** `drop` is told when a choice that is not the answer carries something. */
export function choiceSelector(finish: FinishTracker, drop: () => void): ChoiceSelector {
  let chosen: number | undefined;
  let last: number | undefined;
  return {
    isAnswer(number, carries) {
      if (chosen === undefined && carries()) {
        chosen = number;
        if (last !== number) finish.clear();
      }
      if (number === (chosen ?? number)) return true;
      if (carries()) drop();
      return false;
    },
    markEnded(number) {
      last = number;
    },
  };
}
