/** Looks at the folder in which npx keeps packages: for a client that was fetched before, and for the progress of a fetch. */
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { readBounded } from '../bounded-file.ts';
import type { ClientPackage } from './client-package.ts';
import type { Environment } from './environment.ts';
import { findFetched, readManifest } from './find.ts';
import { wasTested } from './versions.ts';

/** npm's cache: the variable that npm reads, else `cache` in `~/.npmrc`, else `~/.npm`. */
export function npmCache(env: Environment, home: string): string {
  const variable = Object.keys(env).find((name) => name.toLowerCase() === 'npm_config_cache');
  const given = variable === undefined ? undefined : env[variable];
  if (given) return given;
  const line = /^\s*cache\s*=\s*(.+?)\s*$/m.exec(readText(join(home, '.npmrc')))?.[1] ?? '';
  const path = line.replace(/^~(?=\/)|^\$\{HOME\}/, home);
  return isAbsolute(path) ? path : join(home, '.npm');
}

/**
 * The program of a client in the tested version range that npx has fetched before; npx would run the same one. Undefined if
 * there is none.
 */
export function findCached(client: ClientPackage, cache: string): string | undefined {
  for (const modules of npxFolders(cache)) {
    const { version } = readManifest(join(modules, client.name, 'package.json'));
    if (!wasTested(version, client.versions)) continue;
    // npm writes this file last, so a fetch that was interrupted has none.
    if (!existsSync(join(modules, '.package-lock.json'))) continue;
    const program = findFetched(client, join(modules, '.bin'));
    if (program !== undefined) return program;
  }
  return undefined;
}

/** Bytes of the client's files so far, without its dependencies. npm writes them while it downloads. */
export function fetchedBytes(client: ClientPackage, cache: string): number {
  return npxFolders(cache)
    .flatMap((modules) => partsOf(client, modules))
    .reduce((sum, folder) => sum + bytesBelow(folder, deepest), 0);
}

/** Folders below a package that are counted. */
const deepest = 6;

/** The folders of the package and of those with its native programs, which have its scope or begin with its name. */
function partsOf({ name }: ClientPackage, modules: string): string[] {
  const [scope = '', inScope] = name.split('/');
  if (inScope !== undefined) return below(join(modules, scope));
  return below(modules).filter((folder) => basename(folder).startsWith(name.replace(/-\w+$/, '')));
}

function bytesBelow(path: string, depth: number): number {
  try {
    const stat = lstatSync(path);
    if (!stat.isDirectory()) return stat.size;
    return depth === 0 ? 0 : below(path).reduce((sum, one) => sum + bytesBelow(one, depth - 1), 0);
  } catch {
    return 0; // npm has moved it
  }
}

function npxFolders(cache: string): string[] {
  return below(join(cache, '_npx')).map((folder) => join(folder, 'node_modules'));
}

function below(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** Far more than a ~/.npmrc has. */
const maxBytes = 4 * 1024 * 1024;

function readText(file: string): string {
  try {
    return readBounded(file, maxBytes).toString('utf8');
  } catch {
    return '';
  }
}
