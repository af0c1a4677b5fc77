/** Replaces a configuration atomically, with one backup, unless another program has changed it. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { OccError } from '../../errors.ts';
import { makeDirectory } from '../../make-directory.ts';
import { reasonOf } from '../../system-error.ts';
import { readConfigBytes } from '../file/read.ts';
import { withLock } from './lock.ts';
import { behindLinks, makePrivateDirectory, writePrivateFile } from '../paths.ts';

export interface Place {
  file: string;
  /** occ's own directory, whose mode is set to 0700. Other directories keep their modes. */
  configDir: string;
}

/**
 * Creates the directory and runs `work` with the file locked. Rejects with an OccError `config_unwritable` if the system
 * refuses access; the file is unchanged then.
 */
export async function withConfigLocked<T>(
  { file, configDir }: Place,
  work: () => Promise<T> | T,
): Promise<T> {
  try {
    makeFolder(dirname(file), configDir);
    return await withLock(behindLinks(file), work);
  } catch (error) {
    if (error instanceof OccError || (error as NodeJS.ErrnoException).code === undefined) throw error;
    throw unwritable(file, error);
  }
}

export interface Replacement {
  file: string;
  /** The content that the new text is based on; undefined if there was no file. */
  before: Buffer | undefined;
  after: string | Uint8Array;
  /** Keeps every earlier backup: the new one is numbered. */
  keepBackups?: boolean;
}

export type Replaced =
  /** `backup` is absent if there was no file. */
  { kind: 'written'; backup?: string } | { kind: 'overtaken' };

/** `config.json.bak`, which the next change replaces. */
function backupOf(file: string): string {
  return `${file}.bak`;
}

/** `config.json.1.bak`, or the next number that is free. */
function numberedBackupOf(file: string): string {
  for (let number = 1; ; number++) {
    const backup = backupOf(`${file}.${number}`);
    if (!existsSync(backup)) return backup;
  }
}

/** Returns `overtaken` and writes nothing if the file differs from `before`. The lock must be held. */
export function replaceConfig({ file, before, after, keepBackups = false }: Replacement): Replaced {
  const now = existsSync(file) ? readConfigBytes(file) : undefined;
  if (!same(now, before)) return { kind: 'overtaken' };
  const backup = keepBackups ? numberedBackupOf(file) : backupOf(file);
  for (const path of [file, backup]) removeTemporaryFiles(behindLinks(path));
  if (now !== undefined) writePrivateFile(backup, now);
  writePrivateFile(file, after);
  return now === undefined ? { kind: 'written' } : { kind: 'written', backup };
}

/** Of writers that were killed; a running one would hold the lock. */
function removeTemporaryFiles(file: string): void {
  const left = readdirSync(dirname(file)).filter(
    (name) =>
      name.startsWith(`${basename(file)}.`) &&
      /^[0-9a-f]{12}\.tmp$/.test(name.slice(basename(file).length + 1)),
  );
  for (const name of left) rmSync(join(dirname(file), name), { force: true });
}

function makeFolder(directory: string, configDir: string): void {
  if (directory === configDir) makePrivateDirectory(directory);
  else makeDirectory(directory);
}

function same(one: Buffer | undefined, other: Buffer | undefined): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other);
}

/** The error of a failed write. */
export function unwritable(file: string, cause: unknown): OccError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const reason =
    code === 'EISDIR' ? 'it, or its backup, is a directory; expected a file' : reasonOf(code ?? message);
  return new OccError('config_unwritable', `cannot write ${file}: ${reason}`, {
    remedy: 'nothing was changed; check the path, its permissions and the free disk space',
    cause,
  });
}
