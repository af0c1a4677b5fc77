/** Listens for the signals that end a proxy, and counts them: the first asks it to finish, the second to stop at once. */
import { endingSignalNames } from '../errors.ts';

export interface Signals {
  /** Resolves when the nth signal arrives, counted from 1. */
  nth(number: number): Promise<'signal'>;
  stop(): void;
}

/**
 * Listens for SIGINT, SIGTERM and SIGHUP. With `onHangUp`, SIGHUP calls it instead of being counted: a process without
 * a terminal reloads its configuration then, as daemons do.
 */
export function listenForSignals(onHangUp?: () => void): Signals {
  let count = 0;
  let waiting: { number: number; resolve: (reason: 'signal') => void }[] = [];
  const onSignal = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGHUP' && onHangUp) return onHangUp();
    count++;
    for (const { number, resolve } of waiting) if (number <= count) resolve('signal');
    waiting = waiting.filter(({ number }) => number > count);
  };
  for (const name of endingSignalNames) process.on(name, onSignal);
  return {
    nth: (number) =>
      new Promise((resolve) => {
        if (number <= count) resolve('signal');
        else waiting.push({ number, resolve });
      }),
    stop() {
      for (const name of endingSignalNames) process.off(name, onSignal);
    },
  };
}
