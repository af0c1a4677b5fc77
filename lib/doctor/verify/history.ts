/**
 * The results of earlier runs, to see what has changed: one file for each model in `$XDG_STATE_HOME/occ/verify`, with scores
 * and the levels of the judges, and without any text that was sent.
 */
import { createHash } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readBounded } from '../../bounded-file.ts';
import { makePrivateDirectory, writePrivateFile } from '../../config/paths.ts';
import { isObject, parseJson, toArray, toNumber, toObject, toText } from '../../json.ts';
import type { Verified } from './verify.ts';
import type { VerdictLevel } from './verdict.ts';

export interface StoredRun {
  /** ISO 8601. */
  at: string;
  /** The version of occ. */
  occ: string;
  /** 0 to 100. */
  score: number;
  /** By the code of the judge. */
  levels: Readonly<Record<string, VerdictLevel>>;
}

export interface Change {
  code: string;
  before: VerdictLevel;
  now: VerdictLevel;
}

/** The runs that are kept of each model, newest last. */
const maxRuns = 20;
/** The models of which runs are kept, newest first. */
const maxFiles = 100;
const maxBytes = 256 * 1024;

/** The earlier runs of a model, oldest first; none if the file is missing or damaged. */
export function readRuns(stateDir: string, model: string): StoredRun[] {
  try {
    const stored = toObject(parseJson(readBounded(fileOf(stateDir, model), maxBytes).toString('utf8')));
    return stored['model'] === model ? toArray(stored['runs']).flatMap(toRun) : [];
  } catch {
    return [];
  }
}

/** Adds a run. A disk that takes no file does not affect the result; returns false then. */
export function storeRun(stateDir: string, model: string, run: StoredRun): boolean {
  const runs = [...readRuns(stateDir, model), run].slice(-maxRuns);
  const directory = join(stateDir, 'verify');
  try {
    makePrivateDirectory(directory);
    writePrivateFile(fileOf(stateDir, model), `${JSON.stringify({ model, runs }, null, 1)}\n`, false);
    removeOldest(directory);
    return true;
  } catch {
    return false;
  }
}

export function toStored(
  { score = 0, verdicts }: Pick<Verified, 'score' | 'verdicts'>,
  at: string,
  occ: string,
): StoredRun {
  const judged = verdicts.filter(({ level }) => level !== 'info');
  return { at, occ, score, levels: Object.fromEntries(judged.map(({ code, level }) => [code, level])) };
}

/** What the judges say now and did not say in an earlier run. What was not judged in one of them has not changed. */
export function changesSince(before: StoredRun, now: StoredRun): Change[] {
  return Object.entries(now.levels).flatMap(([code, level]) => {
    const earlier = before.levels[code];
    if (earlier === undefined || earlier === level || earlier === 'unknown' || level === 'unknown') return [];
    return [{ code, before: earlier, now: level }];
  });
}

const levels: ReadonlySet<string> = new Set(['honest', 'doubt', 'lie', 'unknown'] satisfies VerdictLevel[]);

function toRun(value: unknown): StoredRun[] {
  if (!isObject(value)) return [];
  const score = toNumber(value['score']);
  const at = toText(value['at']);
  if (score === undefined || score < 0 || score > 100 || Number.isNaN(Date.parse(at))) return [];
  const known = Object.entries(toObject(value['levels'])).filter(([, level]) => levels.has(toText(level)));
  return [{ at, occ: toText(value['occ']), score, levels: Object.fromEntries(known) as StoredRun['levels'] }];
}

/** Readable, and different for each model. */
function fileOf(stateDir: string, model: string): string {
  const readable = model.replace(/[^\w.-]+/g, '_').slice(0, 80);
  return join(
    stateDir,
    'verify',
    `${readable}.${createHash('sha256').update(model).digest('hex').slice(0, 8)}.json`,
  );
}

function removeOldest(directory: string): void {
  const files = readdirSync(directory)
    .map((name) => join(directory, name))
    .map((file) => ({ file, at: statSync(file).mtimeMs }))
    .toSorted((a, b) => b.at - a.at);
  for (const { file } of files.slice(maxFiles)) rmSync(file, { force: true });
}
