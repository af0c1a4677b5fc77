/**
 * The records of running launches, one file each, so that `occ status`, `occ why` and `occ logs` find the private proxies of
 * their owner. A record counts only if its port answers with its instance. Records of launches that were killed are removed
 * by the program that reads them.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateDirectory, writeRuntimeFile } from '../config/paths.ts';
import { toText, type JsonObject } from '../json.ts';
import type { Machine } from './machine.ts';
import { readOwnRecord } from './read-own-record.ts';
import { findHealth, mayRun, sharesPids } from './probe.ts';
import { exists } from './process.ts';
import { isElsewhere, isMachine, writeToFolders } from './record.ts';

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
  /** Where it runs; absent in records of earlier versions. */
  machine?: Machine;
}

function launchFile(folder: string, { instance }: LaunchRecord): string {
  return join(folder, `launch-${instance}.json`);
}

/** Throws the system's error if it can be written to none of the folders. */
export function writeLaunch(folders: readonly string[], record: LaunchRecord): void {
  const text = `${JSON.stringify({ schema: 1, ...record }, null, 2)}\n`;
  writeToFolders(folders, (folder) => {
    makePrivateDirectory(folder);
    writeRuntimeFile(launchFile(folder, record), text);
  });
}

/** Never throws: a record that cannot be removed is stale from now on. */
export function removeLaunch(folders: readonly string[], record: LaunchRecord): void {
  remove(folders.map((folder) => launchFile(folder, record)));
}

function remove(files: readonly string[]): void {
  for (const file of files) {
    try {
      rmSync(file, { force: true });
    } catch {
      // Every reader detects that it is stale.
    }
  }
}

/** A launch, and the files with its record: one in each folder. */
interface Found {
  record: LaunchRecord;
  files: string[];
}

/** The launches that run and answer, oldest first. Takes at most two seconds. */
export async function findLaunches(folders: readonly string[]): Promise<LaunchRecord[]> {
  const byInstance = new Map<string, Found>();
  for (const { record, files } of folders.flatMap((folder) => readLaunches(folder))) {
    const known = byInstance.get(record.instance);
    if (known === undefined) byInstance.set(record.instance, { record, files });
    else known.files.push(...files);
  }
  const found = await Promise.all([...byInstance.values()].map((one) => running(one)));
  return found.flat().toSorted((a, b) => a.started_at.localeCompare(b.started_at));
}

/** Milliseconds after which the record of another machine, which cannot be checked here, is taken for abandoned. */
const forgottenMs = 7 * 24 * 3600 * 1000;

/** The record if its launch answers; removes it if that has ended. */
async function running({ record, files }: Found): Promise<LaunchRecord[]> {
  const health = await findHealth(record.url);
  if (health?.['instance'] === record.instance && mayRun(record)) return [record];
  // What answers on this machine says nothing about another one with the same home directory.
  const ended = isElsewhere(record)
    ? Date.now() - Date.parse(record.started_at) > forgottenMs
    : // Another program has the port, or the process has ended. One that only does not answer keeps its record.
      health !== undefined || !sharesPids(record) || !exists(record.pid);
  if (ended) remove(files);
  return [];
}

function readLaunches(folder: string): Found[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => /^launch-\w+\.json$/.test(name));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const file = join(folder, name);
    const record = readLaunch(file);
    return record === undefined ? [] : [{ record, files: [file] }];
  });
}

/** Undefined also if another user may have written the file. */
function readLaunch(file: string): LaunchRecord | undefined {
  const value = readOwnRecord(file);
  return value !== undefined && isLaunch(value) ? (value as unknown as LaunchRecord) : undefined;
}

const textFields = ['instance', 'url', 'version', 'started_at', 'control', 'log', 'client', 'cwd'];

function isLaunch(value: JsonObject): boolean {
  return (
    textFields.every((key) => typeof value[key] === 'string' && value[key] !== '') &&
    Number.isInteger(value['pid']) &&
    isMachine(value['machine']) &&
    URL.canParse(toText(value['url']))
  );
}
