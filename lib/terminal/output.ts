/** Where words go: the answer to stdout, talk to stderr. A reader of stdout that has left is no error. */
import type { Writable } from 'node:stream';
import { colorLevel, loadStyle, type Style } from './style.ts';
import { widthOf } from './width.ts';

export interface OutputOptions {
  stdout: Writable & { isTTY?: boolean };
  stderr: Writable & { isTTY?: boolean; columns?: number };
  env: Readonly<Record<string, string | undefined>>;
  noColor: boolean;
  json: boolean;
  quiet: boolean;
  verbose: boolean;
}

export interface Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** True when lines on stderr can be redrawn: a terminal with a width, and neither CI nor --json nor --quiet. */
  readonly animated: boolean;
  /** True when stderr is a terminal. */
  readonly terminal: boolean;
  readonly stderr: OutputOptions['stderr'];
  /** Colour for stdout, and for stderr; they may differ. */
  readonly style: Style;
  readonly talkStyle: Style;
  /** A line of the answer, on stdout. */
  answer(line: string): void;
  /** The whole answer as one JSON value on stdout, with its schema number. */
  answerJson(value: Record<string, unknown>): void;
  /** A line of talk, on stderr; not under --quiet. */
  say(line: string): void;
  /** A line on stderr that --quiet does not silence. */
  warn(line: string): void;
  /** A line on stderr under --verbose only. */
  detail(line: string): void;
}

export async function openOutput(options: OutputOptions): Promise<Output> {
  const { stdout, stderr, env, json, quiet, verbose, noColor } = options;
  const terminal = stderr.isTTY === true;
  const levelOf = (stream: { isTTY?: boolean }) => colorLevel({ noColor, env, isTTY: stream.isTTY === true });
  const [style, talkStyle] = await Promise.all([loadStyle(levelOf(stdout)), loadStyle(levelOf(stderr))]);
  tolerateLeavers(stdout);
  tolerateLeavers(stderr);
  const write = (stream: Writable, line: string): void => void stream.write(`${line}\n`);
  return {
    json,
    quiet,
    verbose,
    animated: widthOf(stderr) !== undefined && !env['CI'] && !json && !quiet,
    terminal,
    stderr,
    style,
    talkStyle,
    answer: (line) => write(stdout, line),
    answerJson: (value) => write(stdout, JSON.stringify({ schema: 1, ...value }, null, 2)),
    say: (line) => {
      if (!quiet) write(stderr, line);
    },
    warn: (line) => write(stderr, line),
    detail: (line) => {
      if (verbose) write(stderr, line);
    },
  };
}

const tolerated = new WeakSet<Writable>();

/**
 * `occ ... | head` closes the pipe early: what is left to say is dropped, and the command goes on to its own end. An
 * answer that cannot be written for another reason (a full disk) is told to `onLost`, once.
 */
export function tolerateLeavers(stream: Writable, onLost?: (error: NodeJS.ErrnoException) => void): void {
  if (tolerated.has(stream)) return;
  tolerated.add(stream);
  let told = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (told || leaving.has(error.code ?? '')) return;
    told = true;
    onLost?.(error);
  });
}

const leaving: ReadonlySet<string> = new Set(['EPIPE', 'ERR_STREAM_DESTROYED', 'EIO']);
