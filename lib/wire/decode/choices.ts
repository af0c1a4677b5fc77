/** Which of several choices is the answer? The first that carries anything (L9); the end of any other ends nothing. */
import type { Finish } from './finish.ts';

export interface Choices {
  /** True when choice `number` is the answer, or may still become it. */
  isAnswer: (number: number, carries: () => boolean) => boolean;
  /** Choice `number` has come to its end. */
  ended: (number: number) => void;
}

/** `drop` is told when a choice that is not the answer carries something. */
export function choosing(finish: Finish, drop: () => void): Choices {
  let chosen: number | undefined;
  let last: number | undefined;
  return {
    isAnswer(number, carries) {
      if (chosen === undefined && carries()) {
        chosen = number;
        if (last !== number) finish.takeBack();
      }
      if (number === (chosen ?? number)) return true;
      if (carries()) drop();
      return false;
    },
    ended(number) {
      last = number;
    },
  };
}
