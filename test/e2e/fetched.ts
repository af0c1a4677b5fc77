/** Installs npm packages that tests run, each into a cache folder of its own: real clients, and a Node for those that need one. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '../../lib/clients/client.ts';
import type { ClientPackage } from '../../lib/clients/client-package.ts';
import { wantedPackage } from '../../lib/clients/find.ts';
import { parseJson, toObject, toText } from '../../lib/json.ts';

/** Minutes that npm may take; some packages have hundreds of megabytes. */
const longestMinutes = 15;

export interface Fetched {
  /** The program; undefined if it cannot be had. */
  program?: string;
  /** For the name of a test that is skipped: ` (skipped: …)`, else "". */
  why: string;
}

/**
 * The client that OCC_E2E_<NAME> names, else one that npm has installed in a tested version. Never throws: a machine without
 * a registry skips the tests of the client.
 */
export function fetched({ name, package: wanted }: Client): Fetched {
  const variable = `OCC_E2E_${name.toUpperCase()}`;
  const given = process.env[variable];
  if (given) return { program: given, why: '' };
  const folder = cacheFolder(`${name}-${wanted.versions.slice(1)}`);
  const program = fetchOnce(folder, wantedPackage(wanted), () => installed(folder, wanted));
  if (program === undefined)
    return { why: ` (skipped: npm cannot install ${wantedPackage(wanted)}; ${variable} names another)` };
  const { least, folder: node } = nodeFor(program);
  if (node === undefined)
    return { why: ` (skipped: needs Node ${least}, and npm cannot install ${newerNode.spec})` };
  return { program, why: '' };
}

function cacheFolder(name: string): string {
  return fileURLToPath(new URL(`../../node_modules/.cache/occ-e2e-${name}`, import.meta.url));
}

function installed(folder: string, wanted: ClientPackage): string | undefined {
  const modules = join(folder, 'node_modules');
  if (!existsSync(join(modules, wanted.name, 'package.json'))) return undefined;
  const program = wanted.installed?.(modules) ?? join(modules, '.bin', wanted.program);
  return existsSync(program) ? program : undefined;
}

/** What `find` finds in the folder, after npm has installed the package there if it was not. */
function fetchOnce(folder: string, spec: string, find: () => string | undefined): string | undefined {
  const found = find();
  if (found !== undefined) return found;
  install(folder, spec);
  return find();
}

/** Into a folder of its own that is then renamed, so that files that run at the same time never see half a program. */
function install(folder: string, spec: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  const fresh = mkdtempSync(`${folder}-`);
  writeFileSync(join(fresh, 'package.json'), '{ "private": true }\n');
  const words = ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', spec];
  spawnSync('npm', words, { cwd: fresh, stdio: 'ignore', timeout: longestMinutes * 60_000 });
  try {
    renameSync(fresh, folder);
  } catch {
    // Another file was faster.
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** The package with the Node of this platform, as the package `node` chooses it. */
const newerNode = ((): { name: string; spec: string } => {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const prefix = platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  const name = `${prefix}-${platform}-${process.arch}`;
  return { name, spec: `${name}@24` };
})();

/**
 * The folder of the Node that a client runs on, which must come first on its PATH: of the Node that runs the tests, or of one
 * that npm has installed where that is older than the package of the client demands. Undefined if it cannot be had. `least`
 * is the major version that the package demands, 0 if none.
 */
export function nodeFor(program: string): { least: number; folder?: string } {
  const least = leastNode(program);
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major >= least) return { least, folder: dirname(process.execPath) };
  const cache = cacheFolder('node-24');
  const node = join(cache, 'node_modules', newerNode.name, 'bin', 'node');
  const found = fetchOnce(cache, newerNode.spec, () => (existsSync(node) ? node : undefined));
  return { least, ...(found !== undefined && { folder: dirname(found) }) };
}

/** From the nearest `package.json` above the program that says so. A program that brings no such file needs no Node. */
function leastNode(program: string): number {
  for (let folder = dirname(realpathSync(program)); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) {
      const { engines } = toObject(parseJson(readFileSync(manifest, 'utf8')));
      const [, major] = />=\s*(\d+)/.exec(toText(toObject(engines)['node'])) ?? [];
      if (major !== undefined) return Number(major);
    }
    if (folder === dirname(folder)) return 0;
  }
}
