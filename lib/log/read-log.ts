/** Reads the log with its rotated files, oldest line first, and follows it as it grows. */
import { open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import { isObject, parseJson, toText } from '../json.ts';
import type { LogEntry } from './log.ts';
import { levels } from './log.ts';

/** A line of the log, with the time in ISO 8601 and the process that wrote it. */
export interface LoggedEntry extends LogEntry {
  time: string;
  pid: number;
}

/** Undefined for a line that is torn, or was written by something else. */
export function parseLogLine(line: string): LoggedEntry | undefined {
  const value = parseJson(line);
  if (!isObject(value)) return undefined;
  const { time, pid, level, event } = value;
  const known = levels.some((one) => one === level) && toText(event) !== '';
  if (!known || !Number.isInteger(pid) || Number.isNaN(Date.parse(toText(time)))) return undefined;
  return value as unknown as LoggedEntry;
}

export interface ReadOptions {
  /** Continue with new lines until `signal` aborts. */
  follow?: boolean;
  signal?: AbortSignal;
  /** Milliseconds between two looks for new lines. */
  pollMs?: number;
}

/**
 * The lines, and once `'caught up'` after those that were there. A missing file is an empty one. Rejects with the system's
 * error if a file cannot be read.
 */
export async function* readLog(
  path: string,
  { follow = false, signal, pollMs = 200 }: ReadOptions = {},
): AsyncGenerator<{ line: string } | 'caught up'> {
  let files = await openFiles(path);
  let tail: OpenFile | undefined;
  try {
    for (const file of files) yield* linesOf(file);
    tail = files.at(-1);
    yield 'caught up';
    if (!follow) return;
    for (;;) {
      if (signal?.aborted === true) return;
      await sleep(pollMs, undefined, { signal }).catch(() => {});
      if (tail) yield* linesOf(tail);
      const { ino } = (await stat(path).catch(() => undefined)) ?? {};
      if (ino === undefined || ino === tail?.ino) continue;
      // Rotated: what was written to the old file in the meantime comes first, then the newer files.
      if (tail) yield* linesOf(tail);
      const old = tail;
      const now = await openFiles(path);
      const at = now.findIndex((file) => file.ino === old?.ino);
      await closeAll(files);
      files = now;
      for (const file of files.slice(at + 1)) yield* linesOf(file);
      tail = files.at(-1);
    }
  } finally {
    await closeAll(files);
  }
}

interface OpenFile {
  ino: number;
  handle: FileHandle;
  position: number;
  /** The start of a line whose end is not written yet. */
  rest: string;
  decoder: StringDecoder;
}

/** The files that exist, oldest first. A rotation meanwhile changes names, so each file is taken once by its inode. */
async function openFiles(path: string): Promise<OpenFile[]> {
  const found: OpenFile[] = [];
  try {
    for (const name of [path, ...(await rotated(path))]) {
      const handle = await openIfThere(name);
      if (handle === undefined) continue;
      const { ino } = await handle.stat();
      if (found.some((file) => file.ino === ino)) await handle.close();
      else found.push({ ino, handle, position: 0, rest: '', decoder: new StringDecoder('utf8') });
    }
  } catch (error) {
    await closeAll(found);
    throw error;
  }
  return found.toReversed();
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** `occ.log.1`, `occ.log.2` and so on: the newest first. */
async function rotated(path: string): Promise<string[]> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  return names
    .flatMap((name) => {
      const number = name.startsWith(`${basename(path)}.`) ? name.slice(basename(path).length + 1) : '';
      return /^\d+$/.test(number) ? [{ name, number: Number(number) }] : [];
    })
    .toSorted((a, b) => a.number - b.number)
    .map(({ name }) => join(folder, name));
}

const chunkBytes = 64 * 1024;

/** The whole lines from the position to the end of the file. */
async function* linesOf(file: OpenFile): AsyncGenerator<{ line: string }> {
  const buffer = Buffer.alloc(chunkBytes);
  for (;;) {
    const { bytesRead } = await file.handle.read(buffer, 0, chunkBytes, file.position);
    if (bytesRead === 0) return;
    file.position += bytesRead;
    const lines = (file.rest + file.decoder.write(buffer.subarray(0, bytesRead))).split('\n');
    file.rest = lines.pop() ?? '';
    for (const line of lines) yield { line };
  }
}

async function closeAll(files: readonly OpenFile[]): Promise<void> {
  await Promise.all(files.map(({ handle }) => handle.close().catch(() => {})));
}
