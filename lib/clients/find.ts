/** Where the client is: on PATH, where its installers put it, or to be fetched by the person's own npm. */
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { Environment } from './environment.ts';

/** The versions this was tested with; Claude Code is proprietary and fetched by the person, never shipped. */
export const clientPackage = '@anthropic-ai/claude-code';
export const clientVersions = '~2.1.330';

export type Found =
  | { kind: 'program'; command: string }
  /** There is such a file, but it may not be run. */
  | { kind: 'not_runnable'; command: string }
  | { kind: 'missing' };

/** `claude` on PATH, else in the two places its installers use without adding them to PATH. */
export function findClaude(env: Environment, home: string): Found {
  const names = process.platform === 'win32' ? ['claude.exe'] : ['claude'];
  const directories = [
    ...(env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== ''),
    join(home, '.local', 'bin'),
    join(home, '.claude', 'local'),
  ];
  const files = directories.flatMap((directory) => names.map((name) => join(directory, name))).filter(isFile);
  const command = files.find(isRunnable);
  if (command !== undefined) return { kind: 'program', command };
  const [first] = files;
  return first === undefined ? { kind: 'missing' } : { kind: 'not_runnable', command: first };
}

/**
 * Fetches the package and prints the PATH on which npm would run it. npm itself must not run the client: it adds
 * two dozen npm_config_* variables to its environment and does not pass SIGHUP on. The native program is an optional
 * dependency and needs no install script; a person's npm settings may leave out the one, refuse the other, and silence
 * npm when it fails. What is in npm's cache is run without asking the registry again: without a network npm would try for
 * minutes before it used it.
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

/** The same as one command, for npm's stand-ins; the flag lets npm 12 run this package's install script. */
export const runArguments: readonly string[] = [
  '-y',
  `--allow-scripts=${clientPackage}`,
  `${clientPackage}@${clientVersions}`,
];

/** What a person types to do by hand what occ may not do unasked. */
export const installCommand = `npm install -g --allow-scripts=${clientPackage} ${clientPackage}@${clientVersions}`;

/**
 * The native program that npm has put beside the package, given the PATH that npm printed. It is found where the
 * platform's own package holds it, so that nothing depends on install scripts, which npm 12 and careful people block.
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
    return false; // no such file, a PATH entry that is no directory, one that may not be read
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
