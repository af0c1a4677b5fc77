/**
 * Appends to the ledger: JSON lines in one file a day, readable by its owner only. Several proxies write to the same file,
 * each with O_APPEND and whole lines in one write, so no line is lost or mixed. The system has a line as soon as its request
 * has ended; only lines that come while the file is opened or looked at wait for that.
 */
import { writeSync } from 'node:fs';
import { lstat, readdir, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isOwn } from '../bounded-file.ts';
import type { Log } from '../log/log.ts';
import { openOwnForAppending } from '../own-append.ts';
import { reasonOf } from '../system-error.ts';
import { dayOf, dayOfFile, fileOf, shifted, type Day } from './days.ts';
import type { LedgerRecord } from './record.ts';

export interface LedgerFileOptions {
  dir: string;
  /** Days that are kept, today included. */
  days: number;
  log: Log;
  /** Called once, with a message, when the ledger cannot be written. */
  onFailure?: ((reason: string) => void) | undefined;
  /** The system's clock unless a test passes another. */
  now?: () => Date;
  /** Opens a file of the ledger; a test passes one that fails. */
  open?: (path: string) => Promise<FileHandle>;
}

export interface LedgerFile {
  /** Never throws. */
  add: (record: LedgerRecord) => void;
  setDays: (days: number) => void;
  /** Why nothing is recorded now, and how many records are lost. */
  failure: () => LedgerFailure | undefined;
  /** Writes what is waiting, for at most two seconds. Later records are dropped. Never rejects. */
  close: () => Promise<void>;
}

export interface LedgerFailure {
  reason: string;
  lost: number;
}

interface Line {
  day: Day;
  text: string;
}

interface OpenFile {
  day: Day;
  handle: FileHandle;
  /** As this process knows it; another one when somebody else has written. */
  size: number;
  /** When it was looked at, in milliseconds since 1970. */
  seen: number;
}

/** Characters that wait for a slow disk; further records are dropped and counted. */
const mostWaiting = 4 * 1024 * 1024;
const closingMs = 2000;
/** Milliseconds after a failure in which nothing is tried: a full disk does not empty by itself. */
const pauseMs = 60_000;
/**
 * Milliseconds in which the open file is not looked at again: whether it was removed, and whether another process has left a
 * torn line. That takes longer than writing.
 */
const trustedMs = 1000;

