/**
 * Reports changes of the configuration file. It watches directories instead of the file: editors replace a file by
 * renaming another one, a file may not exist yet, and the target of a symbolic link may change. Notifications of the
 * system only trigger a check; the metadata of the files decides whether something changed.
 */
import { existsSync, lstatSync, readlinkSync, statSync, watch, type FSWatcher } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';

export interface ConfigWatch {
  close(): void;
}

export interface WatchOptions {
  /** Absolute paths of the files that may be read; they need not exist. */
  files: readonly string[];
  /** When the files were last read, in milliseconds since 1970. A later change is reported at once. */
  since?: number | undefined;
  /** Called once for each burst of changes. */
  onChange: () => void;
  /** Milliseconds without a change that end a burst; editors save in several steps. */
  quietMs?: number;
  /** Milliseconds between two checks if the system cannot watch. */
  pollMs?: number;
  /** `fs.watch` by default. */
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
  let state = stateOf(files);
  let quiet: NodeJS.Timeout | undefined;
  let poll: NodeJS.Timeout | undefined;

  function watchDirectories(): void {
    const wanted = new Set(files.flatMap((file) => directoriesOf(file)));
    for (const [directory, { watcher, inode }] of directories) {
      if (wanted.has(directory) && inodeOf(directory) === inode) continue;
      watcher.close();
      directories.delete(directory);
    }
    for (const directory of wanted) if (!directories.has(directory)) open(directory);
  }

  function open(directory: string): void {
    try {
      const watcher = watchDirectory(directory, { persistent: false }, scheduleCheck);
      watcher.on('error', scheduleCheck);
      directories.set(directory, { watcher, inode: inodeOf(directory) });
    } catch {
      // Too many watches, or a file system without notifications.
      poll ??= setInterval(scheduleCheck, pollMs).unref();
    }
  }

  function scheduleCheck(): void {
    clearTimeout(quiet);
    quiet = setTimeout(check, quietMs).unref();
  }

  function check(): void {
    watchDirectories();
    const now = stateOf(files);
    if (now === state) return;
    state = now;
    onChange();
  }

  watchDirectories();
  if (files.some((file) => changedAt(file) > since)) {
    state = '';
    scheduleCheck();
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

/** More links than this form a cycle. */
const maxLinks = 16;

/** The directories to watch for this path: its own, and that of every link that it leads through. */
function directoriesOf(path: string, links = 0): string[] {
  const directory = existingDirectory(dirname(path));
  const target = linkTarget(path);
  return [directory, ...(target === undefined || links > maxLinks ? [] : directoriesOf(target, links + 1))];
}

function linkTarget(path: string): string | undefined {
  try {
    if (!lstatSync(path).isSymbolicLink()) return undefined;
    const target = readlinkSync(path);
    return isAbsolute(target) ? target : join(dirname(path), target);
  } catch {
    return undefined; // It does not exist.
  }
}

/** The directory, or its nearest parent that exists. */
function existingDirectory(directory: string): string {
  let found = resolve(directory);
  while (!existsSync(found) && dirname(found) !== found) found = dirname(found);
  return found;
}

function inodeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? 0;
}

/** Milliseconds since 1970; 0 if the file does not exist or cannot be accessed. */
function changedAt(file: string): number {
  try {
    return statSync(file).ctimeMs;
  } catch {
    return 0;
  }
}

/** The metadata that changes with the content of the files. */
function stateOf(files: readonly string[]): string {
  return files.map(stateOfFile).join('\n');
}

function stateOfFile(file: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(file);
    return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unreadable';
  }
}
