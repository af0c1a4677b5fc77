/**
 * Of two starts at once only one may go on: the claim is held from looking at the record until the new one is written,
 * which is a matter of milliseconds. A directory, because making one is atomic everywhere; one that was left behind by a
 * process that died in between is taken over.
 */
import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makePrivateDirectory } from '../config/paths.ts';
import { OccError } from '../errors.ts';

/** Milliseconds after which a claim is thought to be left behind; holders are done long before. */
const abandonedMs = 15_000;
const pollMs = 25;
/** Milliseconds after which waiting any longer is hopeless: somebody claims again and again. */
const patienceMs = 30_000;

/**
 * Runs `work` while no other process of this user does. Rejects as the work does, with the platform's error when the
 * directory cannot be made, and with OccError `start_in_progress` when it waited in vain.
 */
export async function withClaim<T>(runtimeDir: string, work: () => Promise<T>): Promise<T> {
  makePrivateDirectory(runtimeDir);
  const claim = join(runtimeDir, 'proxy.claim');
  for (const began = Date.now(); !taken(claim);) {
    if (Math.abs(Date.now() - began) > patienceMs) throw stillClaimed(claim);
    if (isAbandoned(claim)) release(claim);
    else await sleep(pollMs);
  }
  try {
    return await work();
  } finally {
    release(claim);
  }
}

function taken(claim: string): boolean {
  try {
    mkdirSync(claim, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isAbandoned(claim: string): boolean {
  const made = statSync(claim, { throwIfNoEntry: false })?.mtimeMs;
  return made !== undefined && Math.abs(Date.now() - made) > abandonedMs;
}

function stillClaimed(claim: string): OccError {
  return new OccError('start_in_progress', 'other starts of the proxy do not come to an end', {
    remedy: `if none is running, remove the directory ${claim}`,
  });
}

function release(claim: string): void {
  try {
    rmdirSync(claim);
  } catch {
    // Somebody else has released it already.
  }
}