export function openLedgerFile({
  now = () => new Date(),
  open = openOwn,
  ...options
}: LedgerFileOptions): LedgerFile {
  const { dir, log } = options;
  let { days } = options;
  let waiting: Line[] = [];
  let waitingLength = 0;
  let writing: Promise<void> | undefined;
  let file: OpenFile | undefined;
  let failed: { reason: string; at: number } | undefined;
  let reported = false;
  let lost = 0;
  let closed = false;

  function add(record: LedgerRecord): void {
    if (closed) return;
    const time = now();
    const text = `${JSON.stringify(record)}\n`;
    const paused = failed !== undefined && Math.abs(time.getTime() - failed.at) < pauseMs;
    if (paused || waitingLength + text.length > mostWaiting) {
      lost++;
      return;
    }
    const day = dayOf(time);
    if (file && isTrusted(file, day, time) && writing === undefined && failed === undefined) {
      write(file, text, 1);
      return;
    }
    waiting.push({ day, text });
    waitingLength += text.length;
    writing ??= drain();
  }

  /** Writes at once: the system takes so few bytes without a wait, and to ask another thread for that takes far longer. */
  function write(to: OpenFile, text: string, lines: number): void {
    try {
      to.size += writeAll(to.handle.fd, Buffer.from(text));
    } catch (error) {
      lost += lines;
      writing = fail(error).finally(() => (writing = undefined));
    }
  }

  async function drain(): Promise<void> {
    try {
      for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
        const { to, torn } = await ready(next.day);
        const lines = take(next.day);
        const text = (torn ? '\n' : '') + lines.map((line) => line.text).join('');
        try {
          to.size += writeAll(to.handle.fd, Buffer.from(text));
        } catch (error) {
          lost += lines.length;
          throw error;
        }
        succeed();
      }
    } catch (error) {
      await fail(error);
    } finally {
      writing = undefined;
    }
  }

  /** The waiting lines of this day up to the first one of another day. */
  function take(day: Day): Line[] {
    const other = waiting.findIndex((line) => line.day !== day);
    const taken = waiting.splice(0, other < 0 ? waiting.length : other);
    for (const { text } of taken) waitingLength -= text.length;
    return taken;
  }

  /** The open file of the day, and whether its last line has no end: its writer was killed, or the disk was full. */
  async function ready(day: Day): Promise<{ to: OpenFile; torn: boolean }> {
    const time = now();
    if (file && isTrusted(file, day, time)) return { to: file, torn: false };
    const found = file?.day === day ? await file.handle.stat() : undefined;
    if (file && found && found.nlink > 0) {
      file.seen = time.getTime();
      // No other process has written since.
      if (found.size === file.size) return { to: file, torn: false };
      file.size = found.size;
      return { to: file, torn: await isTorn(file.handle, found.size) };
    }
    await closeFile();
    const handle = await open(join(dir, fileOf(day)));
    const { size } = await handle.stat();
    file = { day, handle, size, seen: time.getTime() };
    void removeOld(dir, day, days);
    return { to: file, torn: await isTorn(handle, size) };
  }

  function succeed(): void {
    if (failed) log({ level: 'warn', event: 'ledger', resumed: true, lost });
    failed = undefined;
    lost = 0;
  }

  async function fail(error: unknown): Promise<void> {
    lost += waiting.length;
    waiting = [];
    waitingLength = 0;
    await closeFile();
    const reason = reasonOf((error as NodeJS.ErrnoException).code ?? String(error));
    failed = { reason: `${dir}: ${reason}`, at: now().getTime() };
    if (reported) return;
    reported = true;
    log({ level: 'warn', event: 'ledger', error: reason });
    options.onFailure?.(failed.reason);
  }

  async function closeFile(): Promise<void> {
    const handle = file?.handle;
    file = undefined;
    await handle?.close().catch(() => undefined);
  }

  async function close(): Promise<void> {
    closed = true;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, closingMs);
    });
    await Promise.race([writing?.then(closeFile) ?? closeFile(), limit]);
    clearTimeout(timer);
  }

  return {
    add,
    setDays: (changed) => void (days = changed),
    failure: () => failed && { reason: failed.reason, lost },
    close,
  };
}

async function openOwn(path: string): Promise<FileHandle> {
  const handle = await openOwnForAppending(path, 'read');
  const folder = await lstat(dirname(path));
  if (isOwn(folder)) return handle;
  await handle.close();
  throw Object.assign(new Error(path), { code: 'ENOTOWN' });
}

function isTrusted(file: OpenFile, day: Day, time: Date): boolean {
  return file.day === day && Math.abs(time.getTime() - file.seen) < trustedMs;
}

/** One write, unless the disk takes only a part. Returns the bytes. */
function writeAll(descriptor: number, bytes: Buffer): number {
  for (let from = 0; from < bytes.length;) from += writeSync(descriptor, bytes, from);
  return bytes.length;
}

async function isTorn(handle: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false;
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 1 && buffer[0] !== 0x0a;
}

/** Removes the files of the days before those that are kept. What cannot be removed stays. */
async function removeOld(dir: string, today: Day, days: number): Promise<void> {
  const oldest = shifted(today, 1 - days);
  const names = await readdir(dir).catch(() => []);
  for (const name of names) {
    const day = dayOfFile(name);
    if (day !== undefined && day < oldest) await rm(join(dir, name), { force: true }).catch(() => undefined);
  }
}
