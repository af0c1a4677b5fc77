/** Looks at the folder in which npx keeps Claude Code: for a client that was fetched before, and for the progress of a fetch. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { readBounded } from '../bounded-file.ts';
import { parseJson, toObject, toText } from '../json.ts';
import type { Environment } from './environment.ts';
import { clientVersions, findFetched } from './find.ts';
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
export function findCached(cache: string): string | undefined {
  for (const modules of npxFolders(cache)) {
    const manifest = parseJson(readText(join(modules, '@anthropic-ai', 'claude-code', 'package.json')));
    if (!wasTested(toText(toObject(manifest)['version']), clientVersions)) continue;
    // npm writes this file last, so a fetch that was interrupted has none.
    if (!existsSync(join(modules, '.package-lock.json'))) continue;
    const program = findFetched(join(modules, '.bin'));
    if (program !== undefined) return program;
  }
  return undefined;
}

/** Bytes of the client's files so far. npm writes them while it downloads. */
export function fetchedBytes(cache: string): number {
  return npxFolders(cache)
    .flatMap((modules) => below(join(modules, '@anthropic-ai')))
    .flatMap((folder) => below(folder))
    .reduce((sum, file) => sum + sizeOf(file), 0);
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

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0; // npm has moved it
  }
}

/** Far more than a package.json has. */
const maxBytes = 4 * 1024 * 1024;

function readText(file: string): string {
  try {
    return readBounded(file, maxBytes).toString('utf8');
  } catch {
    return '';
  }
}
