/**
 * The log on disk: one JSON object a line, for its owner alone, bounded in size and number. Several processes may write
 * to the same file: lines are appended whole, and who finds the file renamed by another opens the new one.
 */
import { chmod, mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Level, Log } from './log.ts';

/** What may change while the log is open. */
export interface LogLimits {
  /** The mildest level that is written. */
  level: Level;
  /** Bytes one file may have before the next begins. */
  maxBytes: number;
  /** Files that are kept, the current one included; at least 1. */
  maxFiles: number;
}

export interface LogFileOptions extends LogLimits {
  dir: string;
  /** The file is `<name>.log`; older ones are `<name>.log.1`, `.2` and so on. */
  name: string;
  /** Told once, in words, when the log falls silent. */
  onFailure?: (reason: string) => void;
}

export interface LogFile {
  log: Log;
  path: string;
  /** What holds from the next line on. */
  setLimits: (limits: LogLimits) => void;
  /** Writes what is still waiting, for at most two seconds; what is logged afterwards is dropped. */
  close: () => Promise<void>;
}

const weight = { debug: 0, info: 1, warn: 2, error: 3 } as const satisfies Record<Level, number>;

/** Bytes that may wait for a slow disk; beyond that lines are dropped, and counted. */
const maxWaiting = 1024 * 1024;
const closingMs = 2000;

/** Never throws and never rejects: a log that cannot be written says so once and is silent from then on. */
export function openLog(options: LogFileOptions): LogFile {
  const path = join(options.dir, `${options.name}.log`);
  let { level: least, maxBytes, maxFiles }: LogLimits = options;
  let phase: 'open' | 'closed' | 'silent' = 'open';
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let dropped = 0;
  let writing: Promise<void> | undefined;
  let handle: FileHandle | undefined;

  function log(entry: Parameters<Log>[0]): void {
    if (phase !== 'open' || weight[entry.level] < weight[least]) return;
    const line = toLine(entry);
    if (waitingBytes + line.length > maxWaiting) {
      dropped++;
      return;
    }
    waiting.push(line);
    waitingBytes += line.length;
    writing ??= drain();
  }

  async function drain(): Promise<void> {
    // Lines of one turn of the event loop leave together.
    await Promise.resolve();
    try {
      for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
        const room = await makeRoom(next.length);
        await handle?.appendFile(Buffer.concat(take(room)));
      }
    } catch (error) {
      fallSilent(error);
    } finally {
      writing = undefined;
    }
  }

  /** The lines that fit, at least one; when nothing waits any more, how many were lost meanwhile. */
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

  /** Sees to an open file that can hold that much more, a new one if need be; resolves to the bytes it can hold. */
  async function makeRoom(bytes: number): Promise<number> {
    handle ??= await openFile(options.dir, path);
    const [mine, named] = await Promise.all([handle.stat(), stat(path).catch(() => undefined)]);
    const moved = named === undefined || named.ino !== mine.ino;
    if (!moved && (mine.size === 0 || mine.size + bytes <= maxBytes)) return maxBytes - mine.size;
    await handle.close();
    handle = undefined;
    if (!moved) await rotate(path, maxFiles);
    handle = await openFile(options.dir, path);
    return maxBytes - (await handle.stat()).size;
  }

  function fallSilent(error: unknown): void {
    waiting = [];
    waitingBytes = 0;
    if (phase === 'open')
      options.onFailure?.(`${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
    phase = 'silent';
  }

  async function close(): Promise<void> {
    if (phase === 'open') phase = 'closed';
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, closingMs);
    });
    await Promise.race([finished(), patience]);
    clearTimeout(timer);
  }

  async function finished(): Promise<void> {
    await writing;
    await handle?.close().catch(() => undefined);
    handle = undefined;
  }

  return { log, path, setLimits: (limits) => ({ level: least, maxBytes, maxFiles } = limits), close };
}

/** A value JSON cannot hold (a cycle, a bigint) costs its line, never the caller. */
function toLine(entry: Parameters<Log>[0]): Buffer {
  const stamp = { time: new Date().toISOString(), pid: process.pid };
  try {
    return Buffer.from(`${JSON.stringify({ ...stamp, ...entry })}\n`);
  } catch {
    return Buffer.from(
      `${JSON.stringify({ ...stamp, level: entry.level, event: entry.event, unprintable: true })}\n`,
    );
  }
}

async function openFile(dir: string, path: string): Promise<FileHandle> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const handle = await open(path, 'a', 0o600);
  // One that was made by hand, or under another umask, is tightened.
  await chmod(path, 0o600);
  return handle;
}

/** `x.log` becomes `x.log.1`, that `.2`, and so on; the oldest goes, and so do those of a time when more were kept. */
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
