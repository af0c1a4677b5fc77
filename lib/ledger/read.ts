/**
 * Reads the ledger. The sums of a day that is over are kept in the cache directory, so that a year of requests is read at
 * once; they are made again when the day's file is another one than they were made of.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { readOwn } from '../bounded-file.ts';
import { makePrivateDirectory, writeRuntimeFile } from '../config/paths.ts';
import { isObject, parseJson, toArray, toNumber } from '../json.ts';
import { reasonOf } from '../system-error.ts';
import { dayOfFile, fileOf, type Day } from './days.ts';
import { grouper, type Group, type Grouping } from './groups.ts';
import { toRow, type DayRows } from './rows.ts';
import { sumUp } from './sum-up.ts';

export interface LedgerPlaces {
  /** The directory of the ledger. */
  dir: string;
  /** Where sums are kept. */
  cacheDir: string;
}

export interface LedgerRead {
  groups: Group[];
  /** Lines that are no records. */
  unreadable: number;
  /** Files that could not be read, and why. */
  failures: { file: string; reason: string }[];
}

/** The largest file of a day that is read, in bytes: some 500,000 requests. */
const largestFile = 256 * 1024 * 1024;
/** Files below this size, of some 4,000 requests, are read about as fast as their sums would be. */
const smallFile = 2 * 1024 * 1024;

/** What was used from `first` to `last`, in groups. Never rejects: what cannot be read is reported in the result. */
export async function readLedger(
  { dir, cacheDir }: LedgerPlaces,
  first: Day,
  last: Day,
  today: Day,
  by: Grouping,
): Promise<LedgerRead> {
  const read: Omit<LedgerRead, 'groups'> = { unreadable: 0, failures: [] };
  const grouped = grouper(by);
  for (const day of daysIn(dir, first, last)) {
    try {
      const { rows, unreadable } = readDay(dir, day, day < today ? join(cacheDir, 'ledger') : undefined);
      grouped.add(rows);
      read.unreadable += unreadable;
    } catch (error) {
      const reason = reasonOf((error as NodeJS.ErrnoException).code ?? String(error));
      read.failures.push({ file: join(dir, fileOf(day)), reason });
    }
    // A proxy that reads a month must go on answering.
    await setImmediate();
  }
  return { ...read, groups: grouped.groups() };
}

function daysIn(dir: string, first: Day, last: Day): Day[] {
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch {
    return []; // nothing was recorded yet
  }
  return names
    .flatMap((name) => dayOfFile(name) ?? [])
    .filter((day) => day >= first && day <= last)
    .toSorted();
}

/** Identifies the content of a file of the ledger, which is only ever appended to. */
interface Print {
  size: number;
  modified: number;
}

function readDay(dir: string, day: Day, sums: string | undefined): DayRows {
  const file = join(dir, fileOf(day));
  const { size, mtimeMs: modified } = statSync(file);
  const kept = sums !== undefined && size > smallFile ? join(sums, `${day}.json`) : undefined;
  const known = kept === undefined ? undefined : readSums(kept, { size, modified }, day);
  if (known) return known;
  const found = sumUp(readOwn(file, largestFile), day);
  if (kept !== undefined && sums !== undefined) keepSums(sums, kept, { size, modified }, found);
  return found;
}

/** The form of the sums; another one is made again. */
const form = 1;

function readSums(file: string, { size, modified }: Print, day: Day): DayRows | undefined {
  try {
    const value = parseJson(readOwn(file, largestFile).toString('utf8'));
    if (!isObject(value) || value['form'] !== form) return undefined;
    if (value['size'] !== size || value['modified'] !== modified) return undefined;
    const rows = toArray(value['rows']).flatMap((row) => toRow(row, day) ?? []);
    return { rows, unreadable: toNumber(value['unreadable']) ?? 0 };
  } catch {
    return undefined;
  }
}

/** Zeros and what the name of the file says are left out. */
function keepSums(folder: string, file: string, print: Print, { rows, unreadable }: DayRows): void {
  const short = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).filter(([name, value]) => name !== 'day' && value !== 0 && value !== ''),
    ),
  );
  try {
    makePrivateDirectory(folder);
    writeRuntimeFile(file, JSON.stringify({ form, ...print, unreadable, rows: short }));
  } catch {
    // Without the sums, the next reading takes longer.
  }
}
