/** Checks that occ can write its log, ledger and records, and that the disk has room for them. Writes nothing itself. */
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findPlaces } from '../../../config/paths.ts';
import { quote } from '../../../shell-word.ts';
import { reasonOf } from '../../../system-error.ts';
import { withTilde } from '../../../tilde.ts';
import type { Check, CheckResult, Machine, Problem } from '../../check.ts';

/** Bytes: a log with its predecessor, and the ledger of a few months. */
export const leastFree = 32 * 1024 * 1024;

export const folders: Check = {
  code: 'folders',
  title: 'occ can write its log, ledger and records',
  kind: 'offline',
  scope: 'machine',
  needs: [],
  limitMs: 2000,
  run({ machine }): CheckResult {
    const { stateDir, runtimeDir, cacheDir } = findPlaces(machine);
    for (const folder of new Set([stateDir, runtimeDir, cacheDir])) {
      const problem = faultOf(folder, machine) ?? faultOfSpace(folder, machine);
      if (problem !== undefined) return problem;
    }
    const log = join(stateDir, 'occ.log');
    const problem = existsSync(log) ? notWritable(log, machine) : undefined;
    return problem ?? { level: 'ok', summary: `${withTilde(stateDir, machine.home)} can be written` };
  },
};

/** What keeps occ from creating the folder, or from writing in it. */
function faultOf(folder: string, machine: Machine): Problem | undefined {
  const there = nearestThere(folder);
  if (statSync(there).isDirectory()) return notWritable(there, machine);
  return warning(
    `${withTilde(there, machine.home)} is a file, so ${withTilde(folder, machine.home)} cannot be created`,
    'move the file away; occ creates the folder',
    [`mv ${quote(there)} ${quote(`${there}.old`)}`],
  );
}

function notWritable(path: string, { home }: Machine): Problem | undefined {
  const isFolder = statSync(path).isDirectory();
  try {
    accessSync(path, isFolder ? constants.W_OK | constants.X_OK : constants.W_OK);
    return undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    const isOwn = process.getuid === undefined || statSync(path).uid === process.getuid();
    const summary = `${withTilde(path, home)} cannot be written: ${reasonOf(code)} (${code})`;
    if (code === 'EROFS')
      return warning(summary, 'choose a folder on another file system', [
        'export XDG_STATE_HOME="$HOME/occ-state"',
      ]);
    return isOwn
      ? warning(summary, 'give yourself the permission', [`chmod u+rw${isFolder ? 'x' : ''} ${quote(path)}`])
      : warning(summary, 'it belongs to another user, most likely after a run with sudo: take it over', [
          `sudo chown -R "$(id -u):$(id -g)" ${quote(path)}`,
        ]);
  }
}

function faultOfSpace(folder: string, { home }: Machine): Problem | undefined {
  const there = nearestThere(folder);
  try {
    const { blocks, bavail, bsize } = statfsSync(there);
    // File systems such as /proc have no blocks.
    return blocks > 0 ? judgeSpace(bavail * bsize, withTilde(folder, home), there) : undefined;
  } catch {
    return undefined;
  }
}

/** `free` in bytes. */
export function judgeSpace(free: number, folder: string, there: string): Problem | undefined {
  if (free >= leastFree) return undefined;
  const megabytes = Math.floor(free / 1024 / 1024);
  return warning(
    `the disk of ${folder} has ${megabytes} MB left; without room, occ writes no log and occ usage misses requests`,
    'make room, or name a folder on another disk in XDG_STATE_HOME',
    [`df -h ${quote(there)}`],
  );
}

/** A launch works without these files, so none of it is a failure. */
function warning(summary: string, text: string, commands: Problem['remedy']['commands']): Problem {
  return { level: 'warn', summary, fault: 'client', remedy: { text, commands } };
}

/** The path itself, or the closest path above it that exists. */
function nearestThere(path: string): string {
  let there = path;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  return there;
}
