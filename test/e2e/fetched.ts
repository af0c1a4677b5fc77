/** Installs the npm packages of real clients, each into a cache folder of its own. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '../../lib/clients/client.ts';
import type { ClientPackage } from '../../lib/clients/client-package.ts';
import { wantedPackage } from '../../lib/clients/find.ts';

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
  const folder = fileURLToPath(
    new URL(`../../node_modules/.cache/occ-e2e-${name}-${wanted.versions.slice(1)}`, import.meta.url),
  );
  const program = installed(folder, wanted) ?? install(folder, wanted);
  if (program !== undefined) return { program, why: '' };
  return { why: ` (skipped: npm cannot install ${wantedPackage(wanted)}; ${variable} names another)` };
}

function installed(folder: string, wanted: ClientPackage): string | undefined {
  const modules = join(folder, 'node_modules');
  if (!existsSync(join(modules, wanted.name, 'package.json'))) return undefined;
  const program = wanted.installed?.(modules) ?? join(modules, '.bin', wanted.program);
  return existsSync(program) ? program : undefined;
}

/** Into a folder of its own that is then renamed, so that files that run at the same time never see half a program. */
function install(folder: string, wanted: ClientPackage): string | undefined {
  mkdirSync(dirname(folder), { recursive: true });
  const fresh = mkdtempSync(`${folder}-`);
  writeFileSync(join(fresh, 'package.json'), '{ "private": true }\n');
  const words = [
    'install',
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    wantedPackage(wanted),
  ];
  spawnSync('npm', words, { cwd: fresh, stdio: 'ignore', timeout: longestMinutes * 60_000 });
  try {
    renameSync(fresh, folder);
  } catch {
    // Another file was faster.
    rmSync(fresh, { recursive: true, force: true });
  }
  return installed(folder, wanted);
}
