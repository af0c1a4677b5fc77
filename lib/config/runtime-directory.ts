/** Judges $XDG_RUNTIME_DIR (XDG Base Directory Specification 0.8): a wrong one counts as not set. */
import { accessSync, constants, lstatSync, statfsSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { platformOf } from '../platform.ts';

/** The types of the file systems of Linux that hold no files of users (linux/magic.h). */
const kernelTypes: ReadonlySet<number> = new Set([
  0x9fa0, // proc
  0x62656572, // sysfs
  0x27e0eb, // cgroup
  0x63677270, // cgroup2
  0x64626720, // debugfs
  0x74726163, // tracefs
  0x73636673, // securityfs
  0x1cd1, // devpts
]);

/**
 * Whether occ can keep a private directory in it: it exists, belongs to this user, can be written, and no other user can
 * replace what is in it. One that belongs to another user is met after `su` and `sudo`.
 */
export function isUsableRuntimeDirectory(directory: string): boolean {
  try {
    const found = statSync(directory);
    if (!found.isDirectory() || !isMine(found) || mayBeReplaced(found)) return false;
    accessSync(directory, constants.W_OK | constants.X_OK);
    return !kernelTypes.has(statfsSync(directory).type) && isFreeOrMine(join(directory, 'occ'));
  } catch {
    return false;
  }
}

function isMine({ uid }: Stats): boolean {
  return process.getuid === undefined || uid === process.getuid();
}

/** Other users may write it, and without the sticky bit they may rename what belongs to somebody else. */
function mayBeReplaced({ mode }: Stats): boolean {
  return platformOf().hasFileModes && (mode & 0o022) !== 0 && (mode & 0o1000) === 0;
}

/** In a directory that everybody may write, as /tmp, another user may have been there first. */
function isFreeOrMine(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found === undefined || (found.isDirectory() && isMine(found));
}
