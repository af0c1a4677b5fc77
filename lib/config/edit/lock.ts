/**
 * One writer at a time. The lock is a file beside the one it guards, held for the moment between reading and writing;
 * one whose holder has died is taken over.
 */
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { OccError } from '../../errors.ts';

/** Nobody holds it this long; beyond that its holder is taken for dead, whatever its number says. */
const staleMs = 10_000;
const patienceMs = 15_000;
const pauseMs = 10;

/** Runs the work while nobody else does; OccError `config_busy` when the lock does not become free. */
export async function withLock<T>(file: string, work: () => Promise<T> | T): Promise<T> {
  const lock = `${file}.lock`;
  const until = Date.now() + patienceMs;
  while (!take(lock)) {
    if (isStale(lock)) breakLock(lock);
    else if (Date.now() > until) throw busy(file, lock);
    else await wait(pauseMs);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // On a full disk it is made, but cannot be signed.
    rmSync(lock, { force: true });
    throw error;
  }
}

function isStale(lock: string): boolean {
  const holder = holderOf(lock);
  const written = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  if (Date.now() - written > staleMs) return true;
  return holder !== undefined && !lives(holder);
}

/** Undefined when the lock is gone, or its holder has not signed it yet. */
function holderOf(lock: string): number | undefined {
  try {
    return Number(readFileSync(lock, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

/** Two may find the same lock stale; what the slower one moves away may be a live one, and is put back. */
function breakLock(lock: string): void {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
    if (!isStale(aside)) linkSync(aside, lock);
  } catch {
    // Somebody else has broken it, or taken it.
  }
  rmSync(aside, { force: true });
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function busy(file: string, lock: string): OccError {
  return new OccError('config_busy', `${file} is being written by another occ`, {
    remedy: `try again; if no other occ runs, remove ${lock}`,
  });
}
