/** Words for the errors of the operating system that users meet: what Node reports only as a code, such as `EACCES`. */

/** A system error as Node throws it. */
export interface SystemError extends Error {
  code: string;
  syscall: string;
  path?: string;
}

/** True for an error of the operating system: it has a code in capitals and names the call that failed. */
export function isSystemError(error: unknown): error is SystemError {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as Partial<SystemError>;
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) && typeof syscall === 'string';
}

/** `cannot create the directory /x: permission denied (EACCES)` */
export function describeSystemError({ code, syscall, path }: SystemError): string {
  const what = path === undefined ? syscall : `${verbs.get(syscall) ?? syscall} ${path}`;
  // Missing parents are created, too, so only a file system without new directories, such as /proc, answers this.
  const reason = syscall === 'mkdir' && code === 'ENOENT' ? 'nothing can be created there' : reasonOf(code);
  return `cannot ${what}: ${reason} (${code})`;
}

/** `permission denied`; the code itself if it is a rare one. */
export function reasonOf(code: string): string {
  return reasons.get(code) ?? code;
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EROFS', 'its file system is read-only'],
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'your disk quota is exceeded'],
  ['EFBIG', 'the file is too large'],
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'part of its path is not a directory'],
  ['EEXIST', 'part of its path is not a directory'],
  ['EISDIR', 'it is a directory, expected a file'],
  ['ENOTREG', 'it is not a regular file'],
  ['ENOTOWN', 'another user may have written it'],
  ['ETIMEDOUT', 'it did not end in time'],
  ['ELOOP', 'it is a symbolic link, or its symbolic links form a loop'],
  ['ENAMETOOLONG', 'its name is too long'],
  ['EMFILE', 'too many files are open'],
  ['ENFILE', 'too many files are open'],
]);

/** What a system call does to its path, for the ones that users would not recognize. */
const verbs: ReadonlyMap<string, string> = new Map([
  ['mkdir', 'create the directory'],
  ['scandir', 'read the directory'],
  ['open', 'open'],
  ['unlink', 'remove'],
  ['rmdir', 'remove'],
  ['rename', 'rename'],
  ['stat', 'look at'],
  ['lstat', 'look at'],
  ['chmod', 'change the permissions of'],
]);
