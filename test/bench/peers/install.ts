/** Peers come from the package registry into a cache folder when they are first measured. They are never dependencies. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Peer } from './peer.ts';

const cache = fileURLToPath(new URL('../../../node_modules/.cache/occ-bench-peers/', import.meta.url));

/** The folder of the installed package. Throws if npm cannot install it. */
export function installed({ name, package: id, version }: Peer): string {
  const folder = join(cache, `${name}-${version}`);
  const found = join(folder, 'node_modules', id);
  if (existsSync(found)) return found;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${id}@${version}`], {
    cwd: folder,
    stdio: 'ignore',
  });
  return found;
}
