/** Prints the log of the proxies: the last lines, or those of one request, and with --follow new ones as they come. */
import { findPlaces } from '../../config/paths.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { levels, type Level } from '../../log/log.ts';
import { parseLogLine, readLog, type LoggedEntry } from '../../log/read-log.ts';
import { toText } from '../../json.ts';
import { quote } from '../../shell-word.ts';
import { reasonOf } from '../../system-error.ts';
import { withTilde } from '../../tilde.ts';
import type { GlobalOptions, System } from '../../terminal/command-context.ts';
import type { Output } from '../../terminal/output.ts';
import { say } from '../../terminal/talk.ts';
import { widthOf } from '../../terminal/width.ts';
import { renderEntry } from './page.ts';

export interface LogsOptions extends GlobalOptions {
  follow?: boolean;
  /** An id, or the start of one, with its prefix. */
  request?: string;
  level?: Level;
  lines?: number;
  /** A time in milliseconds since 1970. */
  since?: number;
}

/** The lines that are printed without -n, --since and --request. */
const usualLines = 50;

/** Resolves to the exit code; with --follow on Ctrl-C. OccError `log_missing` if there is no log to print. */
export async function runLogs(options: LogsOptions, system: System, output: Output): Promise<number> {
  const { stateDir } = findPlaces({ env: system.env, home: system.home });
  const path = `${stateDir}/occ.log`;
  const wanted = filterOf(options);
  const all = options.since !== undefined || options.request !== undefined;
  const most = options.lines ?? (all ? Infinity : usualLines);
  const kept: { line: string; entry: LoggedEntry }[] = [];
  let read = 0;
  let live = false;
  await untilSignal(options.follow === true, system, async (signal) => {
    const follow = options.follow === true;
    for await (const next of readLog(path, { follow, signal })) {
      if (next === 'caught up') {
        for (const one of kept) print(one, system, output);
        if (follow && !output.json)
          await say(output, `following ${withTilde(path, system.home)}; Ctrl-C ends it`);
        live = true;
        continue;
      }
      read++;
      const entry = parseLogLine(next.line);
      if (entry === undefined || !wanted(entry)) continue;
      if (live) print({ line: next.line, entry }, system, output);
      else {
        kept.push({ line: next.line, entry });
        if (kept.length > most) kept.shift();
      }
    }
  }).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (read === 0 && options.follow !== true) throw missing(path);
  if (kept.length === 0 && !live) return exitCodes.ok;
  // With -n 0 nothing was looked for.
  if (kept.length === 0 && most > 0 && options.follow !== true)
    await say(output, nothing(options, path, system));
  return exitCodes.ok;
}

function print({ line, entry }: { line: string; entry: LoggedEntry }, system: System, output: Output): void {
  if (output.json) return output.print(line);
  for (const one of renderEntry(entry, output.style, widthOf(system.stdout))) output.print(one);
}

function filterOf({
  request,
  level = 'debug',
  since = -Infinity,
}: LogsOptions): (entry: LoggedEntry) => boolean {
  return (entry) =>
    levels.indexOf(entry.level) >= levels.indexOf(level) &&
    Date.parse(entry.time) >= since &&
    (request === undefined || toText(entry['request']).startsWith(request));
}

/** Runs the work, which Ctrl-C ends if it follows, or the end of the reader of stdout. */
async function untilSignal(
  follows: boolean,
  { stdout }: System,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  const signals = follows ? (['SIGINT', 'SIGTERM'] as const) : [];
  for (const signal of signals) process.once(signal, end);
  stdout.once('error', end);
  try {
    await work(ended.signal);
  } finally {
    for (const signal of signals) process.off(signal, end);
    stdout.off('error', end);
  }
}

function nothing({ request, level, since }: LogsOptions, path: string, { home }: System): string {
  const what = [
    ...(request === undefined ? [] : [`of request ${request}`]),
    ...(level === undefined ? [] : [`of level ${level} or above`]),
    ...(since === undefined ? [] : [`since ${new Date(since).toLocaleString()}`]),
  ];
  return `${['no line', ...what].join(' ')} in ${withTilde(path, home)} and its older files`;
}

function missing(path: string): OccError {
  return new OccError('log_missing', `there is no log yet: ${path}`, {
    remedy: 'the log begins with the first request',
  });
}

function unreadable(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof OccError || code === undefined) return error;
  const denied = code === 'EACCES' || code === 'EPERM';
  return new OccError('log_unreadable', `the log ${path} cannot be read: ${reasonOf(code)}`, {
    remedy: denied
      ? `make it readable: chmod u+r ${quote(path)}`
      : `move away what stands in its place: mv ${quote(path)} ${quote(`${path}.old`)}`,
    cause: error,
  });
}
