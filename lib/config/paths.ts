/** Where occ's files are: XDG on Linux and macOS, %APPDATA% on Windows (contract 3 and 8); and who may read them. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { Environment } from './file/interpolate.ts';

export interface Places {
  /** Holds config.json. */
  configDir: string;
  configFile: string;
  /** Log, ledger, captures. */
  stateDir: string;
  /** The record of a running proxy: $XDG_RUNTIME_DIR/occ, else the state directory. */
  runtimeDir: string;
  cacheDir: string;
  /** Other tools' files that are read, never written, while there is none of ours. */
  legacyFiles: readonly string[];
}

export interface PlaceOptions {
  env?: Environment;
  home?: string;
  platform?: NodeJS.Platform;
}

/** Whose places: the environment and the home directory of one person. */
export type HomeContext = Required<Pick<PlaceOptions, 'env' | 'home'>>;

/** XDG variables that are not absolute are ignored, as its specification asks. */
export function findPlaces({
  env = process.env,
  home,
  platform = process.platform,
}: PlaceOptions = {}): Places {
  const base = home ?? (env['HOME'] || userInfo().homedir);
  const windows = platform === 'win32';
  const roaming = env['APPDATA'] || join(base, 'AppData', 'Roaming');
  const local = env['LOCALAPPDATA'] || join(base, 'AppData', 'Local');
  const from = (variable: string, otherwise: string): string => {
    const given = env[variable];
    return given !== undefined && isAbsolute(given) ? given : otherwise;
  };
  const config = from('XDG_CONFIG_HOME', windows ? roaming : join(base, '.config'));
  const stateDir = join(from('XDG_STATE_HOME', windows ? local : join(base, '.local', 'state')), 'occ');
  const runtime = from('XDG_RUNTIME_DIR', '');
  return {
    configDir: join(config, 'occ'),
    configFile: join(config, 'occ', 'config.json'),
    stateDir,
    runtimeDir: runtime === '' ? stateDir : join(runtime, 'occ'),
    cacheDir: join(from('XDG_CACHE_HOME', windows ? join(local, 'cache') : join(base, '.cache')), 'occ'),
    legacyFiles: ['oc-go-cc', 'routatic-proxy'].map((tool) => join(base, '.config', tool, 'config.json')),
  };
}

export interface FoundConfig {
  file: string;
  /** What named it: `--config`, `OCC_CONFIG`, or nothing when it is the usual place. */
  by?: string;
  /** Another tool's file: read, never written. */
  legacy: boolean;
}

const configVariables = ['OCC_CONFIG', 'OC_GO_CC_CONFIG', 'ROUTATIC_PROXY_CONFIG'];

/**
 * The file to read, in the order of contract 3; undefined when there is none. A file that was named is returned whether
 * or not it exists, so that reading it can say so.
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
  if (existsSync(places.configFile)) return { file: places.configFile, legacy: false };
  const legacy = places.legacyFiles.find((file) => existsSync(file));
  return legacy === undefined ? undefined : { file: legacy, legacy: true };
}

/** Absolute paths of every file that `findConfigFile` may choose with these options, whether it exists or not. */
export function possibleConfigFiles(options: PlaceOptions & { configFile?: string | undefined }): string[] {
  const found = findConfigFile(options);
  if (found?.by !== undefined) return [resolve(found.file)];
  const { configFile, legacyFiles } = findPlaces(options);
  return [configFile, ...legacyFiles];
}

/** Makes the directory if need be, for its owner alone (0700). One that exists is closed to others, not refused. */
export function makePrivateDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (openToOthers(directory)) chmodSync(directory, statSync(directory).mode & 0o700);
}

/**
 * Replaces the file in one step, readable by its owner alone (0600): a reader sees the old or the new, never a half.
 * A symbolic link stays one; what it points to is replaced.
 */
export function writePrivateFile(file: string, text: string | Uint8Array): void {
  const target = behindLinks(file);
  const beside = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    writeFileSync(beside, text, { mode: 0o600, flag: 'wx', flush: true });
    renameSync(beside, target);
  } catch (cause) {
    rmSync(beside, { force: true });
    throw cause;
  }
}

/** The file itself, whether or not it exists: where a symbolic link leads, else the path as it is. */
export function behindLinks(file: string): string {
  if (existsSync(file)) return realpathSync(file);
  const led = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return led ? resolve(dirname(file), readlinkSync(file)) : file;
}

/** True when others than the owner may read or write it. Windows has no such modes. */
export function openToOthers(path: string): boolean {
  return process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0;
}
