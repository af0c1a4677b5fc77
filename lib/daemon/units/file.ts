/** The file of the service. Only one that occ has written is replaced or removed. */
import { lstatSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { readBounded } from '../../bounded-file.ts';
import { writeRuntimeFile } from '../../config/paths.ts';
import { OccError } from '../../errors.ts';
import { makeDirectory } from '../../make-directory.ts';

/** Every file that occ writes here says so in a comment. */
const marker = 'Written by occ service install';
/** Far more than a file of ours has. */
const maxBytes = 1024 * 1024;

/** Undefined if there is none; `foreign` if somebody else wrote it, or if it cannot be read. */
export function readServiceFile(file: string): { text: string } | 'foreign' | undefined {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  // A link is a way to mask a unit, or to manage it elsewhere.
  if (!found.isFile()) return 'foreign';
  try {
    const text = readBounded(file, maxBytes).toString('utf8');
    return text.includes(marker) ? { text } : 'foreign';
  } catch {
    return 'foreign';
  }
}

/** OccError `service_foreign` if a file is there that occ has not written. */
export function requireOurs(file: string): void {
  if (readServiceFile(file) !== 'foreign') return;
  throw new OccError('service_foreign', `${file} was not written by occ, so it is left as it is`, {
    remedy: 'rename or remove it, and run the command again',
  });
}

/** Throws the system's error if it cannot be written. */
export function writeServiceFile(file: string, text: string): void {
  makeDirectory(dirname(file));
  writeRuntimeFile(file, text);
}

/** Removes the file if there is one. Throws the system's error if it cannot be removed. */
export function removeServiceFile(file: string): void {
  rmSync(file, { force: true });
}
