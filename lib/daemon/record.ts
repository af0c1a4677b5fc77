/**
 * The note a long-lived proxy leaves of itself, so that other commands find it. It is a hint and never a lock: what it
 * says counts only when the port it names answers as the very run it names (`probe.ts`).
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateDirectory, writePrivateFile } from '../config/paths.ts';
import { isObject, parseJson, toText, type JsonObject } from '../json.ts';

export interface ProxyRecord {
  /** Random, of this run alone; `/health` tells the same. */
  instance: string;
  pid: number;
  /** `http://127.0.0.1:3456`, without a path. */
  url: string;
  host: string;
  port: number;
  version: string;
  /** ISO 8601. */
  started_at: string;
  /** Opens the paths below /occ/; the reason why the file is for its owner alone. */
  control: string;
  /** The name of the program that runs it, as it stands on its command line. */
  program: string;
  /** What `occ restart` starts it with again. */
  options: RecordedOptions;
  log: string;
}

/** The options `occ start` was given; absent ones came from elsewhere. */
export interface RecordedOptions {
  config?: string;
  host?: string;
  port?: number;
  emulator?: boolean;
}

export function recordFile(runtimeDir: string): string {
  return join(runtimeDir, 'proxy.json');
}

/** Undefined when there is none, or when what stands there is no record. */
export function readRecord(runtimeDir: string): ProxyRecord | undefined {
  let text: string;
  try {
    text = readFileSync(recordFile(runtimeDir), 'utf8');
  } catch {
    return undefined;
  }
  const value = parseJson(text);
  return isObject(value) && isRecord(value) ? (value as unknown as ProxyRecord) : undefined;
}

/** Throws the platform's own error when it cannot be written. */
export function writeRecord(runtimeDir: string, record: ProxyRecord): void {
  makePrivateDirectory(runtimeDir);
  writePrivateFile(recordFile(runtimeDir), `${JSON.stringify({ schema: 1, ...record }, null, 2)}\n`);
}

/** Removes the record if it is still this run's; a later run's stays. Never throws. */
export function removeRecord(runtimeDir: string, instance: string): void {
  try {
    if (readRecord(runtimeDir)?.instance === instance) rmSync(recordFile(runtimeDir), { force: true });
  } catch {
    // What cannot be removed is stale from now on, and every reader finds that out by itself.
  }
}

const texts = ['instance', 'url', 'host', 'version', 'started_at', 'control', 'program', 'log'];

function isRecord(value: JsonObject): boolean {
  return (
    texts.every((key) => typeof value[key] === 'string' && value[key] !== '') &&
    Number.isInteger(value['pid']) &&
    Number.isInteger(value['port']) &&
    isObject(value['options']) &&
    URL.canParse(toText(value['url']))
  );
}
