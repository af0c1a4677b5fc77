/** Finds Claude Code on PATH, where its installers put it, or where npx has put it. */
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { Environment } from './environment.ts';
import { platformOf, searchPath } from '../platform.ts';

/** The tested versions. Claude Code is proprietary, so it is not bundled; the user's npm fetches it. */
export const clientPackage = '@anthropic-ai/claude-code';
export const clientVersions = '~2.1.330';
/** What the client takes on disk, in megabytes. Measured: 2.1.332 on Linux takes 402, of which 180 are downloaded. */
export const clientMegabytes = 400;

export type Found =
  | { kind: 'program'; command: string }
  /** The file exists, but is not executable. */
  | { kind: 'not_runnable'; command: string }
  | { kind: 'missing' };

/** `claude` on PATH, or in one of the two folders that its installers use without adding them to PATH. */
export function findClaude(env: Environment, home: string): Found {
  const directories = [...searchPath(env), join(home, '.local', 'bin'), join(home, '.claude', 'local')];
  const { claude } = platformOf();
  const files = directories.map((directory) => join(directory, claude)).filter(isFile);
  const command = files.find(isRunnable);
  if (command !== undefined) return { kind: 'program', command };
  const [first] = files;
  return first === undefined ? { kind: 'missing' } : { kind: 'not_runnable', command: first };
}

/**
 * The npx arguments that fetch the package and print the PATH on which npm would run it. npm must not run the client
 * itself, because it adds two dozen npm_config_* variables to its environment and does not forward SIGHUP. The native
 * program is an optional dependency and needs no install script; the options override npm settings that omit optional
 * dependencies, block scripts or hide errors. A cached package is used without asking the registry, because without a
 * network npm would retry for minutes.
 */
export const fetchArguments: readonly string[] = [
  '-y',
  '--ignore-scripts',
  '--include=optional',
  '--prefer-offline',
  '--loglevel=error',
  `--package=${clientPackage}@${clientVersions}`,
  '--',
  'node',
  '-p',
  'process.env.PATH',
];

/** Runs the client in one command, for replacements of npx. The flag lets npm 12 run the package's install script. */
export const runArguments: readonly string[] = [
  '-y',
  `--allow-scripts=${clientPackage}`,
  `${clientPackage}@${clientVersions}`,
];

/** The command that installs the client. occ does not run it by itself. */
export const installCommand = `npm install -g --allow-scripts=${clientPackage} ${clientPackage}@${clientVersions}`;

/**
 * The native program beside the package, given the PATH that npm printed. It is searched in the package for the platform,
 * so install scripts, which npm 12 blocks, are not needed.
 */
export function findFetched(path: string): string | undefined {
  for (const directory of path.trim().split(delimiter)) {
    const scope = join(dirname(directory), '@anthropic-ai');
    if (!existsSync(join(scope, 'claude-code', 'package.json'))) continue;
    const natives = readdirSync(scope).flatMap((name) =>
      name.startsWith('claude-code-') ? ['claude', 'claude.exe'].map((file) => join(scope, name, file)) : [],
    );
    const program = natives.find((file) => isFile(file) && isRunnable(file));
    if (program !== undefined) return program;
  }
  return undefined;
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
