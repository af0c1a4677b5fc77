/** Finds the program of a client on PATH, where its installers put it, or where npx has put it. */
import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { readBounded } from '../bounded-file.ts';
import { parseJson, toObject, toText } from '../json.ts';
import { searchPath } from '../platform.ts';
import type { ClientPackage } from './client-package.ts';
import type { Environment } from './environment.ts';

export type Found =
  | { kind: 'program'; command: string }
  /** The file exists, but is not executable. */
  | { kind: 'not_runnable'; command: string }
  | { kind: 'missing' };

/** The program on PATH, or in one of the folders that its installers use without adding them to PATH. */
export function findClient(client: ClientPackage, env: Environment, home: string): Found {
  const directories = [...searchPath(env), ...(client.folders?.(home) ?? [])];
  const files = directories.map((directory) => join(directory, client.program)).filter(isFile);
  const command = files.find(isRunnable);
  if (command !== undefined) return { kind: 'program', command };
  const [first] = files;
  return first === undefined ? { kind: 'missing' } : { kind: 'not_runnable', command: first };
}

/** `@openai/codex@~0.171.0`: what npm is asked for. */
export function wantedPackage({ name, versions }: ClientPackage): string {
  return `${name}@${versions}`;
}

/**
 * The npx arguments that fetch the package and print the PATH on which npm would run it. npm must not run the client
 * itself, because it adds two dozen npm_config_* variables to its environment and does not forward SIGHUP. Native
 * programs are optional dependencies and need no install script; the options override npm settings that omit optional
 * dependencies, block scripts or hide errors. A cached package is used without asking the registry, because without a
 * network npm would retry for minutes.
 */
export function fetchArguments(client: ClientPackage): readonly string[] {
  return [
    '-y',
    '--ignore-scripts',
    '--include=optional',
    '--prefer-offline',
    '--loglevel=error',
    `--package=${wantedPackage(client)}`,
    '--',
    'node',
    '-p',
    'process.env.PATH',
  ];
}

/** Runs the client in one command, for replacements of npx. The flag lets npm 12 run the package's install script. */
export function runArguments(client: ClientPackage): readonly string[] {
  return ['-y', `--allow-scripts=${client.name}`, wantedPackage(client)];
}

/** The command that installs the client. occ does not run it by itself. */
export function installCommand(client: ClientPackage): string {
  return `npm install -g --allow-scripts=${client.name} ${wantedPackage(client)}`;
}

/** The program of the package, given the PATH that npm printed. */
export function findFetched(client: ClientPackage, path: string): string | undefined {
  for (const directory of path.trim().split(delimiter)) {
    const modules = dirname(directory);
    if (!existsSync(join(modules, client.name, 'package.json'))) continue;
    const program = client.installed ? client.installed(modules) : join(modules, '.bin', client.program);
    if (program !== undefined && isFile(program) && isRunnable(program)) return program;
  }
  return undefined;
}

/** Folders between a program and the `package.json` of its package. */
const deepest = 4;

/**
 * The version of an installed program, without running it: from the `package.json` of its package, or from its path where
 * an installer keeps each version in a folder or file of that name. Undefined if neither tells.
 */
export function versionAt(client: ClientPackage, command: string): string | undefined {
  try {
    const file = realpathSync(command);
    let folder = dirname(file);
    for (let depth = 0; depth < deepest; depth++) {
      const manifest = readManifest(join(folder, 'package.json'));
      if (manifest.name === client.name) return manifest.version;
      folder = dirname(folder);
    }
    return /[/\\]v?(\d+\.\d+\.\d+)(?=[/\\]|$)/.exec(file)?.[1];
  } catch {
    return undefined;
  }
}

/** Far more than a package.json has. */
const maxBytes = 4 * 1024 * 1024;

/** Empty strings for what the file does not say. */
export function readManifest(file: string): { name: string; version: string } {
  try {
    const manifest = toObject(parseJson(readBounded(file, maxBytes).toString('utf8')));
    return { name: toText(manifest['name']), version: toText(manifest['version']) };
  } catch {
    return { name: '', version: '' };
  }
}

function isFile(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function isRunnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
