/** Which file a command may write. Another tool's file is read, never written (contract 3). */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { OccError } from '../../errors.ts';
import type { Environment } from '../file/interpolate.ts';
import { findConfigFile, findPlaces, type FoundConfig } from '../paths.ts';

export interface TargetOptions {
  /** `--config`, as it was typed. */
  configFile?: string | undefined;
  env: Environment;
  home: string;
  /** What a relative path starts from. */
  cwd: string;
}

export interface Target {
  /** Absolute; it need not exist yet. */
  file: string;
  /** Another tool's file that is in force until this one exists. */
  replaces?: string;
}

/** OccError `config_foreign` when it is another tool's file. */
export function findTarget(options: TargetOptions): Target {
  const { cwd, ...rest } = options;
  const places = findPlaces(rest);
  const found = findConfigFile(rest);
  if (found?.legacy) return { file: places.configFile, replaces: found.file };
  const file = resolve(cwd, found?.file ?? places.configFile);
  const foreign = found?.by !== undefined && isForeign(found, file, places.legacyFiles);
  if (foreign) throw refuse(file, places.configFile, found.by);
  return { file };
}

/** The same for a file that is to be changed, which is not done by putting another in its place. */
export function findChangeable(options: TargetOptions): string {
  const { file, replaces } = findTarget(options);
  if (replaces !== undefined) throw refuse(replaces, file);
  return file;
}

/** Variables of the older tools name a file of theirs, whatever its place. */
function isForeign({ by }: FoundConfig, file: string, legacyFiles: readonly string[]): boolean {
  if (by === 'OC_GO_CC_CONFIG' || by === 'ROUTATIC_PROXY_CONFIG') return true;
  return legacyFiles.some((legacy) => behind(legacy) === behind(file));
}

function behind(file: string): string {
  return existsSync(file) ? realpathSync(file) : file;
}

function refuse(file: string, ours: string, by?: string): OccError {
  const named = by === undefined ? '' : `, named by ${by},`;
  return new OccError('config_foreign', `${file}${named} belongs to another tool and is never written`, {
    remedy: `to take it over: mkdir -p ${dirname(ours)} && cp ${file} ${ours}\nto start anew: occ config init --config ${ours}`,
  });
}
