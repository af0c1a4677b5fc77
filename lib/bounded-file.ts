/**
 * Reads files that somebody else may have put there: a named pipe would be waited for, a device such as /dev/zero never
 * ends, and in a folder that other users may write, a file may say what they want.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';

/** Zero where the platform does not have them, as on Windows. */
const { O_NONBLOCK: nonBlocking = 0, O_NOFOLLOW: noFollow = 0 } = constants as Partial<typeof constants>;

/**
 * Reads a regular file, or the target of a link to one. Throws the system's error, also with the codes EISDIR, ENOTREG for
 * what is no regular file, and EFBIG for more than `maxBytes`.
 */
export function readBounded(file: string, maxBytes: number): Buffer {
  return read(file, maxBytes, constants.O_RDONLY | nonBlocking);
}

/** The same for a file that only this user may have written. Throws with the code ENOTOWN for any other, and for a link. */
export function readOwn(file: string, maxBytes: number): Buffer {
  if (!isOwn(lstatSync(dirname(file))) || !isOwn(lstatSync(file))) throw failure('ENOTOWN', file);
  return read(file, maxBytes, constants.O_RDONLY | nonBlocking | noFollow);
}

/** Whether only this user may write it: it belongs to this user, and its mode lets no other user write. Windows has neither. */
export function isOwn({ uid, mode }: { uid: number; mode: number }): boolean {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}

function read(file: string, maxBytes: number, flags: number): Buffer {
  const descriptor = openSync(file, flags);
  try {
    const found = fstatSync(descriptor);
    if (found.isDirectory()) throw failure('EISDIR', file);
    if (!found.isFile()) throw failure('ENOTREG', file);
    if (found.size > maxBytes) throw failure('EFBIG', file);
    const pieces: Buffer[] = [];
    // The files of /proc have no size, and a file may grow meanwhile.
    for (let bytes = 0; ;) {
      const piece = Buffer.allocUnsafe(Math.max(found.size + 1 - bytes, smallestPiece));
      const length = readSync(descriptor, piece);
      if (length === 0) return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
      bytes += length;
      if (bytes > maxBytes) throw failure('EFBIG', file);
      pieces.push(piece.subarray(0, length));
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Bytes that are read at a time where the size does not say how many. */
const smallestPiece = 4096;

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: open '${path}'`), { code, syscall: 'open', path });
}
