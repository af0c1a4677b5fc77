/** The signals that tell a proxy to end, counted: the first is a request, the second an order. */
import { endingSignalNames } from '../errors.ts';

export interface Signals {
  /** Resolves with the nth of them, from 1. */
  nth(number: number): Promise<'told'>;
  stop(): void;
}

/**
 * Hears SIGINT and SIGTERM, and the SIGHUP of a terminal that closes. A process without a terminal is told by that one
 * to read its configuration again (`onHangUp`), as long-lived programs have it.
 */
export function hearSignals(onHangUp?: () => void): Signals {
  let count = 0;
  let waiting: { number: number; resolve: (told: 'told') => void }[] = [];
  const hear = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGHUP' && onHangUp) return onHangUp();
    count++;
    for (const { number, resolve } of waiting) if (number <= count) resolve('told');
    waiting = waiting.filter(({ number }) => number > count);
  };
  for (const name of endingSignalNames) process.on(name, hear);
  return {
    nth: (number) =>
      new Promise((resolve) => {
        if (number <= count) resolve('told');
        else waiting.push({ number, resolve });
      }),
    stop() {
      for (const name of endingSignalNames) process.off(name, hear);
    },
  };
}
