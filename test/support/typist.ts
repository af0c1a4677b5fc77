/** A terminal in the process of the test, on which a script answers questions. */
import { clearLine, cursorTo, moveCursor } from 'node:readline';
import { PassThrough, Writable } from 'node:stream';

/** What is typed once the screen shows the text. Each step looks only at what was written since the one before it. */
export type Step = readonly [shows: RegExp, typed: string];

/** Keys as a terminal sends them. */
export const keys = {
  enter: '\r',
  down: '\u001b[B',
  up: '\u001b[A',
  escape: '\u001b',
  ctrlC: '\u0003',
  ctrlD: '\u0004',
} as const;

export interface Typist {
  stdin: PassThrough & { isTTY: boolean };
  stderr: Writable & { isTTY: boolean; columns: number };
  /** Everything that was written, without escape sequences. */
  text(): string;
  /** Everything that was written. */
  written(): string;
  /** Whether the terminal passes on each key, and whether the cursor is hidden. */
  raw(): boolean;
  cursorHidden(): boolean;
  /** The steps that the screen never came to. */
  left(): readonly Step[];
}

export function typist(steps: readonly Step[] = [], columns = 80): Typist {
  const waiting = [...steps];
  let raw = false;
  let written = '';
  let seen = 0;
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (on: boolean) => void (raw = on),
  });
  function type(): void {
    const [step] = waiting;
    if (step === undefined || !step[0].test(plain(written.slice(seen)))) return;
    seen = written.length;
    waiting.shift();
    // The question listens only after it is drawn.
    setImmediate(() => stdin.write(step[1]));
  }
  const stderr = Object.assign(
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        written += chunk.toString();
        type();
        done();
      },
    }),
    { isTTY: true, columns },
  );
  // What spinners call.
  Object.assign(stderr, {
    clearLine: (direction: -1 | 0 | 1) => clearLine(stderr, direction),
    cursorTo: (column: number) => cursorTo(stderr, column),
    moveCursor: (columns: number, rows: number) => moveCursor(stderr, columns, rows),
  });
  return {
    stdin,
    stderr,
    text: () => plain(written),
    written: () => written,
    raw: () => raw,
    cursorHidden: () => written.lastIndexOf('\u001b[?25l') > written.lastIndexOf('\u001b[?25h'),
    left: () => waiting,
  };
}

function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
  return text.replaceAll(/\u001b\[[?\d;]*[A-Za-z]/g, '');
}
