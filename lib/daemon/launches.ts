/**
 * The records of running launches, one file each, so that `occ status`, `occ why` and `occ logs` find the private proxies of
 * their owner. A record counts only if its port answers with its instance. Records of launches that were killed are removed
 * by whoever reads them.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readOwn } from '../bounded-file.ts';
import { makePrivateDirectory, writeRuntimeFile } from '../config/paths.ts';
import { isObject, parseJson, toText, type JsonObject } from '../json.ts';
import { findHealth } from './probe.ts';

export interface LaunchRecord {
  /** Random for each launch; `/health` returns the same value. */
  instance: string;
  pid: number;
  /** `http://127.0.0.1:49152`, without a path. */
  url: string;
  version: string;
  /** ISO 8601. */
  started_at: string;
  /** The token for the endpoints below /occ/, so only the owner may read the file. */
  control: string;
  log: string;
  /** The program that runs: `claude`, or the one of `exec`. */
  client: string;
  /** Its working directory. */
  cwd: string;
}

function launchFile(runtimeDir: string, pid: number): string {
  return join(runtimeDir, `launch-${pid}.json`);
}

/** Throws the system's error if it cannot be written. */
export function writeLaunch(runtimeDir: string, record: LaunchRecord): void {
  makePrivateDirectory(runtimeDir);
  writeRuntimeFile(
    launchFile(runtimeDir, record.pid),
    `${JSON.stringify({ schema: 1, ...record }, null, 2)}\n`,
  );
}

/** Never throws: a record that cannot be removed is stale from now on. */
export function removeLaunch(runtimeDir: string, pid: number): void {
  try {
    rmSync(launchFile(runtimeDir, pid), { force: true });
  } catch {
    // Every reader detects that it is stale.
  }
}

/** The launches that run and answer, oldest first. Takes at most two seconds. */
export async function findLaunches(runtimeDir: string): Promise<LaunchRecord[]> {
  const found = await Promise.all(readLaunches(runtimeDir).map((record) => running(record, runtimeDir)));
  return found.flat().toSorted((a, b) => a.started_at.localeCompare(b.started_at));
}

/** The record if its launch answers; removes it if that has ended. */
async function running(record: LaunchRecord, runtimeDir: string): Promise<LaunchRecord[]> {
  const health = await findHealth(record.url);
  if (health?.['instance'] === record.instance) return [record];
  // Another program has the port now, or the process has ended. One that only does not answer keeps its record.
  if (health !== undefined || !exists(record.pid)) removeLaunch(runtimeDir, record.pid);
  return [];
}

function readLaunches(runtimeDir: string): LaunchRecord[] {
  let names: string[];
  try {
    names = readdirSync(runtimeDir).filter((name) => /^launch-\d+\.json$/.test(name));
  } catch {
    return [];
  }
  return names.flatMap((name) => readLaunch(join(runtimeDir, name)) ?? []);
}

/** Far more than a record has. */
const maxBytes = 64 * 1024;

/** Undefined also if another user may have written the file. */
function readLaunch(file: string): LaunchRecord | undefined {
  let text: string;
  try {
    text = readOwn(file, maxBytes).toString('utf8');
  } catch {
    return undefined;
  }
  const value = parseJson(text);
  return isObject(value) && isLaunch(value) ? (value as unknown as LaunchRecord) : undefined;
}

const textFields = ['instance', 'url', 'version', 'started_at', 'control', 'log', 'client', 'cwd'];

function isLaunch(value: JsonObject): boolean {
  return (
    textFields.every((key) => typeof value[key] === 'string' && value[key] !== '') &&
    Number.isInteger(value['pid']) &&
    URL.canParse(toText(value['url']))
  );
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
