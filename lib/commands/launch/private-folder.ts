/**
 * The folder for files of a launch, which goes with it. It belongs to a process, so that a later launch removes what one
 * that was killed has left behind.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Prepared } from '../../clients/client.ts';
import { makePrivateDirectory, writePrivateFile } from '../../config/paths.ts';
import { thisMachine } from '../../daemon/machine.ts';
import { exists } from '../../daemon/process.ts';

/** The path of a new one. Nothing is created. */
export function privateFolderIn(runtimeDir: string): string {
  return join(foldersIn(runtimeDir), `${machineId()}-${process.pid}-${randomBytes(6).toString('hex')}`);
}

function foldersIn(runtimeDir: string): string {
  return join(runtimeDir, 'clients');
}

/** Machines and containers may share the folder, and a process id means something on one of them only. */
function machineId(): string {
  const { name, pids } = thisMachine();
  return createHash('sha256').update(`${name} ${pids}`).digest('hex').slice(0, 12);
}

/** Writes it for the owner alone; disposing removes it, and nothing that a link names. Does nothing without a folder. */
export function openPrivateFolder(folder: Prepared['folder']): Disposable {
  if (folder === undefined) return { [Symbol.dispose]: () => {} };
  const { path, files, links = {} } = folder;
  makePrivateDirectory(path);
  for (const [name, text] of Object.entries(files)) {
    const file = join(path, name);
    makePrivateDirectory(dirname(file));
    writePrivateFile(file, text, false);
  }
  for (const [name, target] of Object.entries(links)) {
    const link = join(path, name);
    makePrivateDirectory(dirname(link));
    symlinkSync(target, link);
  }
  return { [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Milliseconds after which a folder of another machine, whose processes cannot be seen here, is taken for abandoned. */
const forgottenMs = 7 * 24 * 3600 * 1000;

/** Removes the folders of launches that were killed. Never throws. */
export function removeFoldersLeftBehind(runtimeDir: string, now = Date.now()): void {
  const parent = foldersIn(runtimeDir);
  const own = machineId();
  for (const name of namesIn(parent)) {
    const [, machine, pid] = /^(\w+)-(\d+)-\w+$/.exec(name) ?? [];
    if (machine === undefined) continue;
    const folder = join(parent, name);
    const isOver = machine === own ? !exists(Number(pid)) : ageOf(folder, now) > forgottenMs;
    if (isOver) attempt(() => rmSync(folder, { recursive: true, force: true }));
  }
}

function namesIn(folder: string): string[] {
  return attempt(() => readdirSync(folder)) ?? [];
}

/** Milliseconds since it was written; 0 if it is gone. */
function ageOf(folder: string, now: number): number {
  return now - (attempt(() => statSync(folder).mtimeMs) ?? now);
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
