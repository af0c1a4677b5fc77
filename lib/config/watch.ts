/**
 * Tells when the configuration may have changed. Directories are watched, not the file: editors replace a file by
 * renaming another over it, a file that is not there yet can only be seen to appear, and a symbolic link changes where
 * it points to. What the system tells is only a hint; a change is what the files' marks say.
 */
import { existsSync, lstatSync, readlinkSync, statSync, watch, type FSWatcher } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';

export interface ConfigWatch {
  close(): void;
}

export interface WatchOptions {
  /** Absolute paths of the files that may be read; none of them has to exist. */
  files: readonly string[];
  /** What was last read may be older than this, in milliseconds since 1970: a later change is told at once. */
  since?: number | undefined;
  /** Called once for each burst of changes. */
  onChange: () => void;
  /** Milliseconds of quiet after which a burst is over; an editor makes several steps of one saving. */
  quietMs?: number;
  /** Milliseconds between two looks where the system cannot watch. */
  pollMs?: number;
  /** The system's own watch, unless given. */
  watchDirectory?: typeof watch;
}

interface Watched {
  watcher: FSWatcher;
  inode: number;
}

export function watchConfig({
  files,
  since = Infinity,
  onChange,
  quietMs = 100,
  pollMs = 2000,
  watchDirectory = watch,
}: WatchOptions): ConfigWatch {
  const directories = new Map<string, Watched>();
  let marks = marksOf(files);
  let quiet: NodeJS.Timeout | undefined;
  let poll: NodeJS.Timeout | undefined;

  function arm(): void {
    const wanted = new Set(files.flatMap((file) => placesOf(file)));
    for (const [directory, { watcher, inode }] of directories) {
      if (wanted.has(directory) && inodeOf(directory) === inode) continue;
      watcher.close();
      directories.delete(directory);
    }
    for (const directory of wanted) if (!directories.has(directory)) open(directory);
  }

  function open(directory: string): void {
    try {
      const watcher = watchDirectory(directory, { persistent: false }, hint);
      watcher.on('error', hint);
      directories.set(directory, { watcher, inode: inodeOf(directory) });
    } catch {
      // Too many watches, or a file system that has none.
      poll ??= setInterval(hint, pollMs).unref();
    }
  }

  function hint(): void {
    clearTimeout(quiet);
    quiet = setTimeout(look, quietMs).unref();
  }

  function look(): void {
    arm();
    const now = marksOf(files);
    if (now === marks) return;
    marks = now;
    onChange();
  }

  arm();
  if (files.some((file) => changedAt(file) > since)) {
    marks = '';
    hint();
  }
  return {
    close() {
      clearTimeout(quiet);
      clearInterval(poll);
      for (const { watcher } of directories.values()) watcher.close();
      directories.clear();
    },
  };
}

/** More links than this lead in a circle. */
const mostLinks = 16;

/** The directories in which a change of this path can be seen: its own, and that of each link on the way to the file. */
function placesOf(path: string, links = 0): string[] {
  const directory = existingDirectory(dirname(path));
  const target = linkTarget(path);
  return [directory, ...(target === undefined || links > mostLinks ? [] : placesOf(target, links + 1))];
}

function linkTarget(path: string): string | undefined {
  try {
    if (!lstatSync(path).isSymbolicLink()) return undefined;
    const target = readlinkSync(path);
    return isAbsolute(target) ? target : join(dirname(path), target);
  } catch {
    return undefined; // it is not there
  }
}

/** The directory itself, or the nearest one above it that is there. */
function existingDirectory(directory: string): string {
  let found = resolve(directory);
  while (!existsSync(found) && dirname(found) !== found) found = dirname(found);
  return found;
}

function inodeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? 0;
}

/** Milliseconds since 1970; 0 for a file that is not there or may not be seen. */
function changedAt(file: string): number {
  try {
    return statSync(file).ctimeMs;
  } catch {
    return 0;
  }
}

/** What tells one state of the files from another, without reading them. */
function marksOf(files: readonly string[]): string {
  return files.map(markOf).join('\n');
}

function markOf(file: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(file);
    return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unreadable';
  }
}
