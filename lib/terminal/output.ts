/**
 * Writes results to stdout and messages to stderr, without control characters but those of occ's own styles, and tolerates a
 * reader that closes its end of the pipe.
 */
import type { Writable } from 'node:stream';
import { printable, printableLine } from '../printable.ts';
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

/** The part of an output that does not need stderr. */
export interface Results {
  readonly json: boolean;
  /** Prints a line of the result on stdout. Line feeds within it are escaped. */
  print(line: string): void;
  /** Prints a result of several lines on stdout, such as a script or a file. */
  printText(text: string): void;
  /** Prints the whole result on stdout, as one JSON value with its schema number. */
  printJson(value: Record<string, unknown>): void;
}

export interface Output extends Results {
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** True when stderr is a terminal whose lines can be redrawn, without TERM=dumb, CI, --json and --quiet. */
  readonly animated: boolean;
  /** True when stderr is a terminal. */
  readonly terminal: boolean;
  readonly stderr: OutputOptions['stderr'];
  /** The style of stdout. Only one of the two streams may support colour. */
  readonly style: Style;
  readonly stderrStyle: Style;
  /** Prints a line on stderr, unless --quiet is given. */
  info(line: string): void;
  /** Prints a line on stderr, also with --quiet. */
  warn(line: string): void;
  /** Prints a line on stderr if --verbose is given. */
  detail(line: string): void;
}

export async function openOutput(options: OutputOptions): Promise<Output> {
  const { stdout, stderr, env, json, quiet, verbose, noColor } = options;
  const terminal = stderr.isTTY === true;
  const levelOf = (stream: { isTTY?: boolean }) => colorLevel({ noColor, env, isTTY: stream.isTTY === true });
  const [style, stderrStyle] = await Promise.all([loadStyle(levelOf(stdout)), loadStyle(levelOf(stderr))]);
  ignoreClosedPipe(stderr);
  return {
    ...openResults(stdout, json, style.color),
    quiet,
    verbose,
    animated: widthOf(stderr) !== undefined && env['TERM'] !== 'dumb' && !env['CI'] && !json && !quiet,
    terminal,
    stderr,
    style,
    stderrStyle,
    info: (line) => {
      if (!quiet) write(stderr, line, stderrStyle.color);
    },
    warn: (line) => write(stderr, line, stderrStyle.color),
    detail: (line) => {
      if (verbose) write(stderr, line, stderrStyle.color);
    },
  };
}

/** Opens stdout alone, which is faster. `styled`: the lines may contain occ's styles. */
export function openResults(stdout: Writable, json: boolean, styled: boolean): Results {
  ignoreClosedPipe(stdout);
  return {
    json,
    print: (line) => void stdout.write(`${printableLine(line, styled)}\n`),
    printText: (text) => write(stdout, text, styled),
    printJson: (value) => write(stdout, JSON.stringify({ schema: 1, ...value }, null, 2), false),
  };
}

function write(stream: Writable, line: string, styled: boolean): void {
  stream.write(`${printable(line, styled)}\n`);
}

const handled = new WeakSet<Writable>();

/**
 * Keeps the process alive when the reader closes the pipe early, as in `occ ... | head`: further output is dropped.
 * `onLost` is called once for any other write error, such as a full disk.
 */
export function ignoreClosedPipe(stream: Writable, onLost?: (error: NodeJS.ErrnoException) => void): void {
  if (handled.has(stream)) return;
  handled.add(stream);
  let reported = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (reported || closedPipe.has(error.code ?? '')) return;
    reported = true;
    onLost?.(error);
  });
}

const closedPipe: ReadonlySet<string> = new Set(['EPIPE', 'ERR_STREAM_DESTROYED', 'EIO']);
