/** Tells a waiting person that something goes on: a spinner on a terminal, elsewhere one plain line after a second. */
import type { Writable } from 'node:stream';
import type { Output } from './output.ts';

/** Work shorter than this is not worth a word. */
const patienceMs = 1000;

/** Resolves and rejects as the work does, and leaves no timer and no spinner behind. */
export async function withProgress<T>(output: Output, text: string, work: Promise<T>): Promise<T> {
  if (!output.lively) return withPlainLine(output, text, work);
  const { default: ora } = await import('ora');
  const stream = output.stderr as Writable & NodeJS.WriteStream;
  // ora would put the terminal into raw mode to swallow typing; Ctrl-C must stay a signal.
  const spinner = ora({ text, stream, discardStdin: false, color: false }).start();
  try {
    return await work;
  } finally {
    spinner.stop();
  }
}

async function withPlainLine<T>(output: Output, text: string, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => output.say(text), patienceMs);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
