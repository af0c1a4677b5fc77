/**
 * Allows one writer at a time, with a lock file beside the file. The lock is held between reading and writing; a lock
 * whose holder has ended is taken over.
 */
import { linkSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { readBounded } from '../../bounded-file.ts';
import { OccError } from '../../errors.ts';

/** An older lock is stale even if a process with its id is running, since ids are reused. */
const staleMs = 10_000;
const timeoutMs = 15_000;
const pollMs = 10;

/** Runs `work` with the lock held. Rejects with an OccError `config_busy` if the lock is not released in 15 s. */
export async function withLock<T>(file: string, work: () => Promise<T> | T): Promise<T> {
  const lock = `${file}.lock`;
  const until = Date.now() + timeoutMs;
  while (!acquire(lock)) {
    if (isStale(lock)) breakLock(lock);
    else if (Date.now() > until) throw busy(file, lock);
    else await wait(pollMs);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function acquire(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // On a full disk the file is created but the process id cannot be written.
    rmSync(lock, { force: true });
    throw error;
  }
}

function isStale(lock: string): boolean {
  const holder = holderOf(lock);
  const written = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  if (Date.now() - written > staleMs) return true;
  return holder !== undefined && !isRunning(holder);
}

/** More than a process id has. */
const maxBytes = 64;

/** The process id of the holder; undefined if the lock is released, not completely written, or no file that occ wrote. */
function holderOf(lock: string): number | undefined {
  try {
    return Number(readBounded(lock, maxBytes).toString('latin1')) || undefined;
  } catch {
    return undefined;
  }
}

/** Two processes may find the same lock stale. The slower one may move away a valid lock, which it puts back. */
function breakLock(lock: string): void {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
    if (!isStale(aside)) linkSync(aside, lock);
  } catch {
    // Another process has removed or acquired it.
  }
  rmSync(aside, { force: true });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function busy(file: string, lock: string): OccError {
  return new OccError('config_busy', `another occ is writing ${file}`, {
    remedy: `try again; if no other occ is running, remove ${lock}`,
  });
}
