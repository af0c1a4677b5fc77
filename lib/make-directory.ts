/** Creates directories. Node's `recursive` mode does not return below /proc, where nothing can be created. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Creates the directory and those above it that are missing, with mode 0700 unless the umask takes more away. An existing
 * directory keeps its mode. Throws the system's error.
 */
export function makeDirectory(directory: string): void {
  const path = resolve(directory);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (isDirectory(path)) return;
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    makeDirectory(dirname(path));
    makeLast(path);
  }
}

/** Its parent exists, so a second ENOENT is final: the file system does not allow new directories. */
function makeLast(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process may have created it meanwhile.
    if (!isDirectory(path)) throw error;
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
