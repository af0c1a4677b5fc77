/**
 * Opens files that only their owner may read and to which several processes append. What others may have put in the place
 * of such a file, a link or a pipe, is refused.
 */
import { constants } from 'node:fs';
import { chmod, open, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isOwn } from './bounded-file.ts';
import { makeDirectory } from './make-directory.ts';

/** A link is not followed, and a pipe is not waited for. Windows has neither flag. */
const { O_NOFOLLOW: noFollow = 0, O_NONBLOCK: nonBlocking = 0 } = constants as Partial<typeof constants>;
const appending = constants.O_APPEND | constants.O_CREAT | noFollow | nonBlocking;

/**
 * The file with mode 0600 in a folder with mode 0700, each created if it is missing. `access` is `read` if its end is to be
 * looked at. Rejects with the system's error, also with the code ENOTREG for what is no regular file.
 */
export async function openOwnForAppending(
  path: string,
  access: 'write' | 'read' = 'write',
): Promise<FileHandle> {
  const dir = dirname(path);
  makeDirectory(dir);
  const folder = await stat(dir);
  const uid = process.getuid?.() ?? folder.uid;
  // Otherwise other users could put links and pipes in the place of the file.
  if (folder.uid === uid && !isOwn(folder)) await chmod(dir, folder.mode & 0o700);
  const handle = await open(
    path,
    appending | (access === 'read' ? constants.O_RDWR : constants.O_WRONLY),
    0o600,
  );
  try {
    if (!(await handle.stat()).isFile()) throw Object.assign(new Error(path), { code: 'ENOTREG' });
    // An existing file may have been created with other permissions.
    await handle.chmod(0o600);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}
