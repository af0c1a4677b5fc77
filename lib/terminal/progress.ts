/** Tells a waiting person that something goes on: a spinner on a terminal, elsewhere one plain line after a second. */
import type { Writable } from 'node:stream';
import type { Output } from './output.ts';

/** Work shorter than this is not worth a word. */
const patienceMs = 1000;

/** How often a text that changes is looked at. */
const refreshMs = 250;

/**
 * Resolves and rejects as the work does, and leaves no timer and no spinner behind. A text that changes while the work
 * goes on is a function; where lines cannot be rewritten, what it says after a second is all that is told.
 */
export async function withProgress<T>(
  output: Output,
  text: string | (() => string),
  work: Promise<T>,
): Promise<T> {
  const say = typeof text === 'string' ? () => text : text;
  if (!output.lively) return withPlainLine(output, say, work);
  const { default: ora } = await import('ora');
  const stream = output.stderr as Writable & NodeJS.WriteStream;
  // ora would put the terminal into raw mode to swallow typing; Ctrl-C must stay a signal.
  const spinner = ora({ text: say(), stream, discardStdin: false, color: false }).start();
  const refresh = setInterval(() => (spinner.text = say()), refreshMs);
  try {
    return await work;
  } finally {
    clearInterval(refresh);
    spinner.stop();
  }
}

async function withPlainLine<T>(output: Output, say: () => string, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => output.say(say()), patienceMs);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
