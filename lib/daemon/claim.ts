/**
 * Lets only one of several simultaneous starts go on. A start holds the claim from reading the old record until it has
 * written the new one, which takes milliseconds. The claim is a directory, because creating one is atomic on every
 * platform. A claim left behind by a process that died is taken over.
 */
import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makePrivateDirectory } from '../config/paths.ts';
import { OccError } from '../errors.ts';

/** Milliseconds after which a claim counts as left behind. */
const abandonedMs = 15_000;
const pollMs = 25;
/** Milliseconds after which waiting ends: other processes claim it again and again. */
const maxWaitMs = 30_000;

/**
 * Runs `work` while no other process of this user does. The claim is a file in the last of the folders that can be written: the
 * state folder, which shells with different folders for runtime files share. Rejects as the work does, with the system's
 * error if no folder can be created, and with OccError `start_in_progress` after 30 s of waiting.
 */
export async function withClaim<T>(folders: readonly string[], work: () => Promise<T>): Promise<T> {
  const claim = join(claimFolder(folders), 'proxy.claim');
  for (const began = Date.now(); !take(claim);) {
    if (Math.abs(Date.now() - began) > maxWaitMs) throw stillClaimed(claim);
    if (isAbandoned(claim)) release(claim);
    else await sleep(pollMs);
  }
  try {
    return await work();
  } finally {
    release(claim);
  }
}

function claimFolder([first = '', ...others]: readonly string[]): string {
  const shared = others.at(-1);
  if (shared === undefined) {
    makePrivateDirectory(first);
    return first;
  }
  try {
    makePrivateDirectory(shared);
    return shared;
  } catch {
    return claimFolder([first]);
  }
}

function take(claim: string): boolean {
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
  return new OccError('start_in_progress', 'another start of the proxy does not finish', {
    remedy: `if no other occ start is running, remove the directory ${claim}`,
  });
}

function release(claim: string): void {
  try {
    rmdirSync(claim);
  } catch {
    // Another process has released it already.
  }
}
