/** Finds the file that a command may write. Files of other tools are only read. */
import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { OccError } from '../../errors.ts';
import { namesDescriptor } from '../../given-pipe.ts';
import { pipeError } from '../pipe-error.ts';
import { quote } from '../../shell-word.ts';
import type { Environment } from '../file/interpolate.ts';
import { findConfigFile, findPlaces, type FoundConfig } from '../paths.ts';

export interface TargetOptions {
  /** `--config` as the user typed it. */
  configFile?: string | undefined;
  env: Environment;
  home: string;
  /** The base of relative paths. */
  cwd: string;
}

export interface Target {
  /** Absolute; it need not exist. */
  file: string;
  /** A file of another tool that is read until this one exists. */
  replaces?: string;
}

/** Throws an OccError `config_foreign` if the named file belongs to another tool, and `config_pipe` for a pipe. */
export function findTarget(options: TargetOptions): Target {
  const { cwd, ...rest } = options;
  const places = findPlaces(rest);
  const found = findConfigFile(rest);
  if (found?.legacy) return { file: places.configFile, replaces: found.file };
  const file = resolve(cwd, found?.file ?? places.configFile);
  if (namesDescriptor(file)) throw notChangeable(file);
  const foreign = found?.by !== undefined && isForeign(found, file, places.legacyFiles);
  if (foreign) throw refuse(file, places.configFile, found.by);
  return { file };
}

/** The file to change. Throws an OccError `config_foreign` if the file that is read belongs to another tool. */
export function findChangeable(options: TargetOptions): string {
  const { file, replaces } = findTarget(options);
  if (replaces !== undefined) throw refuse(replaces, file);
  return file;
}

/** A file named by a variable of another tool belongs to that tool, whatever its path. */
function isForeign({ by }: FoundConfig, file: string, legacyFiles: readonly string[]): boolean {
  if (by === 'OC_GO_CC_CONFIG' || by === 'ROUTATIC_PROXY_CONFIG') return true;
  return legacyFiles.some((legacy) => behind(legacy) === behind(file));
}

function behind(file: string): string {
  return existsSync(file) ? realpathSync(file) : file;
}

function notChangeable(file: string): OccError {
  return pipeError(
    `${file} is a pipe of the shell, which can be read but not changed`,
    'name the file that the pipe is made from, or change that with the program that writes it',
  );
}

function refuse(file: string, ours: string, by?: string): OccError {
  const named = by === undefined ? '' : `, named by ${by},`;
  return new OccError('config_foreign', `${file}${named} belongs to another tool and is never written`, {
    remedy: `to take it over: occ config import ${quote(file)} --config ${quote(ours)}\nto start afresh: occ config init --config ${quote(ours)}`,
  });
}
