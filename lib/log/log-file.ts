/**
 * The log on disk: one JSON object per line, readable by its owner only, and rotated. Several processes may write to the
 * same file: each line is appended at once, and a process that finds the file renamed opens the new one.
 */
import { rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { levels, type Level, type Log, type LogEntry } from './log.ts';
import { openOwnForAppending } from '../own-append.ts';
import { printable } from '../printable.ts';
import { reasonOf } from '../system-error.ts';

/** Limits that may change while the log is open. */
export interface LogLimits {
  /** The lowest level that is written. */
  level: Level;
  /** Maximum bytes of one file. */
  maxBytes: number;
  /** Number of files to keep, including the current one; at least 1. */
  maxFiles: number;
}

export interface LogFileOptions extends LogLimits {
  dir: string;
  /** The file is `<name>.log`; older files are `<name>.log.1`, `.2` and so on. */
  name: string;
  /** Called once, with a message, when the log cannot be written. */
  onFailure?: (reason: string) => void;
  /** Milliseconds since 1970; the system's clock unless a test passes another. */
  now?: () => number;
}

export interface LogFile {
  log: Log;
  path: string;
  /** Applies from the next line on. */
  setLimits: (limits: LogLimits) => void;
  /** Why nothing is written now; undefined if the log can be written. */
  failure: () => string | undefined;
  /** Writes what is buffered, for at most two seconds. Later entries are dropped. */
  close: () => Promise<void>;
}

/** Bytes to buffer for a slow disk; further lines are dropped and counted. */
const maxWaiting = 1024 * 1024;
const closingMs = 2000;
/** Milliseconds after a failure in which nothing is tried: a full disk does not empty by itself. */
const pauseMs = 60_000;
/**
 * Milliseconds for which lines are collected before they are written together. The line about a request is written after the
 * request was sent, and not before it: looking at the file and writing to it takes longer than the rest of its handling.
 */
const collectMs = 50;

/**
 * Never throws and never rejects. If the log cannot be written, that is reported once, and entries are dropped and counted; an
 * entry that comes a minute later is tried again.
 */
export function openLog({ now = Date.now, ...options }: LogFileOptions): LogFile {
  const path = join(options.dir, `${options.name}.log`);
  let { level: least, maxBytes, maxFiles }: LogLimits = options;
  let phase: 'open' | 'closed' = 'open';
  let failed: { reason: string; at: number } | undefined;
  let reported = false;
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let dropped = 0;
  let writing: Promise<void> | undefined;
  let handle: FileHandle | undefined;
  /** Ends the time in which lines are collected. */
  let hurry = (): void => {};

  function log(entry: LogEntry): void {
    if (phase !== 'open' || levels.indexOf(entry.level) < levels.indexOf(least)) return;
    const line = toLine(entry);
    const paused = failed !== undefined && Math.abs(now() - failed.at) < pauseMs;
    if (paused || waitingBytes + line.length > maxWaiting) {
      dropped++;
      return;
    }
    waiting.push(line);
    waitingBytes += line.length;
    if (waitingBytes > maxWaiting / 2) hurry();
    writing ??= drain();
  }

  async function drain(): Promise<void> {
    try {
      for (;;) {
        await collected();
        const [next] = waiting;
        if (next === undefined) return;
        const room = await makeRoom(next.length);
        const lines = take(room);
        // A failure may have left the first part of a line.
        const text = Buffer.concat(failed === undefined ? lines : [Buffer.from('\n'), ...lines]);
        try {
          await handle?.appendFile(text);
        } catch (error) {
          dropped += lines.length;
          throw error;
        }
        failed = undefined;
      }
    } catch (error) {
      await fail(error);
    } finally {
      writing = undefined;
    }
  }

  async function collected(): Promise<void> {
    if (phase !== 'open') return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, collectMs);
      hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Takes the lines that fit, at least one. Once the buffer is empty, adds a line with the number of dropped ones. */
  function take(room: number): Buffer[] {
    let bytes = 0;
    const fits = waiting.findIndex((line, at) => (bytes += line.length) > room && at > 0);
    const taken = waiting.splice(0, fits < 0 ? waiting.length : fits);
    for (const line of taken) waitingBytes -= line.length;
    if (waiting.length === 0 && dropped > 0) {
      waiting.push(toLine({ level: 'warn', event: 'log_dropped', lines: dropped }));
      dropped = 0;
    }
    return taken;
  }

  /** Opens or rotates the file so that it has room for `bytes`; resolves to the room it has. */
  async function makeRoom(bytes: number): Promise<number> {
    handle ??= await openOwnForAppending(path);
    const [mine, named] = await Promise.all([handle.stat(), stat(path).catch(() => undefined)]);
    const moved = named === undefined || named.ino !== mine.ino;
    if (!moved && (mine.size === 0 || mine.size + bytes <= maxBytes)) return maxBytes - mine.size;
    await handle.close();
    handle = undefined;
    if (!moved) await rotate(path, maxFiles);
    handle = await openOwnForAppending(path);
    return maxBytes - (await handle.stat()).size;
  }

  async function fail(error: unknown): Promise<void> {
    dropped += waiting.length;
    waiting = [];
    waitingBytes = 0;
    const reason = `${path}: ${reasonOf((error as NodeJS.ErrnoException).code ?? String(error))}`;
    failed = { reason, at: now() };
    await handle?.close().catch(() => undefined);
    handle = undefined;
    if (!reported) options.onFailure?.(reason);
    reported = true;
  }

  async function close(): Promise<void> {
    if (phase === 'open') phase = 'closed';
    hurry();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, closingMs);
    });
    await Promise.race([finished(), timeout]);
    clearTimeout(timer);
  }

  async function finished(): Promise<void> {
    await writing;
    await handle?.close().catch(() => undefined);
    handle = undefined;
  }

  return {
    log,
    path,
    setLimits: (limits) => ({ level: least, maxBytes, maxFiles } = limits),
    failure: () => failed?.reason,
    close,
  };
}

/** An entry that JSON cannot represent (a cycle, a bigint) is replaced by one without its values. */
function toLine(entry: LogEntry): Buffer {
  const stamp = `{"time":"${new Date().toISOString()}","pid":${process.pid},`;
  const line = (values: LogEntry): string => `${stamp}${JSON.stringify(values).slice(1)}\n`;
  try {
    return Buffer.from(printable(line(entry)));
  } catch {
    return Buffer.from(line({ level: entry.level, event: entry.event, unprintable: true }));
  }
}

/** Renames `x.log` to `x.log.1`, that to `.2`, and so on; deletes files beyond `maxFiles`. */
async function rotate(path: string, maxFiles: number): Promise<void> {
  const older = (number: number): string => (number === 0 ? path : `${path}.${number}`);
  for (let number = maxFiles; await isThere(older(number)); number++)
    await rm(older(number), { force: true });
  if (maxFiles <= 1) return rm(path, { force: true });
  for (let number = maxFiles - 2; number >= 0; number--) {
    await rename(older(number), older(number + 1)).catch(ignoreMissing);
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
