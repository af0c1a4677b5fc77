/** Finds occ's files (XDG directories on Linux and macOS, %APPDATA% on Windows) and writes them with private modes. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, isAbsolute, resolve } from 'node:path';
import { namesDescriptor } from '../given-pipe.ts';
import { makeDirectory } from '../make-directory.ts';
import type { Environment } from './file/interpolate.ts';
import { platformOf } from '../platform.ts';
import { isUsableRuntimeDirectory } from './runtime-directory.ts';

export interface Places {
  /** Contains config.json. */
  configDir: string;
  configFile: string;
  /** Log, ledger, captures. */
  stateDir: string;
  /** For the record of a running proxy: $XDG_RUNTIME_DIR/occ if that can be used, else the state directory. */
  runtimeDir: string;
  cacheDir: string;
  /** Files of oc-go-cc and routatic-proxy. They are read while occ has no file, and never written. */
  legacyFiles: readonly string[];
}

export interface PlaceOptions {
  env?: Environment;
  home?: string;
  platform?: NodeJS.Platform;
}

/** The environment and the home directory of a user. */
export type HomeContext = Required<Pick<PlaceOptions, 'env' | 'home'>>;

/** XDG variables that are not absolute are ignored, as the specification requires. */
export function findPlaces({
  env = process.env,
  home,
  platform = process.platform,
}: PlaceOptions = {}): Places {
  const base = home ?? homeOf(env);
  const { path, directories } = platformOf(platform);
  const join = (...parts: string[]): string => path.join(...parts);
  const usual = directories(base, env);
  const from = (variable: string, otherwise: string): string => {
    const given = env[variable];
    return given !== undefined && path.isAbsolute(given) ? given : otherwise;
  };
  const config = from('XDG_CONFIG_HOME', usual.config);
  const stateDir = join(from('XDG_STATE_HOME', usual.state), 'occ');
  const named = from('XDG_RUNTIME_DIR', '');
  const runtime = named !== '' && isUsableRuntimeDirectory(named) ? named : '';
  return {
    configDir: join(config, 'occ'),
    configFile: join(config, 'occ', 'config.json'),
    stateDir,
    runtimeDir: runtime === '' ? stateDir : join(runtime, 'occ'),
    cacheDir: join(from('XDG_CACHE_HOME', usual.cache), 'occ'),
    legacyFiles: ['oc-go-cc', 'routatic-proxy'].map((tool) => join(base, '.config', tool, 'config.json')),
  };
}

/**
 * The home directory of the user: $HOME if it is an absolute path, else that of the account. "/" for a user id without an
 * account, as in a container: nothing can be written there, which is reported where it matters.
 */
export function homeOf(env: Environment): string {
  const given = env['HOME'];
  if (given !== undefined && isAbsolute(given)) return given;
  try {
    return userInfo().homedir;
  } catch {
    return '/';
  }
}

export interface FoundConfig {
  file: string;
  /** The option or variable that named it; absent for the default path. */
  by?: string;
  /** It belongs to another tool: read, never written. */
  legacy: boolean;
}

const configVariables = ['OCC_CONFIG', 'OC_GO_CC_CONFIG', 'ROUTATIC_PROXY_CONFIG'];

/**
 * The file to read: `--config`, then the variables, then the default path, then those of other tools. Undefined if none
 * exists. A file that is named is returned even if it does not exist, so that reading it reports the error.
 */
export function findConfigFile(
  options: PlaceOptions & { configFile?: string | undefined } = {},
): FoundConfig | undefined {
  const { env = process.env, configFile } = options;
  if (configFile !== undefined) return { file: configFile, by: '--config', legacy: false };
  for (const variable of configVariables) {
    const named = env[variable];
    if (named) return { file: named, by: variable, legacy: false };
  }
  const places = findPlaces(options);
  if (isPresent(places.configFile)) return { file: places.configFile, legacy: false };
  const legacy = places.legacyFiles.find((file) => isPresent(file));
  return legacy === undefined ? undefined : { file: legacy, legacy: true };
}

/**
 * Whether there is a file to read. One that cannot be looked at (no permission, a loop of links) counts, so that reading it
 * reports the error instead of the defaults being used.
 */
export function isPresent(file: string): boolean {
  try {
    statSync(file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code !== 'ENOENT' && code !== 'ENOTDIR';
  }
}

/** The absolute paths of all files that `findConfigFile` may return with these options; none for a pipe, which is read once. */
export function possibleConfigFiles(options: PlaceOptions & { configFile?: string | undefined }): string[] {
  const found = findConfigFile(options);
  if (found?.by !== undefined) return namesDescriptor(found.file) ? [] : [resolve(found.file)];
  const { configFile, legacyFiles } = findPlaces(options);
  return [configFile, ...legacyFiles];
}

/** Creates the directory with mode 0700, or removes the access of other users from an existing one. */
export function makePrivateDirectory(directory: string): void {
  makeDirectory(directory);
  if (openToOthers(directory)) chmodSync(directory, statSync(directory).mode & 0o700);
}

/**
 * Replaces the file atomically, with mode 0600. A symbolic link is kept and its target replaced. `flush` waits until the
 * text is on the disk; what a loss of power may take with it need not wait.
 */
export function writePrivateFile(file: string, text: string | Uint8Array, flush = true): void {
  replaceFile(behindLinks(file), text, flush);
}

/** The same for a file that only occ writes: a symbolic link is replaced and not followed, since it is somebody else's. */
export function writeRuntimeFile(file: string, text: string | Uint8Array): void {
  replaceFile(file, text, false);
}

function replaceFile(target: string, text: string | Uint8Array, flush: boolean): void {
  // The nanoseconds since the machine started, which no two writers share; `wx` refuses a file that exists.
  const unique = process.hrtime.bigint().toString(16).padStart(12, '0').slice(-12);
  const temporary = `${target}.${unique}.tmp`;
  try {
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx', flush });
    renameSync(temporary, target);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw cause;
  }
}

/** The target of a symbolic link, even if it does not exist; any other path unchanged. */
export function behindLinks(file: string): string {
  if (existsSync(file)) return realpathSync(file);
  const isLink = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? resolve(dirname(file), readlinkSync(file)) : file;
}

/** Whether other users may read or write it. Always false on Windows, which has no such modes. */
export function openToOthers(path: string): boolean {
  return platformOf().hasFileModes && (statSync(path).mode & 0o077) !== 0;
}
