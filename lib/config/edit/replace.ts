/** Puts a new text in the place of a configuration: in one step, with one backup, and never over somebody else's change. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { OccError } from '../../errors.ts';
import { withLock } from './lock.ts';
import { behindLinks, makePrivateDirectory, writePrivateFile } from '../paths.ts';

export interface Place {
  file: string;
  /** occ's own directory, which is tightened to 0700; any other is left as it is. */
  configDir: string;
}

/**
 * Runs the work while nobody else writes the file, in a directory that is there. OccError `config_unwritable` when the
 * system refuses anything of it, with the file as it was.
 */
export async function withConfigLocked<T>(
  { file, configDir }: Place,
  work: () => Promise<T> | T,
): Promise<T> {
  try {
    makeDirectory(dirname(file), configDir);
    return await withLock(behindLinks(file), work);
  } catch (error) {
    if (error instanceof OccError || (error as NodeJS.ErrnoException).code === undefined) throw error;
    throw unwritable(file, error);
  }
}

export interface Replacement {
  file: string;
  /** What the new text was made from; undefined where there was no file. */
  before: Buffer | undefined;
  after: string | Uint8Array;
}

export type Replaced =
  /** `backup` is missing where there was nothing to keep. */
  { kind: 'written'; backup?: string } | { kind: 'overtaken' };

/** Where the text that was replaced is kept. */
export function backupOf(file: string): string {
  return `${file}.bak`;
}

/** `overtaken` when the file is no longer what `before` says; nothing is written then. The lock must be held. */
export function replaceConfig({ file, before, after }: Replacement): Replaced {
  const now = existsSync(file) ? readFileSync(file) : undefined;
  if (!same(now, before)) return { kind: 'overtaken' };
  for (const path of [file, backupOf(file)]) sweep(behindLinks(path));
  if (now !== undefined) writePrivateFile(backupOf(file), now);
  writePrivateFile(file, after);
  return now === undefined ? { kind: 'written' } : { kind: 'written', backup: backupOf(file) };
}

/** Half-written files of writers that were killed; a living one would hold the lock. */
function sweep(file: string): void {
  const left = readdirSync(dirname(file)).filter(
    (name) =>
      name.startsWith(`${basename(file)}.`) &&
      /^[0-9a-f]{12}\.tmp$/.test(name.slice(basename(file).length + 1)),
  );
  for (const name of left) rmSync(join(dirname(file), name), { force: true });
}

function makeDirectory(directory: string, configDir: string): void {
  if (directory === configDir) makePrivateDirectory(directory);
  else mkdirSync(directory, { recursive: true, mode: 0o700 });
}

function same(one: Buffer | undefined, other: Buffer | undefined): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other);
}

const reasons: Record<string, string> = {
  EACCES: 'its directory may not be written by you',
  EPERM: 'its directory may not be written by you',
  EROFS: 'its file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is used up',
  EFBIG: 'the system allows no file of that size',
  ENOTDIR: 'part of its path is no directory',
  EEXIST: 'part of its path is no directory',
  EISDIR: 'it, or its backup, is a directory; expected a file',
};

/** The error of a file that the system does not let us write. */
export function unwritable(file: string, cause: unknown): OccError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  return new OccError('config_unwritable', `cannot write ${file}: ${reasons[code] ?? (code || message)}`, {
    remedy: 'nothing was changed; check the path, its permissions and the room on the disk',
    cause,
  });
}
