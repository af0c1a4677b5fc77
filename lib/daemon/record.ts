/**
 * The record that `occ start` writes so that other commands find its proxy. It is a hint and not a lock: it counts only
 * if its port answers with its instance (`probe.ts`).
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readOwn } from '../bounded-file.ts';
import { makePrivateDirectory, writeRuntimeFile } from '../config/paths.ts';
import { isObject, parseJson, toText, type JsonObject } from '../json.ts';

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
}

/** The options given to `occ start`; absent ones came from the environment, the file or the defaults. */
export interface RecordedOptions {
  config?: string;
  host?: string;
  port?: number;
  emulator?: boolean;
}

export function recordFile(runtimeDir: string): string {
  return join(runtimeDir, 'proxy.json');
}

/** Far more than a record has. */
const maxBytes = 64 * 1024;

/** Undefined if there is no record, if the file is not a valid one, or if another user may have written it. */
export function readRecord(runtimeDir: string): ProxyRecord | undefined {
  let text: string;
  try {
    text = readOwn(recordFile(runtimeDir), maxBytes).toString('utf8');
  } catch {
    return undefined;
  }
  const value = parseJson(text);
  return isObject(value) && isRecord(value) ? (value as unknown as ProxyRecord) : undefined;
}

/** Throws the system's error if it cannot be written. */
export function writeRecord(runtimeDir: string, record: ProxyRecord): void {
  makePrivateDirectory(runtimeDir);
  writeRuntimeFile(recordFile(runtimeDir), `${JSON.stringify({ schema: 1, ...record }, null, 2)}\n`);
}

/** Removes the record if it belongs to this instance. Never throws. */
export function removeRecord(runtimeDir: string, instance: string): void {
  try {
    if (readRecord(runtimeDir)?.instance === instance) rmSync(recordFile(runtimeDir), { force: true });
  } catch {
    // A record that cannot be removed is stale from now on, which every reader detects.
  }
}

const textFields = ['instance', 'url', 'host', 'version', 'started_at', 'control', 'program', 'log'];

function isRecord(value: JsonObject): boolean {
  return (
    textFields.every((key) => typeof value[key] === 'string' && value[key] !== '') &&
    Number.isInteger(value['pid']) &&
    Number.isInteger(value['port']) &&
    isObject(value['options']) &&
    URL.canParse(toText(value['url']))
  );
}
