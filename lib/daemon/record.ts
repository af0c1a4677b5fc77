/**
 * The record that `occ start` writes so that other commands find its proxy. It is a hint and not a lock: it counts only
 * if its port answers with its instance (`probe.ts`). It is in the folder for runtime files, which a logout removes and
 * which differs between a login, cron and `su`, and in the state folder, which they share.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { findPlaces, makePrivateDirectory, writeRuntimeFile, type HomeContext } from '../config/paths.ts';
import { isObject, toText, type Json, type JsonObject } from '../json.ts';
import { fileNameOf, thisMachine, type Machine } from './machine.ts';
import { readOwnRecord } from './read-own-record.ts';

export interface ProxyRecord {
  /** Random for each run; `/health` returns the same value. */
  instance: string;
  pid: number;
  /** `http://127.0.0.1:3456`, without a path. */
  url: string;
  host: string;
  port: number;
  version: string;
  /** ISO 8601. */
  started_at: string;
  /** The token for the endpoints below /occ/, so only the owner may read the file. */
  control: string;
  /** The name of its program, as on its command line. */
  program: string;
  /** The options that `occ restart` uses again. */
  options: RecordedOptions;
  log: string;
  /** The folder with the status lines of its sessions; absent in records of earlier versions. */
  sessions?: string;
  /** Where it runs; absent in records of earlier versions. */
  machine?: Machine;
  /** When its process began (`beginningOf`); absent in records of earlier versions, and empty where it is unknown. */
  began?: string;
}

/** The options given to `occ start`; absent ones came from the environment, the file or the defaults. */
export interface RecordedOptions {
  config?: string;
  host?: string;
  port?: number;
  emulator?: boolean;
}

/** The folders with records, in the order in which they are looked at. */
export function recordFolders({ env, home }: HomeContext): string[] {
  const { runtimeDir, stateDir } = findPlaces({ env, home });
  return [...new Set([runtimeDir, stateDir])];
}

/** The path of the record in a folder. */
export function recordFile(folder: string): string {
  return join(folder, 'proxy.json');
}

/** Used while `proxy.json` is that of another machine with the same home directory. */
function ownRecordFile(folder: string): string {
  return join(folder, `proxy.${fileNameOf(thisMachine())}.json`);
}

/** Whether the record is that of another machine, whose loopback address and process ids are not those of this one. */
export function isElsewhere({ machine }: Pick<ProxyRecord, 'machine'>): boolean {
  return machine !== undefined && machine.name !== thisMachine().name;
}

/** The records in a folder: usually one, and none if there is no valid one that only this user may have written. */
export function readRecords(folder: string): ProxyRecord[] {
  return [recordFile(folder), ownRecordFile(folder)].flatMap((file) => readFile(file) ?? []);
}

function readFile(file: string): ProxyRecord | undefined {
  const value = readOwnRecord(file);
  return value !== undefined && isRecord(value) ? (value as unknown as ProxyRecord) : undefined;
}

/** Throws the system's error if it can be written to none of the folders. Keeps the record of another machine. */
export function writeRecord(folders: readonly string[], record: ProxyRecord): void {
  writeToFolders(folders, (folder) => writeOne(folder, record));
}

/** Writes to each folder, and throws only if that fails in all of them: one is enough to be found. */
export function writeToFolders(folders: readonly string[], write: (folder: string) => void): void {
  const failures = folders.flatMap((folder): unknown[] => {
    try {
      write(folder);
      return [];
    } catch (error) {
      return [error];
    }
  });
  if (failures.length === folders.length) throw failures[0];
}

function writeOne(folder: string, record: ProxyRecord): void {
  makePrivateDirectory(folder);
  const there = readFile(recordFile(folder));
  const file = there !== undefined && isElsewhere(there) ? ownRecordFile(folder) : recordFile(folder);
  writeRuntimeFile(file, `${JSON.stringify({ schema: 1, ...record }, null, 2)}\n`);
}

/** Writes it where it is missing, and leaves other records alone. Never throws: the proxy works without. */
export function restoreRecord(folders: readonly string[], record: ProxyRecord): void {
  for (const folder of folders) {
    try {
      if (readRecords(folder).every(isElsewhere)) writeOne(folder, record);
    } catch {
      // The folder may have been removed with the login session.
    }
  }
}

/** Removes the records of this instance. Never throws. */
export function removeRecord(folders: readonly string[], instance: string): void {
  for (const file of folders.flatMap((folder) => [recordFile(folder), ownRecordFile(folder)])) {
    try {
      if (readFile(file)?.instance === instance) rmSync(file, { force: true });
    } catch {
      // A record that cannot be removed is stale from now on, which every reader detects.
    }
  }
}

const textFields = ['instance', 'url', 'host', 'version', 'started_at', 'control', 'program', 'log'];

function isRecord(value: JsonObject): boolean {
  return (
    textFields.every((key) => typeof value[key] === 'string' && value[key] !== '') &&
    Number.isInteger(value['pid']) &&
    Number.isInteger(value['port']) &&
    isObject(value['options']) &&
    isMachine(value['machine']) &&
    (value['sessions'] === undefined || typeof value['sessions'] === 'string') &&
    (value['began'] === undefined || typeof value['began'] === 'string') &&
    URL.canParse(toText(value['url']))
  );
}

/** Whether the value of `machine` in a record is valid. */
export function isMachine(value: Json | undefined): boolean {
  return (
    value === undefined ||
    (isObject(value) && typeof value['name'] === 'string' && typeof value['pids'] === 'string')
  );
}
