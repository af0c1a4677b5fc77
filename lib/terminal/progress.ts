/** Shows that work is going on: a spinner on a terminal, otherwise one plain line after a second. */
import { printable } from '../printable.ts';
import type { Output } from './output.ts';
import { widthOf } from './width.ts';

/** Work that takes less time than this prints nothing in a pipe. */
const plainLineAfterMs = 1000;

/** How often a changing text is read again. */
const refreshMs = 250;

/** Columns that the spinner's own character and the space after it take, and one that stays free. */
const spinnerColumns = 3;

/** The last line of a terminal, which says what is going on. */
export interface LiveLine {
  /** Runs `print`, which may print lines above it. */
  above(print: () => void): void;
  /** Removes it. */
  stop(): void;
}

/**
 * Settles as the work does, and leaves neither a timer nor a spinner behind. Pass a function for a text that changes
 * while the work goes on; where lines cannot be redrawn, it is read once, after a second.
 */
export async function withProgress<T>(
  output: Output,
  text: string | (() => string),
  work: Promise<T>,
): Promise<T> {
  // It may fail while the spinner is loaded.
  work.catch(() => {});
  const line = await openLiveLine(output, typeof text === 'string' ? () => text : text);
  try {
    return await work;
  } finally {
    line.stop();
  }
}

/** Shows `read()` until it is stopped: kept up to date on a terminal; where lines cannot be redrawn, once, after a second. */
export async function openLiveLine(output: Output, read: () => string): Promise<LiveLine> {
  if (!output.animated) return plainLine(output, read);
  const { default: ora } = await import('ora');
  const stream = output.stderr as NodeJS.WriteStream;
  // One line at most: ora redraws a longer text by moving the cursor up once for each line.
  const fitted = (): string =>
    printable(read()).slice(0, Math.max(0, (widthOf(stream) ?? 0) - spinnerColumns));
  // By default ora puts the terminal into raw mode to swallow typing; Ctrl-C must stay a signal.
  const spinner = ora({ text: fitted(), stream, discardStdin: false, color: false }).start();
  const refresh = setInterval(() => (spinner.text = fitted()), refreshMs);
  // At 0 columns ora would compute an infinite number of lines to clear, and never return.
  const onResize = (): void => {
    if (widthOf(stream) === undefined) spinner.stop();
  };
  stream.on('resize', onResize);
  return {
    above(print) {
      spinner.clear();
      print();
      if (spinner.isSpinning) spinner.render();
    },
    stop() {
      stream.off('resize', onResize);
      clearInterval(refresh);
      spinner.stop();
    },
  };
}

function plainLine(output: Output, read: () => string): LiveLine {
  const timer = setTimeout(() => output.info(read()), plainLineAfterMs);
  return { above: (print) => print(), stop: () => clearTimeout(timer) };
}
